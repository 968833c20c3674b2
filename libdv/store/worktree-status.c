/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "store/wtjournal.h"
#include "store/wtstatus.h"

int64_t dv_wtstatus_now(struct dv_wtstatus *s)
{
	struct dv_err ignored = DV_ERR_INIT;
	int64_t now;

	pthread_mutex_lock(&s->lock);
	if (!s->has_now) {
		/* Where nothing can be written nothing can be learned. */
		if (dv_wtfile_now(s->r, &s->now, &ignored) < 0)
			s->now = 0;
		s->has_now = true;
	}
	now = s->now;
	pthread_mutex_unlock(&s->lock);
	return now;
}

void dv_wtstatus_note(struct dv_wtstatus_worker *w, enum dv_change what,
		      uint32_t entry, const char *path, size_t n,
		      bool in_store)
{
	struct dv_wtchange *c;

	dv_grow(&w->change, &w->cap, w->n + 1, sizeof(*w->change));
	c = &w->change[w->n++];
	c->path = dv_strndup(path, n);
	c->n = n;
	c->entry = entry;
	c->what = (char)what;
	c->in_store = in_store;
}

void dv_wtstatus_learn(struct dv_wtstatus_worker *w,
		       const struct dv_wtlearned *learned)
{
	dv_grow(&w->learned, &w->learned_cap, w->learned_n + 1,
		sizeof(*w->learned));
	w->learned[w->learned_n++] = *learned;
}

int dv_wtstatus_in_store(struct dv_wtstatus *s, struct dv_wtstatus_worker *w,
			 int dirfd, const char *name, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_wtfile file;

	if (!s->odb)
		return 0;
	if (dv_wtfile_take(&file, dirfd, name, s->r->algo, NULL, &w->work,
			   NULL, &why))
		return 0;
	return dv_odb_stat(s->odb, &file.id, NULL, err);
}

static int prepare(struct dv_wtstatus *s, bool know, struct dv_err *err)
{
	struct dv_windex_item item;
	int rc;

	s->file_mode = true;
	rc = dv_git_config_bool(s->r->git, "core.fileMode", &s->file_mode,
				err);
	if (rc >= 0 && know)
		rc = dv_repo_odb(s->r, &s->odb, err);
	if (rc >= 0)
		rc = dv_wtindex_load(&s->x, s->r, s->dataset, err);
	if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "'%s' is not a dataset",
				s->dataset);
	if (rc >= 0)
		rc = dv_wtroot_open(&s->root, s->r->workfd, s->dataset, false,
				    err);
	if (rc >= 0 && s->x.ix.entries == 1) {
		rc = dv_windex_get(&s->x.ix, 0, &item, err);
		s->single = rc >= 0 && !strcmp(item.name, ".");
	}
	if (rc < 0)
		return rc;
	s->workers = dv_parallel_threads();
	s->worker = dv_calloc((size_t)s->workers, sizeof(*s->worker));
	return 0;
}

/* Nothing of a directory is known where a file lies in its place. */
static int compare(struct dv_wtstatus *s, struct dv_err *err)
{
	int rc;

	rc = dv_wtstatus_known(s, err);
	if (rc >= 0)
		rc = dv_wtstatus_new(s, err);
	if (rc < 0 || s->single || !s->root.here || s->root.fd >= 0)
		return rc;
	rc = dv_wtstatus_in_store(s, s->worker, s->root.parent, s->root.base,
				  err);
	if (rc >= 0)
		dv_wtstatus_note(s->worker, DV_CHANGE_NEW, DV_WTSTATUS_NEW,
				 ".", 1, rc > 0);
	return rc;
}

static int cmp_changes(const void *a, const void *b)
{
	const struct dv_wtchange *const *x = a, *const *y = b;

	return dv_path_cmp((*x)->path, (*x)->n, (*y)->path, (*y)->n);
}

static int tell(struct dv_wtstatus *s, const struct dv_wtchange *c,
		dv_status_fn *fn, void *arg, struct dv_buf *hold,
		struct dv_err *err)
{
	struct dv_entry e;
	int rc;

	if (c->entry == DV_WTSTATUS_NEW)
		return fn(arg, (enum dv_change)c->what, c->path, c->n, NULL,
			  c->in_store, err);
	rc = dv_windex_entry(&s->x.ix, c->entry, &e, hold, err);
	if (rc < 0)
		return rc;
	return fn(arg, (enum dv_change)c->what, c->path, c->n, &e,
		  c->in_store, err);
}

static int tell_all(struct dv_wtstatus *s, dv_status_fn *fn, void *arg,
		    struct dv_err *err)
{
	struct dv_buf hold = DV_BUF_INIT;
	const struct dv_wtchange **all;
	size_t n = 0;
	int rc = 0;

	for (int i = 0; i < s->workers; i++)
		n += s->worker[i].n;
	all = dv_calloc(n, sizeof(*all));
	n = 0;
	for (int i = 0; i < s->workers; i++)
		for (size_t k = 0; k < s->worker[i].n; k++)
			all[n++] = &s->worker[i].change[k];
	if (n)
		qsort(all, n, sizeof(*all), cmp_changes);
	for (size_t i = 0; i < n && !rc; i++)
		rc = tell(s, all[i], fn, arg, &hold, err);
	free(all);
	dv_buf_release(&hold);
	return rc;
}

