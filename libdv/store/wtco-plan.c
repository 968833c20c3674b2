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

/* One span of new: what is wanted, beside what was and what is. */
struct look {
	struct dv_wtco *c;
	struct dv_wtco_worker *w;
	int dirfd;			/* -1: no such directory */
	uint32_t i;
	struct dv_windex_item item;	/* of new */
	bool has_old;
	struct dv_windex_item old;
	bool hollow;			/* a new file in it is to be absent */
	bool asked;			/* for */
	bool wanted;			/* and its content may be brought */
	const char *name;
};

bool dv_wtco_wants(const struct dv_wtco *c, const char *path, size_t n)
{
	size_t len = strlen(c->path);

	return !len || (n == len && !memcmp(path, c->path, n)) ||
	       dv_path_inside(c->path, len, path, n);
}

int dv_wtco_open_dir(const struct dv_wtco *c, const char *rel, size_t n)
{
	if (c->root.fd < 0) {
		errno = c->root.here ? ENOTDIR : ENOENT;
		return -1;
	}
	return dv_path_open(c->root.fd, n ? rel : ".", O_PATH | O_DIRECTORY,
			    0);
}

void dv_wtco_conflict(struct dv_wtco *c, const char *path)
{
	pthread_mutex_lock(&c->lock);
	dv_strlist_add(&c->conflict, path);
	pthread_mutex_unlock(&c->lock);
}

static void add_block(struct dv_wtco *c, const char *path)
{
	pthread_mutex_lock(&c->lock);
	dv_strlist_add(&c->block, path);
	pthread_mutex_unlock(&c->lock);
}

void dv_wtco_cut(struct dv_wtco *c, const struct dv_windex *ix, uint32_t max)
{
	c->spans = 0;
	for (uint32_t d = 0; d < ix->dirs; d++) {
		struct dv_windex_cursor cursor = { 0 };
		struct dv_windex_span span;

		while (dv_windex_next_span(ix, d, max, &cursor, &span)) {
			dv_grow(&c->span, &c->spans_cap, c->spans + 1,
				sizeof(*c->span));
			c->span[c->spans++] = span;
		}
	}
}

static bool on_disk(uint32_t mode)
{
	return mode != DV_MODE_VALUE && mode != DV_MODE_REF;
}

static bool same_entry(const struct dv_wtco *c,
		       const struct dv_windex_item *a,
		       const struct dv_windex_item *b)
{
	return a->mode == b->mode && a->size == b->size &&
	       !memcmp(a->id, b->id, dv_algo_size(c->algo));
}

static void decide(struct look *l, enum dv_wtact act,
		   const struct dv_windex_stat *st, bool racy)
{
	struct dv_wtco *c = l->c;

	c->action[l->i] = (uint8_t)act;
	if (st)
		dv_windex_set_stat(&c->new.ix, (uint8_t *)c->new.own.data,
				   l->i, st, racy);
}

static const char *path_of(struct look *l)
{
	dv_windex_path(&l->c->new.ix, &l->item, &l->w->path);
	return l->w->path.data;
}

static bool was_absent(const struct look *l)
{
	return l->has_old && l->old.flags & DV_WINDEX_ABSENT;
}

static void decide_absent(struct look *l, bool there)
{
	struct dv_wtco *c = l->c;

	c->action[l->i] = there ? DV_WTACT_DROP : DV_WTACT_NONE;
	l->w->drops += there;
	dv_windex_set_absent(&c->new.ix, (uint8_t *)c->new.own.data, l->i);
	if (l->item.mode == DV_MODE_DIR)
		return;
	if (!l->asked) {
		l->w->left += c->rest_follows && !was_absent(l);
		return;
	}
	l->w->absent++;
	l->w->absent_bytes += l->item.size;
	l->w->unheld += l->wanted;
}

/*
 * It shall be made, over what is there or not: unless it is not wanted, or
 * its content is not here and may be absent.
 */
static int plan_make(struct look *l, enum dv_wtact act, const struct stat *st,
		     struct dv_err *err)
{
	struct dv_wtco *c = l->c;
	struct dv_digest id;
	int rc = l->wanted;

