/* SPDX-License-Identifier: MIT */
#include "porcelain/completeness.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "base/path.h"
#include "format/manifest.h"

/* What is not here, and what would be told of it. */
struct missing {
	struct dv_digest id;
	char *sentence;
	uint64_t size;
	bool meta, excused;
};

struct dv_completeness {
	struct dv_odb *odb;
	enum dv_algo algo;
	struct dv_progress *progress;
	dv_completeness_fn *fault;
	void *arg;
	uint64_t faults, told_missing;
	const struct dv_idmap *published;	/* NULL: all must be here */
	struct dv_completeness_absent absent;
	struct dv_idmap seen;	/* asked for, here or not */
	struct missing *missing;	/* not told yet */
	size_t missing_n, missing_cap;
	struct dv_idmap waiting;	/* their ids, with places */
	struct dv_idmap walked;	/* published manifests, at the end */

	/* of what is being walked */
	const char *who;	/* names it */
	bool is_published, lacks_list;
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
	dv_idmap_init(&c->waiting, r->algo);
	dv_idmap_init(&c->walked, r->algo);
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
	for (size_t i = 0; i < c->missing_n; i++)
		free(c->missing[i].sentence);
	free(c->missing);
	dv_idmap_release(&c->seen);
	dv_idmap_release(&c->waiting);
	dv_idmap_release(&c->walked);
	free(c);
}

void dv_completeness_set_published(struct dv_completeness *c,
				   const struct dv_idmap *ids)
{
	c->published = ids;
}

void dv_completeness_absent(const struct dv_completeness *c,
			    struct dv_completeness_absent *out)
{
	*out = c->absent;
}

uint64_t dv_completeness_missing(const struct dv_completeness *c)
{
	return c->told_missing;
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

static void count_absent(struct dv_completeness *c, bool meta, uint64_t size)
{
	if (meta) {
		c->lacks_list = true;
		return;
	}
	c->absent.files++;
	c->absent.bytes += size;
}

/* Somebody published may name it: that is asked when all was walked. */
static void keep_missing(struct dv_completeness *c, const struct dv_digest *id,
			 bool meta, uint64_t size, char *sentence)
{
	dv_grow(&c->missing, &c->missing_cap, c->missing_n + 1,
		sizeof(*c->missing));
	c->missing[c->missing_n] = (struct missing){ .id = *id, .size = size,
		.meta = meta, .sentence = sentence };
	dv_idmap_add(&c->waiting, id, c->missing_n++);
}

/* e: what begins with a quote that its path ends. */
static void note_missing(struct dv_completeness *c, const char *what,
			 const struct dv_digest *id, const struct dv_entry *e)
{
	struct dv_buf text = DV_BUF_INIT;
	char hex[DV_DIGEST_TEXT];

	if (c->published && c->is_published) {
		count_absent(c, !e, e ? e->size : 0);
		return;
	}
	dv_buf_printf(&text, "%s: %s", c->who, what);
	if (e) {
		dv_path_quote(&text, e->path, e->path_len);
		dv_buf_char(&text, '\'');
	}
	dv_buf_printf(&text, " is missing, %s", dv_digest_format(hex, id));
	if (c->published) {
		keep_missing(c, id, !e, e ? e->size : 0,
			     dv_buf_detach(&text, NULL));
		return;
	}
	c->told_missing++;
	dv_completeness_tell(c, "%s", dv_buf_cstr(&text));
	dv_buf_release(&text);
}

/* 1 where it is here and new to us, 0 where it was seen, or is not here. */
static int look(struct dv_completeness *c, const char *what,
		const struct dv_digest *id, const struct dv_entry *e,
		struct dv_err *err)
{
	int rc;

	if (!dv_idmap_add(&c->seen, id, 0))
		return 0;
	dv_progress_add(c->progress, 1, 0);
	rc = dv_odb_stat(c->odb, id, NULL, err);
	if (!rc)
		note_missing(c, what, id, e);
	return rc;
}

static bool is_published(const struct dv_completeness *c,
			 const struct dv_digest *id)
{
	return c->published && dv_idmap_get(c->published, id, NULL);
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
	c->is_published = is_published(c, id);
	c->lacks_list = false;
	rc = look(c, what, id, NULL, err);
	c->absent.configs += c->lacks_list;
	return rc < 0 ? rc : 0;
}

static int see_object(void *arg, const struct dv_digest *id, bool meta,
		      const struct dv_entry *e, struct dv_err *err)
{
	struct dv_completeness *c = arg;
	int rc;

	rc = look(c, meta ? "a part of its manifest" : "the content of '", id,
		  meta ? NULL : e, err);
	return rc < 0 ? rc : meta && !rc;
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
	c->is_published = is_published(c, id);
	c->lacks_list = false;
	rc = dv_manifest_each_object(id, dv_odb_read, c->odb, see_object, c,
				     &why);
	c->absent.lists += c->lacks_list;
	if (rc < 0 && is_fault(rc)) {
		dv_completeness_tell(c, "%s: %s", who, why.msg);
		return 0;
	}
	if (rc < 0)
		*err = why;
	return rc < 0 ? rc : 0;
}

/* --- what was named by others, too -------------------------------------- */

static void excuse(struct dv_completeness *c, const struct dv_digest *id)
{
	struct missing *m;
	uint64_t i;

	if (!dv_idmap_get(&c->waiting, id, &i))
		return;
	m = &c->missing[i];
	if (m->excused)
		return;
	m->excused = true;
	count_absent(c, m->meta, m->size);
}

static int see_published(void *arg, const struct dv_digest *id, bool meta,
			 const struct dv_entry *e, struct dv_err *err)
{
	struct dv_completeness *c = arg;
	int rc;

	(void)e;
	excuse(c, id);
	if (!meta)
		return 0;
	if (!dv_idmap_add(&c->walked, id, 0))
		return 1;
	rc = dv_odb_stat(c->odb, id, NULL, err);
	return rc < 0 ? rc : !rc;
}

/* Configurations are on the list, too, and no manifests. */
static int walk_published(const struct dv_digest *id, uint64_t value,
			  void *arg)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_completeness *c = arg;

	(void)value;
	c->lacks_list = false;
	dv_manifest_each_object(id, dv_odb_read, c->odb, see_published, c,
				&ignored);
	c->absent.lists += c->lacks_list;
	return 0;
}

void dv_completeness_end(struct dv_completeness *c)
{
	if (!c->missing_n)
		return;
	dv_progress_phase(c->progress, "checking what is published", 0, 0);
	dv_idmap_each(c->published, walk_published, c);
	for (size_t i = 0; i < c->missing_n; i++) {
		const struct missing *m = &c->missing[i];

		if (m->excused)
			continue;
		c->told_missing++;
		dv_completeness_tell(c, "%s", m->sentence);
	}
}
