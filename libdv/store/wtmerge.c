/* SPDX-License-Identifier: MIT */
#include "store/wtmerge.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/wttarget.h"

struct merge {
	const struct dv_wtmerge *m;
	uint32_t next;			/* entry of the index to look at */
	struct dv_buf old, found;	/* paths */
	struct dv_windex_item item;	/* of next, if has */
	bool has;
	uint32_t n;			/* items handed out */
	bool absent;			/* the index has absent entries */
	struct run *run;		/* entries where something else is */
	size_t runs, runs_cap;
};

struct run {
	uint32_t first, end;
};

void dv_wtmerge_path(const struct dv_wtmerge *m, const struct dv_wtitem *item,
		     struct dv_buf *path)
{
	const struct dv_wtscan_dir *dir = &m->scan->dir[item->dir];

	dv_buf_reset(path);
	if (m->single) {
		dv_buf_char(path, '.');
		return;
	}
	dv_buf_add(path, dir->path, dir->path_len);
	if (item->file == DV_WTMERGE_EMPTY)
		return;
	if (dir->path_len)
		dv_buf_char(path, '/');
	dv_buf_add(path, dir->list.v[item->file].name,
		   dir->list.v[item->file].len);
}

size_t dv_wtmerge_expect(const struct dv_wtmerge *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->scan->n; i++)
		n += m->scan->dir[i].list.n;
	return m->base && m->base->entries > n ? m->base->entries : n;
}

static int give(struct merge *g, const struct dv_wtitem *item,
		struct dv_err *err)
{
	if (g->n++ >= DV_WTMERGE_EMPTY)
		return dv_err_set(err, DV_E_LIMIT, "more than four thousand "
				  "million files in one dataset");
	return g->m->fn(g->m->arg, item, err);
}

/* Read the entry at next. */
static int look(struct merge *g, struct dv_err *err)
{
	int rc;

	g->has = g->m->base && g->next < g->m->base->entries;
	if (!g->has)
		return 0;
	rc = dv_windex_get(g->m->base, g->next, &g->item, err);
	if (rc >= 0)
		dv_windex_path(g->m->base, &g->item, &g->old);
	return rc;
}

/* Did the scan read the directory, or find anything below it? */
static bool is_scanned(const struct dv_wtmerge *m, const char *path, size_t n,
		       bool below)
{
	for (size_t i = 0; i < m->scan->n; i++) {
		const struct dv_wtscan_dir *dir = &m->scan->dir[i];

		if (dir->bad)
			continue;
		if (dir->path_len == n && !memcmp(dir->path, path, n) &&
		    (below ? dir->list.n || dir->empty : !dir->one))
			return true;
		if (below && dv_path_inside(path, n, dir->path, dir->path_len))
			return true;
	}
	return false;
}

static void add_run(struct merge *g, uint32_t first, uint32_t end)
{
	dv_grow(&g->run, &g->runs_cap, g->runs + 1, sizeof(*g->run));
	g->run[g->runs++] = (struct run){ first, end };
}

/* A directory that was found where the index has a file. */
static int find_replaced(struct merge *g, struct dv_err *err)
{
	const struct dv_windex *base = g->m->base;
	uint32_t at;
	int rc = 0;

	for (size_t i = 0; i < g->m->scan->n && rc >= 0; i++) {
		const struct dv_wtscan_dir *dir = &g->m->scan->dir[i];

		if (dir->bad || !dir->path_len ||
		    !(dir->list.n || dir->subs) ||
		    dv_windex_find_dir(base, dir->path, dir->path_len, &at))
			continue;
		rc = dv_windex_find(base, dir->path, dir->path_len, &at, err);
		if (rc > 0)
			add_run(g, at, at + 1);
	}
	return rc < 0 ? rc : 0;
}

/* A file that was found where the index has a directory. */
static void note_replaced(struct merge *g, const struct dv_buf *path)
{
	struct dv_windex_dir dir;
	uint32_t at;

	if (!dv_windex_find_dir(g->m->base, path->data, path->len, &at))
		return;
	dv_windex_get_dir(g->m->base, at, &dir);
	add_run(g, dir.first, dir.first + dir.entries);
}