	if (rc && l->item.mode != DV_MODE_DIR &&
	    (c->partial || was_absent(l))) {
		dv_digest_set(&id, c->algo, l->item.id);
		rc = dv_odb_stat(c->odb, &id, NULL, err);
	}
	if (rc < 0)
		return rc;
	if (act == DV_WTACT_REPLACE)
		l->w->freed += (uint64_t)st->st_blocks * 512;
	if (rc)
		decide(l, act, NULL, false);
	else
		decide_absent(l, act == DV_WTACT_REPLACE);
	return 0;
}

/* Stat could not tell, and it is as it was brought or added after all. */
static bool is_old(const struct look *l, const struct dv_wtfile *file)
{
	struct dv_digest id;

	if (!l->has_old || (l->old.mode == DV_MODE_LINK) !=
	    (file->mode == DV_MODE_LINK))
		return false;
	dv_digest_set(&id, l->c->algo, l->old.id);
	return dv_digest_eq(&id, &file->id);
}

/* Something else is where the file shall be, and may not be known. */
static int plan_over(struct look *l, const struct stat *st,
		     struct dv_err *err)
{
	struct dv_wtco *c = l->c;
	struct dv_wtfile file = { 0 };
	bool same;
	int rc;

	rc = dv_wtco_may_lose(c, l->w, l->dirfd, l->name, &l->item, &file,
			      &same, err);
	if (rc < 0)
		return rc;
	if (same && (file.mode == l->item.mode || !c->file_mode)) {
		decide(l, DV_WTACT_KEEP, &file.st,
		       dv_wtfile_racy(&file.st, c->began));
		return 0;
	}
	if (rc || is_old(l, &file))
		return plan_make(l, DV_WTACT_REPLACE, st, err);
	if (!c->keep_changes || !l->has_old ||
	    !same_entry(c, &l->old, &l->item))
		dv_wtco_conflict(c, path_of(l));
	return 0;
}

static int plan_dir_entry(struct look *l, const struct stat *st,
			  struct dv_err *err)
{
	struct dv_wtfile file;
	bool same;
	int rc;

	if (S_ISDIR(st->st_mode)) {
		decide(l, DV_WTACT_KEEP, NULL, false);
		return 0;
	}
	if (!l->wanted) {
		decide_absent(l, false);
		return 0;
	}
	decide(l, DV_WTACT_CREATE, NULL, false);
	if (l->has_old && l->old.mode != DV_MODE_DIR)
		return 0;
	rc = dv_wtco_may_lose(l->c, l->w, l->dirfd, l->name, NULL, &file,
			      &same, err);
	if (rc > 0)
		add_block(l->c, path_of(l));
	else if (!rc)
		dv_wtco_conflict(l->c, path_of(l));
	return rc < 0 ? rc : 0;
}

static int plan_there(struct look *l, const struct stat *st,
		      struct dv_err *err)
{
	if (l->item.mode == DV_MODE_DIR)
		return plan_dir_entry(l, st, err);
	if (S_ISDIR(st->st_mode)) {
		int rc = plan_make(l, DV_WTACT_CLEAR, st, err);

		return rc < 0 || l->c->force ? rc : dv_wtco_may_clear(l->c,
			l->c->new_single ? "" : path_of(l), err);
	}
	if (l->has_old && dv_wtfile_same(&l->old, st)) {
		if (!same_entry(l->c, &l->old, &l->item))
			return plan_make(l, DV_WTACT_REPLACE, st, err);
		decide(l, DV_WTACT_KEEP, &l->old.st, false);
		return 0;
	}
	return plan_over(l, st, err);
}

/* Is it asked for, and may it be brought? */
static void ask(struct look *l)
{
	struct dv_wtco *c = l->c;

	l->asked = l->wanted = true;
	if (*c->path || c->want) {
		dv_windex_path(&c->new.ix, &l->item, &l->w->path);
		l->asked = dv_wtco_wants(c, l->w->path.data,
					 l->w->path.len) &&
			   (!c->want || c->want(c->want_arg, l->w->path.data,
						l->w->path.len));
		l->wanted = l->asked;
	}
	if (c->hollow && (l->has_old ? l->old.flags & DV_WINDEX_ABSENT :
				       l->hollow))
		l->wanted = false;
}

