/* SPDX-License-Identifier: MIT */
#include "store/wtstatus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "store/wtlist.h"

#define SPAN_MAX 512

/* One entry, and the file that has its name. */
struct look {
	struct dv_wtstatus *s;
	struct dv_wtstatus_worker *w;
	uint32_t i;
	struct dv_windex_item item;
	int dirfd;
	const char *name;
	struct stat st;
	bool replaced;		/* the directory, by something else */
};

static bool is_file(uint32_t mode)
{
	return mode == DV_MODE_FILE || mode == DV_MODE_EXEC;
}

static int note(struct look *l, enum dv_change what, struct dv_err *err)
{
	struct dv_buf *path = &l->w->path;
	int in_store = 0;

	if (what != DV_CHANGE_MISSING && what != DV_CHANGE_MODE)
		in_store = dv_wtstatus_in_store(l->s, l->w, l->dirfd, l->name,
						err);
	if (in_store < 0)
		return in_store;
	dv_windex_path(&l->s->x.ix, &l->item, path);
	dv_wtstatus_note(l->w, what, l->i, path->data, path->len, in_store);
	return 0;
}

/*
 * Only the content can tell: 1 if it is as the index says, and then
 * *learned is what stat says of it.
 */
static int same_content(struct look *l, struct dv_wtlearned *learned,
			struct dv_err *err)
{
	enum dv_algo algo = l->s->x.ix.algo;
	int64_t now = dv_wtstatus_now(l->s);
	struct dv_err why = DV_ERR_INIT;
	struct dv_wtfile file;
	struct dv_digest id;
	int rc;

	rc = dv_wtfile_take(&file, l->dirfd, l->name, algo, NULL, &l->w->work,
			    NULL, &why);
	if (rc < 0)
		*err = why;
	if (rc)
		return rc < 0 ? rc : 0;
	dv_digest_set(&id, algo, l->item.id);
	learned->at = l->i;
	learned->dir = false;
	learned->racy = dv_wtfile_racy(&file.st, now);
	learned->st = file.st;
	return dv_digest_eq(&file.id, &id);
}

/* A directory that is an entry is empty, unless others are below it. */
static int look_dir(struct look *l, struct dv_err *err)
{
	struct dv_buf *path = &l->w->path;
	uint32_t d;
	char *rel;
	int rc;

	if (!S_ISDIR(l->st.st_mode))
		return note(l, DV_CHANGE_TYPE, err);
	dv_windex_path(&l->s->x.ix, &l->item, path);
	if (dv_windex_find_dir(&l->s->x.ix, path->data, path->len, &d))
		return 0;
	rel = dv_strdup(path->data);
	rc = dv_wtstatus_new_dir(l->s, l->w, rel, true, err);
	free(rel);
	return rc;
}

/*
 * A directory where a file was: one that holds something is no entry, its
 * files are, and the file is gone.
 */
static int look_dir_for_file(struct look *l, struct dv_err *err)
{
	struct dv_wtlist list = DV_WTLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	enum dv_change what = DV_CHANGE_TYPE;
	int fd;

	fd = openat(l->dirfd, l->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd >= 0 && dv_wtlist_read(&list, fd, false, &ignored) >= 0 &&
	    list.n)
		what = DV_CHANGE_MISSING;
	dv_wtlist_release(&list);
	if (fd >= 0)
		close(fd);
	return note(l, what, err);
}