static bool is_replaced(const struct merge *g)
{
	for (size_t i = 0; i < g->runs; i++)
		if (g->next >= g->run[i].first && g->next < g->run[i].end)
			return true;
	return false;
}

/*
 * Does an entry that the scan did not find stay?  What is outside the
 * parts does, but for a file where now a directory of a part is; what has
 * no file does; and what is absent does, unless it is to go, or something
 * else has taken its place.
 */
static bool stays(const struct merge *g)
{
	const struct dv_wtmerge *m = g->m;
	const char *path = g->old.data;
	size_t n = g->old.len;
	bool dir_meta = g->item.mode == DV_MODE_DIR &&
			g->item.flags & DV_WINDEX_META;

	if (!dv_wttarget_has(m->rel, path, n))
		return dir_meta || !dv_wttarget_below(m->rel, path, n) ||
		       !is_scanned(m, path, n, true);
	if (g->item.mode == DV_MODE_VALUE || g->item.mode == DV_MODE_REF)
		return true;
	if (dir_meta && is_scanned(m, path, n, false))
		return true;
	return m->keep_missing ||
	       (g->item.flags & DV_WINDEX_ABSENT && !m->drop_absent &&
		!is_replaced(g));
}

/* Take in entries of the index in front of path; NULL: all. */
static int take_old(struct merge *g, const struct dv_buf *path, uint32_t *same,
		    struct dv_err *err)
{
	int rc = 0;

	*same = DV_WTMERGE_NONE;
	while (g->has && rc >= 0) {
		int c = path ? dv_path_cmp(g->old.data, g->old.len,
					   path->data, path->len) : -1;

		if (c > 0)
			break;
		if (c == 0) {
			*same = g->next;
		} else {
			struct dv_wtitem item = { DV_WTMERGE_NONE,
						  DV_WTMERGE_NONE, g->next,
						  !stays(g) };

			rc = give(g, &item, err);
		}
		g->next++;
		if (rc >= 0)
			rc = look(g, err);
		if (c == 0)
			break;
	}
	return rc;
}

/* An empty directory whose files stay in the index is no entry. */
static bool is_kept_dir(const struct dv_wtmerge *m, const struct dv_buf *path)
{
	uint32_t d;

	return m->base &&
	       dv_windex_find_dir(m->base, path->data, path->len, &d) &&
	       (m->keep_missing || dv_windex_absent_below(m->base, d));
}

static int take_found(void *arg, size_t dir, ptrdiff_t file,
		      struct dv_err *err)
{
	struct merge *g = arg;
	struct dv_wtitem item = { (uint32_t)dir, file < 0 ? DV_WTMERGE_EMPTY :
				  (uint32_t)file, DV_WTMERGE_NONE, false };
	int rc;

	dv_wtmerge_path(g->m, &item, &g->found);
	if (file < 0 && is_kept_dir(g->m, &g->found))
		return 0;
	rc = take_old(g, &g->found, &item.old, err);
	if (rc >= 0 && g->absent && item.old == DV_WTMERGE_NONE)
		note_replaced(g, &g->found);
	return rc < 0 ? rc : give(g, &item, err);
}

int dv_wtmerge_run(const struct dv_wtmerge *m, struct dv_err *err)
{
	struct merge g = { .m = m, .old = DV_BUF_INIT, .found = DV_BUF_INIT };
	uint32_t same;
	int rc = 0;

	g.absent = m->base && dv_windex_absent_below(m->base, 0);
	if (g.absent)
		rc = find_replaced(&g, err);
	if (rc >= 0)
		rc = look(&g, err);
	if (rc >= 0)
		rc = dv_wtscan_each(m->scan, take_found, &g, err);
	if (rc >= 0)
		rc = take_old(&g, NULL, &same, err);
	free(g.run);
	dv_buf_release(&g.old);
	dv_buf_release(&g.found);
	return rc;
}