/* What is not asked for is, and is known, as before. */
static void keep_state(struct look *l)
{
	if (l->old.flags & DV_WINDEX_ABSENT)
		decide_absent(l, false);
	else
		decide(l, DV_WTACT_NONE, &l->old.st,
		       l->old.flags & DV_WINDEX_RACY);
}

static int plan_entry(struct look *l, struct dv_err *err)
{
	struct dv_wtco *c = l->c;
	struct stat st;

	if (!on_disk(l->item.mode))
		return 0;
	ask(l);
	if (!l->wanted && l->has_old && same_entry(c, &l->old, &l->item)) {
		keep_state(l);
		return 0;
	}
	if (l->dirfd < 0 || fstatat(l->dirfd, l->name, &st,
				    AT_SYMLINK_NOFOLLOW)) {
		if (l->dirfd >= 0 && errno != ENOENT && errno != ENOTDIR)
			return dv_err_sys(err, "'%s/%s'", c->shown,
					  path_of(l));
		return plan_make(l, DV_WTACT_CREATE, &st, err);
	}
	return plan_there(l, &st, err);
}

/*
 * What is no directory stands where one of new's shall be.  If old has it
 * as a file, that part of the plan says what becomes of it.
 */
static int plan_block(struct dv_wtco *c, struct dv_wtco_worker *w,
		      const char *path, int dirfd, const char *name,
		      struct dv_err *err)
{
	struct dv_wtfile file;
	uint32_t at;
	bool same;
	int rc = 0;

	if (c->old.here)
		rc = dv_windex_find(&c->old.ix, path, strlen(path), &at, err);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = dv_wtco_may_lose(c, w, dirfd, name, NULL, &file, &same, err);
	if (rc > 0)
		add_block(c, path);
	else if (!rc)
		dv_wtco_conflict(c, path);
	return rc < 0 ? rc : 0;
}

/* Find the one on the way to directory dir. */
static int find_block(struct dv_wtco *c, struct dv_wtco_worker *w,
		      const struct dv_windex_dir *dir, struct dv_err *err)
{
	char *path = dv_strdup(dir->path);
	int rc = 0;

	for (size_t i = 1; i <= dir->path_len; i++) {
		const char *name;
		struct stat st;
		int fd;

		if (dir->path[i] && dir->path[i] != '/')
			continue;
		path[i] = '\0';
		fd = dv_path_open_parent(c->root.fd, path, false, &name);
		if (fd < 0)
			break;
		if (!fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
		    !S_ISDIR(st.st_mode)) {
			rc = plan_block(c, w, path, fd, name, err);
			close(fd);
			break;
		}
		close(fd);
		path[i] = dir->path[i];
	}
	free(path);
	return rc;
}

/* *fd stays -1 where there is no such directory. */
static int enter(struct dv_wtco *c, struct dv_wtco_worker *w,
		 const struct dv_windex_dir *dir, int *fd, struct dv_err *err)
{
	if (c->new_single) {
		*fd = c->root.parent;
		return 0;
	}
	*fd = dv_wtco_open_dir(c, dir->path, dir->path_len);
	if (*fd >= 0 || errno == ENOENT || c->root.fd < 0)
		return 0;
	if (errno == ENOTDIR || errno == ELOOP)
		return find_block(c, w, dir, err);
	return dv_err_sys(err, "cannot open '%s/%s'", c->shown, dir->path);
}

