/* SPDX-License-Identifier: MIT */
#include "store/wtadd.h"

static void note(struct dv_wtadd *s, char what, const struct dv_buf *path)
{
	if (s->a->note)
		s->a->note(s->a->arg, what, path->data, path->len);
}

/* An entry of the index that is kept as it is. */
static int keep_old(struct dv_wtadd *s, uint32_t i, struct dv_err *err)
{
	struct dv_windex_item item;
	struct dv_entry e;
	int rc;

	rc = dv_windex_get(&s->base.ix, i, &item, err);
	if (rc >= 0)
		rc = dv_windex_entry(&s->base.ix, i, &e, &s->hold, err);
	if (rc >= 0)
		rc = dv_manifest_writer_add(s->writer, &e, err);
	if (rc >= 0)
		dv_windex_build_add(s->build, &e, &item.st, item.flags);
	return rc;
}

static bool is_file(uint32_t mode)
{
	return mode == DV_MODE_FILE || mode == DV_MODE_EXEC;
}

/* A file that was read, or an empty directory. */
static int add_found(struct dv_wtadd *s, const struct dv_wtitem *item,
		     const struct dv_wtadd_result *res, struct dv_err *err)
{
	struct dv_entry e = { 0 }, old = { 0 };
	bool racy = false;
	int rc = 0;

	if (item->old != DV_WTMERGE_NONE) {
		rc = dv_windex_entry(&s->base.ix, item->old, &old, &s->hold,
				     err);
		if (rc < 0)
			return rc;
	}
	dv_wtmerge_path(&s->merge, item, &s->path);
	e.path = s->path.data;
	e.path_len = s->path.len;
	e.meta = old.meta;
	e.meta_len = old.meta_len;
	e.mode = DV_MODE_DIR;
	if (res->state == DV_WTADD_TAKEN) {
		e.mode = res->file.mode;
		e.size = res->file.size;
		e.id = res->file.id;
		racy = dv_wtfile_racy(&res->file.st, s->began);
	}
	if (!s->file_mode && is_file(e.mode))
		e.mode = is_file(old.mode) ? old.mode : DV_MODE_FILE;

	if (item->old == DV_WTMERGE_NONE)
		note(s, 'A', &s->path);
	else if (!dv_entry_same(&e, &old))
		note(s, 'M', &s->path);
	if (item->old == DV_WTMERGE_NONE || res->state == DV_WTADD_TAKEN)
		s->stale = true;

	rc = dv_manifest_writer_add(s->writer, &e, err);
	if (rc >= 0)
		dv_windex_build_add(s->build, &e, res->state == DV_WTADD_TAKEN ?
				    &res->file.st : NULL,
				    racy ? DV_WINDEX_RACY : 0);
	return rc;
}

static int drop_old(struct dv_wtadd *s, uint32_t i, struct dv_err *err)
{
	struct dv_entry old;
	int rc;

	s->stale = true;
	rc = dv_windex_entry(&s->base.ix, i, &old, &s->hold, err);
	if (rc >= 0)
		note(s, 'D', &s->hold);
	return rc;
}

int dv_wtadd_put(struct dv_wtadd *s, const struct dv_wtitem *item,
		 const struct dv_wtadd_result *result, struct dv_err *err)
{
	if (item->gone)
		return drop_old(s, item->old, err);
	if (result->state == DV_WTADD_OLD || result->state == DV_WTADD_SAME)
		return keep_old(s, item->old, err);
	return add_found(s, item, result, err);
}