static int look_file(struct look *l, struct dv_err *err)
{
	uint32_t mode = dv_wtfile_mode(&l->st);
	struct dv_wtlearned learned;
	int rc;

	if (dv_wtfile_same(&l->item, &l->st))
		return 0;
	if (S_ISDIR(l->st.st_mode))
		return look_dir_for_file(l, err);
	if (is_file(mode) != is_file(l->item.mode) ||
	    (!is_file(mode) && mode != DV_MODE_LINK))
		return note(l, DV_CHANGE_TYPE, err);
	if (l->item.size != (uint64_t)l->st.st_size)
		return note(l, DV_CHANGE_MODIFIED, err);
	rc = same_content(l, &learned, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return note(l, DV_CHANGE_MODIFIED, err);
	if (mode != l->item.mode && l->s->file_mode)
		return note(l, DV_CHANGE_MODE, err);
	dv_wtstatus_learn(l->w, &learned);
	return 0;
}

/* Nothing has the name. */
static int look_at_none(struct look *l, struct dv_err *err)
{
	struct dv_wtstatus_worker *w = l->w;

	if (!(l->item.flags & DV_WINDEX_ABSENT) || l->replaced)
		return note(l, DV_CHANGE_MISSING, err);
	if (l->item.mode == DV_MODE_DIR)
		return 0;
	if (!w->absent++ || l->i < w->first_absent)
		w->first_absent = l->i;
	w->absent_size += l->item.size;
	return 0;
}

static int look_at(struct look *l, struct dv_err *err)
{
	if (l->item.mode == DV_MODE_VALUE || l->item.mode == DV_MODE_REF)
		return 0;
	if (l->dirfd < 0 ||
	    fstatat(l->dirfd, l->name, &l->st, AT_SYMLINK_NOFOLLOW)) {
		if (l->dirfd < 0 || errno == ENOENT || errno == ENOTDIR)
			return look_at_none(l, err);
		return dv_err_sys(err, "'%s': '%s'", l->s->dataset, l->name);
	}
	if (l->item.mode == DV_MODE_DIR)
		return look_dir(l, err);
	return look_file(l, err);
}

/* The directory's descriptor, -1 where it is not there any more. */
static int open_dir(struct look *l, uint32_t d, struct dv_err *err)
{
	const struct dv_wtstatus *s = l->s;
	struct dv_windex_dir dir;

	l->dirfd = -1;
	if (s->root.fd < 0) {
		l->replaced = s->root.here;
		return 0;
	}
	dv_windex_get_dir(&s->x.ix, d, &dir);
	l->dirfd = dv_path_open(s->root.fd, dir.path_len ? dir.path : ".",
				O_PATH | O_DIRECTORY, 0);
	l->replaced = l->dirfd < 0 && errno != ENOENT;
	if (l->replaced && errno != ENOTDIR && errno != ELOOP)
		return dv_err_sys(err, "cannot open '%s/%s'", s->dataset,
				  dir.path);
	return 0;
}

static int look_at_span(struct dv_wtstatus *s, struct dv_wtstatus_worker *w,
			const struct dv_windex_span *span, struct dv_err *err)
{
	struct look l = { .s = s, .w = w };
	int rc = 0;

	if (s->single)
		l.dirfd = s->root.here ? s->root.parent : -1;
	else
		rc = open_dir(&l, span->dir, err);

	for (l.i = span->first; l.i < span->end && rc >= 0; l.i++) {
		rc = dv_windex_get(&s->x.ix, l.i, &l.item, err);
		if (rc < 0)
			break;
		if (l.item.dir != span->dir) {
			rc = dv_err_set(err, DV_E_FORMAT, "index: entry %u is "
					"not in its directory", l.i);
			break;
		}
		l.name = s->single ? s->root.base : l.item.name;
		rc = look_at(&l, err);
	}
	if (!s->single && l.dirfd >= 0)
		close(l.dirfd);
	return rc;
}

static int look_at_some(void *arg, int w, size_t first, size_t n,
			struct dv_err *err)
{
	struct dv_wtstatus *s = arg;
	int rc = 0;

	for (size_t i = first; i < first + n && rc >= 0; i++)
		rc = look_at_span(s, &s->worker[w], &s->span[i], err);
	return rc;
}

int dv_wtstatus_known(struct dv_wtstatus *s, struct dv_err *err)
{
	for (uint32_t d = 0; d < s->x.ix.dirs; d++) {
		struct dv_windex_cursor cursor = { 0 };
		struct dv_windex_span span;

		while (dv_windex_next_span(&s->x.ix, d, SPAN_MAX, &cursor,
					   &span)) {
			dv_grow(&s->span, &s->spans_cap, s->spans + 1,
				sizeof(*s->span));
			s->span[s->spans++] = span;
		}
	}
	return dv_parallel_for(s->spans, 1, s->workers, look_at_some, s, err);
}