static int plan_span(struct dv_wtco *c, struct dv_wtco_worker *w,
		     const struct dv_windex_span *span, struct dv_err *err)
{
	struct look l = { .c = c, .w = w, .dirfd = -1 };
	struct dv_windex_seek seek = { 0 };
	struct dv_windex_dir dir;
	bool old_dir = false;
	int rc = 0;

	dv_windex_get_dir(&c->new.ix, span->dir, &dir);
	if (c->old.here && c->old_single == c->new_single)
		old_dir = dv_windex_find_dir(&c->old.ix, dir.path,
					     dir.path_len, &seek.d);
	rc = enter(c, w, &dir, &l.dirfd, err);
	l.hollow = dv_wtco_is_hollow(c, dir.path, dir.path_len);

	for (l.i = span->first; l.i < span->end && rc >= 0; l.i++) {
		rc = dv_windex_get(&c->new.ix, l.i, &l.item, err);
		if (rc >= 0 && old_dir)
			rc = dv_windex_seek(&c->old.ix, &seek, l.item.name,
					    err);
		if (rc < 0)
			break;
		l.has_old = rc > 0;
		if (l.has_old)
			l.old = seek.item;
		l.name = c->new_single ? c->root.base : l.item.name;
		rc = plan_entry(&l, err);
	}
	if (!c->new_single && l.dirfd >= 0)
		close(l.dirfd);
	return rc;
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

/* A file or link where the dataset's directory shall be. */
static int plan_root(struct dv_wtco *c, struct dv_err *err)
{
	struct dv_wtfile file;
	bool same;
	int rc;

	if (!c->new.here || c->new_single || !c->root.here ||
	    c->root.fd >= 0 || c->old_single)
		return 0;
	rc = dv_wtco_may_lose(c, c->worker, c->root.parent, c->root.base, NULL,
			      &file, &same, err);
	if (rc > 0)
		add_block(c, ".");
	else if (!rc)
		dv_wtco_conflict(c, ".");
	return rc < 0 ? rc : 0;
}

static int is_single(struct dv_wtindex *x, bool *single, struct dv_err *err)
{
	struct dv_windex_item item;

	*single = false;
	if (!x->here || x->ix.entries != 1)
		return 0;
	if (dv_windex_get(&x->ix, 0, &item, err) < 0)
		return -err->code;
	*single = !strcmp(item.name, ".");
	return 0;
}

static int prepare(struct dv_wtco *c, struct dv_err *err)
{
	int rc;

	pthread_mutex_init(&c->lock, NULL);
	rc = is_single(&c->old, &c->old_single, err);
	if (rc >= 0)
		rc = is_single(&c->new, &c->new_single, err);
	if (rc >= 0)
		rc = dv_wtroot_open(&c->root, c->dirfd, c->rootpath, false,
				    err);
	if (rc < 0)
		return rc;
	c->workers = dv_parallel_threads();
	c->worker = dv_calloc((size_t)c->workers, sizeof(*c->worker));
	if (c->new.here)
		c->action = dv_calloc(c->new.ix.entries,
				      sizeof(*c->action));
	dv_wtco_find_hollow(c);
	return 0;
}

static void sum_absent(struct dv_wtco *c)
{
	for (int i = 0; i < c->workers; i++) {
		c->absent += c->worker[i].absent;
		c->absent_bytes += c->worker[i].absent_bytes;
		c->unheld += c->worker[i].unheld;
		c->drops += c->worker[i].drops;
		c->left += c->worker[i].left;
	}
}

int dv_wtco_plan(struct dv_wtco *c, struct dv_err *err)
{
	int rc;

	rc = prepare(c, err);
	if (rc >= 0)
		rc = plan_root(c, err);
	if (rc >= 0 && c->new.here) {
		dv_wtco_cut(c, &c->new.ix, DV_WTCO_LOOK);
		rc = dv_parallel_for(c->spans, 1, c->workers, plan_some, c,
				     err);
		sum_absent(c);
	}
	if (rc >= 0 && c->old.here)
		rc = dv_wtco_plan_old(c, err);
	if (rc >= 0 && c->conflict.n)
		rc = dv_wtco_refuse(c, err);
	if (rc >= 0)
		rc = dv_wtco_check_space(c, err);
	if (rc >= 0 && c->new.here && c->write_n)
		rc = dv_wtco_check_objects(c, err);
	if (rc >= 0 && c->new.here && c->write_n)
		rc = dv_wtco_check_case(c, err);
	return rc;
}

void dv_wtco_release(struct dv_wtco *c)
{
	for (int i = 0; i < c->workers; i++) {
		dv_buf_release(&c->worker[i].work);
		dv_buf_release(&c->worker[i].path);
		free(c->worker[i].remove);
	}
	free(c->worker);
	free(c->action);
	free(c->remove);
	free(c->hollow);
	free(c->span);
	dv_strlist_release(&c->block);
	dv_strlist_release(&c->conflict);
	dv_wtroot_release(&c->root);
	dv_wtindex_release(&c->old);
	dv_wtindex_release(&c->new);
}
