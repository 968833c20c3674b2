/* SPDX-License-Identifier: MIT */
#include "format/pathorder.h"

#include <string.h>

#include "base/buf.h"
#include "format/entry.h"

/* May paths be below it? */
enum kind {
	NOT_DIR,
	EMPTY_DIR,
	DIR_WITH_META
};

void dv_pathorder_init(struct dv_pathorder *o)
{
	o->len = 0;
	o->n = 0;
}

static enum kind kind_of(const struct dv_entry *e)
{
	if (e->mode != DV_MODE_DIR)
		return NOT_DIR;
	return e->meta ? DIR_WITH_META : EMPTY_DIR;
}

/* "'<path>' <what> '<other>'<why>" */
static int refuse(const struct dv_entry *e, const char *what,
		  const char *other, size_t n, const char *why,
		  struct dv_err *err)
{
	struct dv_buf a = DV_BUF_INIT, b = DV_BUF_INIT;
	int rc;

	dv_entry_name(&a, e->path, e->path_len);
	dv_entry_name(&b, other, n);
	rc = dv_err_set(err, DV_E_INVALID, "%s %s %s%s", dv_buf_cstr(&a),
			what, dv_buf_cstr(&b), why);
	dv_buf_release(&a);
	dv_buf_release(&b);
	return rc;
}

static bool is_dot(const char *path, size_t n)
{
	return n == 1 && path[0] == '.';
}

static int check(const struct dv_pathorder *o, const struct dv_entry *e,
		 struct dv_err *err)
{
	if (!is_dot(e->path, e->path_len))
		return dv_path_check(e->path, e->path_len, err);
	if (e->mode == DV_MODE_DIR)
		return dv_err_set(err, DV_E_INVALID,
				  "'.' is a directory, though it stands for "
				  "a dataset that is one file");
	if (o->len)
		return refuse(e, "follows", o->path, o->len,
			      ", though it is the path of the only entry", err);
	return 0;
}

static size_t common(const struct dv_pathorder *o, const struct dv_entry *e)
{
	size_t max = o->len < e->path_len ? o->len : e->path_len;
	size_t n = 0;

	while (n < max && o->path[n] == e->path[n])
		n++;
	return n;
}

static int check_order(const struct dv_pathorder *o,
		       const struct dv_entry *e, size_t shared,
		       struct dv_err *err)
{
	if (is_dot(o->path, o->len))
		return refuse(e, "follows", o->path, o->len,
			      ", which is the path of the only entry", err);
	if (shared == o->len && shared == e->path_len)
		return refuse(e, "follows", o->path, o->len,
			      ": a path comes once", err);
	if (shared == e->path_len ||
	    (shared < o->len && (unsigned char)e->path[shared] <
				(unsigned char)o->path[shared]))
		return refuse(e, "follows", o->path, o->len,
			      ": paths ascend by their bytes", err);
	return 0;
}

/* Is path below one of its prefixes that holds nothing? */
static int check_above(const struct dv_pathorder *o,
		       const struct dv_entry *e, struct dv_err *err)
{
	size_t len;

	/* A shorter one was checked with the longest, which is below it. */
	if (!o->n)
		return 0;
	len = o->prefixes[o->n - 1].len;
	if (e->path[len] != '/')
		return 0;
	switch ((enum kind)o->prefixes[o->n - 1].kind) {
	case NOT_DIR:
		return refuse(e, "is below", e->path, len,
			      ", which is not a directory", err);
	case EMPTY_DIR:
		return refuse(e, "is below", e->path, len,
			      ", a directory that is listed as an empty one",
			      err);
	case DIR_WITH_META:
		break;
	}
	return 0;
}

int dv_pathorder_add(struct dv_pathorder *o, const struct dv_entry *e,
		     struct dv_err *err)
{
	size_t shared = common(o, e);
	int rc;

	rc = check(o, e, err);
	if (!rc && o->len)
		rc = check_order(o, e, shared, err);
	if (rc < 0)
		return rc;
	while (o->n && o->prefixes[o->n - 1].len > shared)
		o->n--;
	rc = check_above(o, e, err);
	if (rc < 0)
		return rc;

	memcpy(o->path + shared, e->path + shared, e->path_len - shared);
	o->len = e->path_len;
	o->prefixes[o->n].len = e->path_len;
	o->prefixes[o->n].kind = kind_of(e);
	o->n++;
	return 0;
}
