/* SPDX-License-Identifier: MIT */
#include "porcelain/completeness.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "base/path.h"
#include "format/manifest.h"

struct dv_completeness {
	struct dv_odb *odb;
	enum dv_algo algo;
	struct dv_progress *progress;
	dv_completeness_fn *fault;
	void *arg;
	uint64_t faults;
	bool partial;
	uint64_t absent, absent_bytes;
	struct dv_idmap seen;	/* asked for, here or told to be missing */
	const char *who;	/* that names what is being walked */
};

int dv_completeness_open(struct dv_completeness **out, struct dv_repo *r,
			 struct dv_progress *progress,
			 dv_completeness_fn *fault, void *arg,
			 struct dv_err *err)
{
	struct dv_completeness *c = dv_calloc(1, sizeof(*c));
	int rc;

	c->algo = r->algo;
	c->progress = progress;
	c->fault = fault;
	c->arg = arg;
	dv_idmap_init(&c->seen, r->algo);
	rc = dv_repo_odb(r, &c->odb, err);
	if (rc < 0)
		dv_completeness_close(c);
	else
		*out = c;
	return rc;
}

void dv_completeness_close(struct dv_completeness *c)
{
	if (!c)
		return;
	dv_idmap_release(&c->seen);
	free(c);
}

void dv_completeness_set_partial(struct dv_completeness *c)
{
	c->partial = true;
}

void dv_completeness_absent(const struct dv_completeness *c,
			    uint64_t *objects, uint64_t *bytes)
{
	*objects = c->absent;
	*bytes = c->absent_bytes;
}

uint64_t dv_completeness_faults(const struct dv_completeness *c)
{
	return c->faults;
}

void dv_completeness_tell(struct dv_completeness *c, const char *fmt, ...)
{
	struct dv_buf text = DV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	dv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	c->faults++;
	c->fault(c->arg, dv_buf_cstr(&text));
	dv_buf_release(&text);
}

/*
 * 1 where it is here and new to us, 0 where it was seen, or is not here:
 * then it is told, or counted.
 */
static int look(struct dv_completeness *c, const char *what,
		const struct dv_digest *id, uint64_t size, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	int rc;

	if (!dv_idmap_add(&c->seen, id, 0))
		return 0;
	dv_progress_add(c->progress, 1, 0);
	rc = dv_odb_stat(c->odb, id, NULL, err);
	if (rc)
		return rc;
	if (!c->partial) {
		dv_completeness_tell(c, "%s: %s is missing, %s", c->who, what,
				     dv_digest_format(text, id));
		return 0;
	}
	c->absent++;
	c->absent_bytes += size;
	return 0;
}

int dv_completeness_object(struct dv_completeness *c, const char *who,
			   const char *what, const struct dv_digest *id,
			   struct dv_err *err)
{
	int rc;

	c->who = who;
	if (id->algo != c->algo) {
		dv_completeness_tell(c, "%s: %s is of the object format %s, "
				     "and the store is of %s", who, what,
				     dv_algo_name(id->algo),
				     dv_algo_name(c->algo));
		return 0;
	}
	rc = look(c, what, id, 0, err);
	return rc < 0 ? rc : 0;
}

static int see_object(void *arg, const struct dv_digest *id, bool meta,
		      const struct dv_entry *e, struct dv_err *err)
{
	struct dv_completeness *c = arg;
	struct dv_buf what = DV_BUF_INIT;
	int rc;

	if (meta) {
		rc = look(c, "a part of its manifest", id, 0, err);
		return rc < 0 ? rc : !rc;
	}
	if (dv_idmap_get(&c->seen, id, NULL))
		return 0;
	dv_buf_str(&what, "the content of '");
	dv_path_quote(&what, e->path, e->path_len);
	dv_buf_char(&what, '\'');
	rc = look(c, what.data, id, e->size, err);
	dv_buf_release(&what);
	return rc < 0 ? rc : 0;
}

/* Bytes that are wrong are the fault that was looked for. */
static bool is_fault(int rc)
{
	return rc == -DV_E_FORMAT || rc == -DV_E_DIGEST ||
	       rc == -DV_E_MISSING || rc == -DV_E_LIMIT ||
	       rc == -DV_E_UNSUPPORTED || rc == -DV_E_INVALID;
}

int dv_completeness_manifest(struct dv_completeness *c, const char *who,
			     const struct dv_digest *id, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc;

	if (id->algo != c->algo)
		return dv_completeness_object(c, who, "its manifest", id, err);

	c->who = who;
	rc = dv_manifest_each_object(id, dv_odb_read, c->odb, see_object, c,
				     &why);
	if (rc < 0 && is_fault(rc)) {
		dv_completeness_tell(c, "%s: %s", who, why.msg);
		return 0;
	}
	if (rc < 0)
		*err = why;
	return rc < 0 ? rc : 0;
}
