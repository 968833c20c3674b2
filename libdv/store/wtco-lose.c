/* SPDX-License-Identifier: MIT */
#include "store/wtcheckout.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "store/wtlist.h"

/*
 * A writer that was killed leaves a file that is the beginning of what it
 * was to be; overwriting that loses nothing.  Large ones get their names
 * when they are whole.
 */
static int is_beginning(struct dv_wtco *c, struct dv_wtco_worker *w,
			const struct dv_windex_item *item,
			const struct dv_wtfile *file, struct dv_err *err)
{
	struct dv_buf whole = DV_BUF_INIT;
	struct dv_digest id;
	int rc;

	if (file->mode == DV_MODE_LINK || item->mode == DV_MODE_LINK ||
	    file->size >= item->size || item->size >= DV_ODB_LARGE)
		return 0;
	dv_digest_set(&id, c->algo, item->id);
	rc = dv_odb_stat(c->odb, &id, NULL, err);
	if (rc > 0)
		rc = dv_odb_read(c->odb, &id, &whole, (size_t)item->size, err);
	else
		return rc;
	if (rc >= 0)
		rc = whole.len >= w->work.len &&
		     !memcmp(dv_buf_cstr(&whole), dv_buf_cstr(&w->work),
			     w->work.len);
	dv_buf_release(&whole);
	return rc;
}

int dv_wtco_may_lose(struct dv_wtco *c, struct dv_wtco_worker *w, int dirfd,
		     const char *name, const struct dv_windex_item *item,
		     struct dv_wtfile *file, bool *same, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_digest id;
	int rc;

	*same = false;
	rc = dv_wtfile_take(file, dirfd, name, c->algo, NULL, &w->work, NULL,
			    &why);
	if (rc < 0)
		*err = why;
	if (rc)
		return rc < 0 ? rc : c->force;
	if (item) {
		dv_digest_set(&id, c->algo, item->id);
		*same = dv_digest_eq(&id, &file->id) &&
			(item->mode == DV_MODE_LINK) ==
			(file->mode == DV_MODE_LINK);
	}
	if (*same || c->force)
		return 1;
	if (c->trust_store) {
		rc = dv_odb_stat(c->odb, &file->id, NULL, err);
		if (rc)
			return rc;
	}
	return item ? is_beginning(c, w, item, file, err) : 0;
}

int dv_wtco_may_clear(struct dv_wtco *c, const char *rel, struct dv_err *err)
{
	struct dv_wtlist list = DV_WTLIST_INIT;
	struct dv_buf path = DV_BUF_INIT;
	int fd, rc;

	fd = dv_path_open(c->root.fd, *rel ? rel : ".", O_RDONLY | O_DIRECTORY,
			  0);
	if (fd < 0)
		return dv_err_sys(err, "cannot open '%s/%s'", c->shown, rel);
	rc = dv_wtlist_read(&list, fd, false, err);
	close(fd);
	for (size_t i = 0; i < list.n && rc >= 0; i++) {
		uint32_t at;

		dv_buf_reset(&path);
		dv_buf_printf(&path, "%s%s%s", rel, *rel ? "/" : "",
			      list.v[i].name);
		if (list.v[i].type == DT_DIR) {
			rc = dv_wtco_may_clear(c, path.data, err);
			continue;
		}
		rc = 0;
		if (c->old.here)
			rc = dv_windex_find(&c->old.ix, path.data, path.len,
					    &at, err);
		if (!rc)
			dv_wtco_conflict(c, path.data);
	}
	dv_buf_release(&path);
	dv_wtlist_release(&list);
	return rc < 0 ? rc : 0;
}

