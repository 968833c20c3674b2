/* SPDX-License-Identifier: MIT */
#include "remote/rspec-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rkey.h"

#define LISTED_MAX 10
#define TRIES 10		/* heads that are moved meanwhile */

struct finder {
	struct dv_rspec *out;
	struct dv_conn *c;
	const struct dv_catalog_head *latest;
};

static int take(struct finder *f, const char *id, struct dv_err *err)
{
	int rc = dv_catalog_record(f->c, f->out->ns, f->out->dataset, id,
				   &f->out->record, err);

	if (!rc)
		memcpy(f->out->id, id, strlen(id) + 1);
	return rc;
}

static int no_version(struct finder *f, const char *what, struct dv_err *err)
{
	dv_err_set(err, DV_E_MISSING, "remote '%s' has no %s of '%s/%s'",
		   f->c->name, what, f->out->ns, f->out->dataset);
	return dv_err_hint(err, "list what it has: dv ls -r");
}

static int names_none(struct finder *f, const char *tag,
		      const struct dv_catalog_head *h, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	struct dv_err ignored;
	int rc;

	dv_rkey_head(&key, f->out->ns, f->out->dataset, tag, &ignored);
	dv_rkey_add_number(&key, h->n);
	rc = dv_err_set(err, DV_E_FORMAT, "remote '%s': '%s' names version "
			"'%s', which is not there", f->c->name, key.data,
			h->version);
	dv_buf_release(&key);
	return rc;
}

/*
 * The version that a head names must be there, if the head is still at it:
 * it is moved before its version is forgotten.  0, or 1 where it names
 * nothing now.
 */
static int by_head(struct finder *f, const char *tag,
		   const struct dv_catalog_head *first, struct dv_err *err)
{
	struct dv_catalog_head h = *first;

	for (int i = 0; i < TRIES; i++) {
		uint64_t n = h.n;
		int rc = take(f, h.version, err);

		if (rc != -DV_E_MISSING)
			return rc;
		rc = dv_catalog_head(f->c, f->out->ns, f->out->dataset, tag,
				     &h, err);
		if (rc < 0)
			return rc;
		err->code = 0;
		if (!rc)
			return 1;
		if (h.n == n)
			break;
	}
	return names_none(f, tag, &h, err);
}

/* --- latest ----------------------------------------------------------------- */

struct newest {
	char id[DV_VERSION_ID_MAX];
	int64_t published;
};

static int keep_newest(void *arg, const char *ns, const char *dataset,
		       const char *id, int64_t published, struct dv_err *err)
{
	struct newest *n = arg;

	(void)ns;
	(void)dataset;
	(void)err;
	if (!*n->id || published >= n->published) {
		memcpy(n->id, id, strlen(id) + 1);
		n->published = published;
	}
	return 0;
}

/* Without a head (its push was cut off): what was published last. */
static int by_latest(struct finder *f, struct dv_err *err)
{
	struct newest n = { .id = "" };
	int rc;

	if (*f->latest->version) {
		rc = by_head(f, NULL, f->latest, err);
		if (rc <= 0)
			return rc;
	}
	rc = dv_catalog_versions(f->c, f->out->ns, f->out->dataset,
				 keep_newest, &n, err);
	if (rc < 0)
		return rc;
	return *n.id ? take(f, n.id, err) : no_version(f, "version", err);
}

/* --- ids ---------------------------------------------------------------------- */

struct matches {
	const char *prefix;
	char id[DV_VERSION_ID_MAX];
	struct dv_buf list;
	size_t n;
};

static int match(void *arg, const char *ns, const char *dataset,
		 const char *id, int64_t published, struct dv_err *err)
{
	struct matches *m = arg;

	(void)ns;
	(void)dataset;
	(void)published;
	(void)err;
	if (strncmp(id, m->prefix, strlen(m->prefix)))
		return 0;
	if (!m->n++)
		memcpy(m->id, id, strlen(id) + 1);
	if (m->n <= LISTED_MAX)
		dv_buf_printf(&m->list, "%s%s", m->list.len ? "\n" : "", id);
	return 0;
}

static int by_prefix(struct finder *f, const char *what, struct dv_err *err)
{
	struct matches m = { .prefix = what };
	int rc;

	rc = dv_catalog_versions(f->c, f->out->ns, f->out->dataset, match, &m,
				 err);
	if (!rc && m.n > 1) {
		dv_err_set(err, DV_E_AMBIGUOUS, "'%s' begins the ids of %zu "
			   "versions of '%s/%s' on remote '%s'", what, m.n,
			   f->out->ns, f->out->dataset, f->c->name);
		rc = dv_err_hint(err, "%s%s", m.list.data,
				 m.n > LISTED_MAX ? "\n..." : "");
	} else if (!rc && m.n == 1) {
		rc = take(f, m.id, err);
	} else if (!rc) {
		rc = -DV_E_MISSING;
	}
	dv_buf_release(&m.list);
	return rc;
}

static int by_id(struct finder *f, const char *what, struct dv_err *err)
{
	char *text;
	int rc = -DV_E_MISSING;

	if (dv_record_id_is(what))
		rc = take(f, what, err);
	else if (dv_record_id_like(what))
		rc = by_prefix(f, what, err);
	if (rc != -DV_E_MISSING)
		return rc;
	text = dv_asprintf("tag or version '%s'", what);
	rc = no_version(f, text, err);
	free(text);
	return rc;
}

/* No tag is called like a version: where it is whole, one request less. */
static int by_tag_or_id(struct finder *f, const char *what,
			struct dv_err *err)
{
	struct dv_catalog_head h;
	int rc = 0;

	if (!dv_record_id_is(what))
		rc = dv_catalog_head(f->c, f->out->ns, f->out->dataset, what,
				     &h, err);
	if (rc > 0) {
		rc = by_head(f, what, &h, err);
		if (rc <= 0)
			return rc;
	}
	return rc < 0 ? rc : by_id(f, what, err);
}

int dv_rspec_find_version(struct dv_rspec *out, struct dv_conn *c,
			  const struct dv_catalog_head *latest,
			  struct dv_err *err)
{
	const char *what = out->what ? out->what : "latest";
	struct finder f = { out, c, latest };

	if (!strncmp(what, "git:", 4))
		return dv_err_set(err, DV_E_INVALID, "'%s' is a git revision, "
				  "and a remote knows tags and versions",
				  what);
	if (!strcmp(what, "latest"))
		return by_latest(&f, err);
	if (!strncmp(what, "v:", 2))
		return by_id(&f, what + 2, err);
	return by_tag_or_id(&f, what, err);
}
