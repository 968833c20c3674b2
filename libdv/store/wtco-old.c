/* SPDX-License-Identifier: MIT */
#include "store/wtcheckout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"

/* One entry of old that new does not have as a file, link or directory. */
struct look {
	struct dv_wtco *c;
	struct dv_wtco_worker *w;
	int dirfd;
	const char *name;
	uint32_t i;
	struct dv_windex_item item;
};

static void drop(struct look *l, const struct stat *st)
{
	struct dv_wtco_worker *w = l->w;

	dv_grow(&w->remove, &w->cap, w->n + 1, sizeof(*w->remove));
	w->remove[w->n++] = l->i;
	w->freed += (uint64_t)st->st_blocks * 512;
}

static int plan_gone(struct look *l, struct dv_err *err)
{
	struct dv_wtco *c = l->c;
	struct dv_wtfile file = { 0 };
	struct dv_digest id;
	struct stat st;
	bool same;
	int rc;

	if (fstatat(l->dirfd, l->name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return dv_err_sys(err, "'%s': '%s'", c->shown, l->name);
	}
	if (S_ISDIR(st.st_mode)) {
		if (l->item.mode == DV_MODE_DIR)
			drop(l, &st);
		return 0;
	}
	if (l->item.mode == DV_MODE_DIR)
		return 0;
	if (dv_wtfile_same(&l->item, &st)) {
		drop(l, &st);
		return 0;
	}
	rc = dv_wtco_may_lose(c, l->w, l->dirfd, l->name, NULL, &file, &same,
			      err);
	if (rc < 0)
		return rc;
	dv_digest_set(&id, c->algo, l->item.id);
	if (rc || dv_digest_eq(&id, &file.id)) {
		drop(l, &st);
	} else {
		dv_windex_path(&c->old.ix, &l->item, &l->w->path);
		dv_wtco_conflict(c, l->w->path.data);
	}
	return 0;
}

/* Is it a path that new has on disk too? */
static int in_new(struct dv_wtco *c, struct dv_windex_seek *seek,
		  const char *name, struct dv_err *err)
{
	int rc = dv_windex_seek(&c->new.ix, seek, name, err);

	if (rc <= 0)
		return rc;
	return seek->item.mode != DV_MODE_VALUE &&
	       seek->item.mode != DV_MODE_REF;
}

static int plan_span(struct dv_wtco *c, struct dv_wtco_worker *w,
		     const struct dv_windex_span *span, struct dv_err *err)
{
	struct look l = { .c = c, .w = w };
	struct dv_windex_seek seek = { 0 };
	struct dv_windex_dir dir;
	bool new_dir = false;
	int rc = 0;

	dv_windex_get_dir(&c->old.ix, span->dir, &dir);
	if (c->new.here && c->new_single == c->old_single)
		new_dir = dv_windex_find_dir(&c->new.ix, dir.path,
					     dir.path_len, &seek.d);
	l.dirfd = c->old_single ? c->root.parent :
		  dv_wtco_open_dir(c, dir.path, dir.path_len);
	if (l.dirfd < 0)
		return 0;

	for (l.i = span->first; l.i < span->end && rc >= 0; l.i++) {
		rc = dv_windex_get(&c->old.ix, l.i, &l.item, err);
		if (rc >= 0 && new_dir)
			rc = in_new(c, &seek, l.item.name, err);
		if (rc || l.item.mode == DV_MODE_VALUE ||
		    l.item.mode == DV_MODE_REF)
			continue;
		dv_windex_path(&c->old.ix, &l.item, &w->path);
		if (!c->rest_follows &&
		    !dv_wtco_wants(c, w->path.data, w->path.len))
			continue;
		l.name = c->old_single ? c->root.base : l.item.name;
		rc = plan_gone(&l, err);
	}
	if (!c->old_single)
		close(l.dirfd);
	return rc < 0 ? rc : 0;
}

static int plan_some(void *arg, int w, size_t first, size_t n,
		     struct dv_err *err)
{
	struct dv_wtco *c = arg;
	int rc = 0;

	for (size_t i = first; i < first + n && rc >= 0; i++)
		rc = plan_span(c, &c->worker[w], &c->span[i], err);
	return rc;
}

static int cmp_entries(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int dv_wtco_plan_old(struct dv_wtco *c, struct dv_err *err)
{
	size_t n = 0;
	int rc;

	dv_wtco_cut(c, &c->old.ix, DV_WTCO_LOOK);
	rc = dv_parallel_for(c->spans, 1, c->workers, plan_some, c, err);
	if (rc < 0)
		return rc;
	for (int i = 0; i < c->workers; i++)
		n += c->worker[i].n;
	c->remove = dv_calloc(n, sizeof(*c->remove));
	for (int i = 0; i < c->workers; i++)
		for (size_t k = 0; k < c->worker[i].n; k++)
			c->remove[c->remove_n++] = c->worker[i].remove[k];
	if (n)
		qsort(c->remove, n, sizeof(*c->remove), cmp_entries);
	return 0;
}