static size_t count_learned(const struct dv_wtstatus *s)
{
	size_t n = 0;

	for (int i = 0; i < s->workers; i++)
		n += s->worker[i].learned_n;
	return n;
}

/* Is the index on disk still the one that was compared? */
static bool is_current(struct dv_wtstatus *s)
{
	struct dv_wtindex now = DV_WTINDEX_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	bool same;

	if (dv_wtindex_open(&now, s->r, s->dataset, &ignored) <= 0)
		return false;
	same = now.map.len == s->x.map.len &&
	       !memcmp(now.map.data, s->x.map.data, DV_WINDEX_HEADER);
	dv_wtindex_release(&now);
	return same;
}

static void write_learned(struct dv_wtstatus *s)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf bytes = DV_BUF_INIT;
	uint8_t *p;

	dv_buf_add(&bytes, s->x.map.data, s->x.map.len);
	p = (uint8_t *)bytes.data;
	for (int i = 0; i < s->workers; i++) {
		const struct dv_wtstatus_worker *w = &s->worker[i];

		for (size_t k = 0; k < w->learned_n; k++) {
			const struct dv_wtlearned *l = &w->learned[k];

			if (l->dir)
				dv_windex_set_dir(&s->x.ix, p, l->at, &l->st);
			else
				dv_windex_set_stat(&s->x.ix, p, l->at, &l->st,
						   l->racy);
		}
	}
	dv_windex_seal(p, bytes.len);
	(void)dv_wtindex_write(s->r, s->dataset, &bytes, &ignored);
	dv_buf_release(&bytes);
}

/* What a writer that was killed had under temporary names. */
static void clean_up(struct dv_wtstatus *s)
{
	struct dv_err ignored = DV_ERR_INIT;

	if (!dv_wtjournal_clean(&s->root, s->dataset, &ignored))
		(void)dv_wtjournal_end(s->r, s->dataset, &ignored);
}

/*
 * What was learned saves work and nothing else: it is kept if nobody is
 * in the way, and lost without a word otherwise.
 */
static void keep_learned(struct dv_wtstatus *s)
{
	bool learned = s->x.on_disk && count_learned(s);
	bool unfinished = dv_wtjournal_exists(s->r, s->dataset);
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_lock lock = DV_LOCK_INIT;
	int timeout = s->r->lock_timeout;
	int rc;

	if (!learned && !unfinished)
		return;
	s->r->lock_timeout = 0;
	rc = dv_repo_lock(s->r, &lock, &ignored);
	s->r->lock_timeout = timeout;
	if (rc < 0)
		return;
	if (unfinished)
		clean_up(s);
	if (learned && is_current(s))
		write_learned(s);
	dv_lock_release(&lock);
}

/* What is absent, and whether the store has the first of it. */
static int sum_absent(struct dv_wtstatus *s, struct dv_absent *out,
		      struct dv_err *err)
{
	uint32_t first = UINT32_MAX;
	struct dv_windex_item item;
	struct dv_digest id;
	struct dv_odb *odb;
	int rc;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < s->workers; i++) {
		const struct dv_wtstatus_worker *w = &s->worker[i];

		out->files += w->absent;
		out->size += w->absent_size;
		if (w->absent && w->first_absent < first)
			first = w->first_absent;
	}
	if (!out->files)
		return 0;
	rc = dv_repo_odb(s->r, &odb, err);
	if (rc >= 0)
		rc = dv_windex_get(&s->x.ix, first, &item, err);
	if (rc < 0)
		return rc;
	dv_digest_set(&id, s->x.ix.algo, item.id);
	rc = dv_odb_stat(odb, &id, NULL, err);
	out->in_store = rc > 0;
	return rc < 0 ? rc : 0;
}

static void release(struct dv_wtstatus *s)
{
	for (int i = 0; i < s->workers; i++) {
		struct dv_wtstatus_worker *w = &s->worker[i];

		for (size_t k = 0; k < w->n; k++)
			free(w->change[k].path);
		free(w->change);
		free(w->learned);
		dv_buf_release(&w->work);
		dv_buf_release(&w->path);
	}
	free(s->worker);
	free(s->span);
	dv_wtroot_release(&s->root);
	dv_wtindex_release(&s->x);
	pthread_mutex_destroy(&s->lock);
}

int dv_worktree_status(struct dv_repo *r, const char *dataset, bool know,
		       struct dv_absent *absent, dv_status_fn *fn, void *arg,
		       struct dv_err *err)
{
	struct dv_wtstatus s = { .r = r, .dataset = dataset,
				 .x = DV_WTINDEX_INIT, .root = DV_WTROOT_INIT,
				 .lock = PTHREAD_MUTEX_INITIALIZER };
	int rc;

	rc = prepare(&s, know, err);
	if (rc >= 0)
		rc = compare(&s, err);
	if (rc >= 0)
		keep_learned(&s);
	if (rc >= 0 && absent)
		rc = sum_absent(&s, absent, err);
	if (rc >= 0)
		rc = tell_all(&s, fn, arg, err);
	release(&s);
	return rc;
}
