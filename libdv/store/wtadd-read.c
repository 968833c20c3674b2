/* SPDX-License-Identifier: MIT */
#include "store/wtadd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"

#define WAVE 16384		/* results held in memory at once */
#define BATCH 64

/* What one thread keeps from file to file. */
struct dv_wtadd_worker {
	struct dv_buf work;
	uint32_t dir;
	int fd;			/* of scan directory dir; -1 */
};

void dv_wtadd_note_bad(void *add, const char *sentence)
{
	struct dv_wtadd *s = add;

	pthread_mutex_lock(&s->lock);
	dv_strlist_add(&s->bad, sentence);
	pthread_mutex_unlock(&s->lock);
}

/* Put the path of an item in front of what err says of it. */
static void note_bad_file(struct dv_wtadd *s, const struct dv_wtitem *item,
			  const struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT, full = DV_BUF_INIT;
	struct dv_buf text = DV_BUF_INIT;

	dv_buf_str(&full, s->t.dataset);
	if (!s->merge.single) {
		dv_wtmerge_path(&s->merge, item, &path);
		dv_buf_printf(&full, "/%s", path.data);
	}
	dv_buf_char(&text, '\'');
	dv_path_quote(&text, full.data, full.len);
	dv_buf_printf(&text, "' %s", err->msg);
	dv_wtadd_note_bad(s, text.data);
	dv_buf_release(&path);
	dv_buf_release(&full);
	dv_buf_release(&text);
}

static int enter_dir(struct dv_wtadd *s, struct dv_wtadd_worker *w, uint32_t dir)
{
	const struct dv_wtscan_dir *d = &s->scan.dir[dir];

	if (w->fd >= 0 && w->dir == dir)
		return 0;
	if (w->fd >= 0)
		close(w->fd);
	w->dir = dir;
	w->fd = dv_path_open(s->scan.rootfd, d->path_len ? d->path : ".",
			     O_PATH | O_DIRECTORY, 0);
	return w->fd < 0 ? -1 : 0;
}

/* DV_WTADD_SAME if lstat alone can tell; negative on a failure of the index. */
static int is_same(struct dv_wtadd *s, const struct dv_wtitem *item, int dirfd,
		   const char *name, struct dv_err *err)
{
	struct dv_windex_item old;
	struct stat st;
	int rc;

	if (item->old == DV_WTMERGE_NONE || !s->base.on_disk)
		return 0;
	rc = dv_windex_get(&s->base.ix, item->old, &old, err);
	if (rc < 0)
		return rc;
	return !fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       dv_wtfile_same(&old, &st);
}

static int read_item(struct dv_wtadd *s, struct dv_wtadd_worker *w,
		     const struct dv_wtitem *item, struct dv_wtadd_result *out,
		     struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	const char *name;
	int rc;

	if (item->dir == DV_WTMERGE_NONE) {
		out->state = DV_WTADD_OLD;
		return 0;
	}
	if (item->file == DV_WTMERGE_EMPTY) {
		out->state = DV_WTADD_EMPTY;
		return 0;
	}
	out->state = DV_WTADD_BAD;
	name = s->scan.dir[item->dir].list.v[item->file].name;
	if (enter_dir(s, w, item->dir)) {
		dv_err_set(&why, DV_E_SYS, "cannot be read: %s",
			   strerror(errno));
		note_bad_file(s, item, &why);
		return 0;
	}
	rc = is_same(s, item, w->fd, name, err);
	if (rc < 0)
		return rc;
	if (rc) {
		out->state = DV_WTADD_SAME;
		return 0;
	}
	rc = dv_wtfile_take(&out->file, w->fd, name, s->r->algo, s->txn,
			    &w->work, s->a->progress, &why);
	if (rc < 0) {
		*err = why;
		return rc;
	}
	if (rc) {
		note_bad_file(s, item, &why);
		return 0;
	}
	out->state = DV_WTADD_TAKEN;
	return 0;
}

static int put_wave(struct dv_wtadd *s, const struct dv_wtadd_wave *wave,
		    struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < wave->n && rc >= 0; i++)
		rc = dv_wtadd_put(s, &wave->item[i], &wave->result[i], err);
	return rc;
}

static bool any_bad(struct dv_wtadd *s)
{
	bool any;

	pthread_mutex_lock(&s->lock);
	any = s->bad.n;
	pthread_mutex_unlock(&s->lock);
	return any;
}

/*
 * Piece 0 is to put the wave before together; the others are the files of
 * this one.
 */
static int read_some(void *arg, int w, size_t first, size_t n,
		     struct dv_err *err)
{
	struct dv_wtadd *s = arg;
	int rc = 0;

	for (size_t i = first; i < first + n && rc >= 0; i++) {
		if (i)
			rc = read_item(s, &s->worker[w],
				       &s->wave.item[i - 1],
				       &s->wave.result[i - 1], err);
		else if (!any_bad(s))
			rc = put_wave(s, &s->before, err);
	}
	dv_progress_add(s->a->progress, n, 0);
	return rc;
}

static int read_wave(struct dv_wtadd *s, struct dv_err *err)
{
	struct dv_wtadd_wave swap = s->before;
	int rc;

	rc = dv_parallel_for(s->wave.n + 1, BATCH, s->workers, read_some, s,
			     err);
	s->before = s->wave;
	s->wave = swap;
	s->wave.n = 0;
	return rc;
}

/* Told by the merge of each item. */
static int take_item(void *arg, const struct dv_wtitem *item,
		     struct dv_err *err)
{
	struct dv_wtadd *s = arg;

	s->wave.item[s->wave.n++] = *item;
	return s->wave.n == WAVE ? read_wave(s, err) : 0;
}

static void init_wave(struct dv_wtadd_wave *wave)
{
	wave->n = 0;
	wave->item = dv_calloc(WAVE, sizeof(*wave->item));
	wave->result = dv_calloc(WAVE, sizeof(*wave->result));
}

static void free_wave(struct dv_wtadd_wave *wave)
{
	free(wave->item);
	free(wave->result);
}

static void release(struct dv_wtadd *s)
{
	for (int i = 0; i < s->workers; i++) {
		if (s->worker[i].fd >= 0)
			close(s->worker[i].fd);
		dv_buf_release(&s->worker[i].work);
	}
	free(s->worker);
	free_wave(&s->wave);
	free_wave(&s->before);
}

int dv_wtadd_read(struct dv_wtadd *s, struct dv_err *err)
{
	int rc;

	s->workers = dv_parallel_threads();
	s->worker = dv_calloc((size_t)s->workers, sizeof(*s->worker));
	for (int i = 0; i < s->workers; i++)
		s->worker[i].fd = -1;
	init_wave(&s->wave);
	init_wave(&s->before);
	s->merge.fn = take_item;
	s->merge.arg = s;
	dv_progress_phase(s->a->progress, "adding",
			  dv_wtmerge_expect(&s->merge), 0);

	rc = dv_wtmerge_run(&s->merge, err);
	if (rc >= 0)
		rc = read_wave(s, err);
	if (rc >= 0 && !s->bad.n)
		rc = put_wave(s, &s->before, err);
	release(s);
	return rc;
}
