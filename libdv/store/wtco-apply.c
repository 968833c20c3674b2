/* SPDX-License-Identifier: MIT */
#include "store/wtcheckout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/path.h"
#include "store/wtflush.h"
#include "store/wtlist.h"

#define REMOVE_BATCH 256

/*
 * Two threads that make files in one directory wait for each other: a
 * span is long enough to be all of most directories.
 */
#define SPAN_MAX 8192
/* So many files take a while: the disk begins before they are all there. */
#define FLUSH_FILES 4096

/* --- remove ---------------------------------------------------------------- */

static int remove_some(void *arg, int w, size_t first, size_t n,
		       struct dv_err *err)
{
	struct dv_wtco *c = arg;
	uint32_t at = UINT32_MAX;
	int fd = -1, rc = 0;

	(void)w;
	for (size_t i = first; i < first + n && rc >= 0; i++) {
		struct dv_windex_item item;
		struct dv_windex_dir dir;
		const char *name;

		rc = dv_windex_get(&c->old.ix, c->remove[i], &item, err);
		if (rc < 0)
			break;
		if (item.dir != at || fd < 0) {
			if (fd >= 0 && fd != c->root.parent)
				close(fd);
			at = item.dir;
			dv_windex_get_dir(&c->old.ix, at, &dir);
			fd = c->old_single ? c->root.parent :
			     dv_wtco_open_dir(c, dir.path, dir.path_len);
		}
		name = c->old_single ? c->root.base : item.name;
		if (fd >= 0 && unlinkat(fd, name, item.mode == DV_MODE_DIR ?
					AT_REMOVEDIR : 0) &&
		    errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
			rc = dv_err_sys(err, "cannot remove '%s' of '%s'",
					name, c->shown);
	}
	if (fd >= 0 && fd != c->root.parent)
		close(fd);
	return rc;
}

/* What a writer that was killed left is in the way of rmdir. */
static void remove_temps(int parent, const char *name)
{
	const char *temp = DV_WTFILE_TEMP;
	DIR *dir;
	struct dirent *d;
	int fd;

	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((d = readdir(dir)))
		if (!strncmp(d->d_name, temp, strlen(temp)))
			unlinkat(fd, d->d_name, 0);
	closedir(dir);
}

/* Remove a directory, if nothing is left in it. */
static int remove_dir(int parent, const char *name)
{
	if (!unlinkat(parent, name, AT_REMOVEDIR))
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	remove_temps(parent, name);
	return unlinkat(parent, name, AT_REMOVEDIR);
}

/* Directories of old that new has not, deepest first. */
static void remove_dirs(struct dv_wtco *c)
{
	if (c->old_single || c->root.fd < 0)
		return;
	for (uint32_t d = c->old.ix.dirs; d-- > 1;) {
		struct dv_windex_dir dir;
		const char *base;
		uint32_t at;
		int fd;

		dv_windex_get_dir(&c->old.ix, d, &dir);
		if ((c->new.here && !c->new_single &&
		     dv_windex_find_dir(&c->new.ix, dir.path, dir.path_len,
					&at)) ||
		    (!c->rest_follows &&
		     !dv_wtco_wants(c, dir.path, dir.path_len)) ||
		    dv_wtroot_holds(c->rootpath, dir.path, dir.path_len,
				    c->prefix))
			continue;
		fd = dv_path_open_parent(c->root.fd, dir.path, false, &base);
		if (fd < 0)
			continue;
		(void)remove_dir(fd, base);
		close(fd);
	}
}

static int remove_blocks(struct dv_wtco *c, struct dv_err *err)
{
	dv_strlist_uniq(&c->block);
	for (size_t i = 0; i < c->block.n; i++) {
		const char *path = c->block.v[i], *base = c->root.base;
		int fd = c->root.parent, rc = 0;

		if (strcmp(path, "."))
			fd = dv_path_open_parent(c->root.fd, path, false,
						 &base);
		if (fd < 0 || (unlinkat(fd, base, 0) && errno != ENOENT))
			rc = dv_err_sys(err, "cannot remove '%s/%s'",
					c->shown, path);
		if (fd >= 0 && fd != c->root.parent)
			close(fd);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Remove the directories at and below name that hold nothing else. */
static int remove_hollow(int parent, const char *name)
{
	struct dv_wtlist list = DV_WTLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	int fd, rc = 0;

	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (dv_wtlist_read(&list, fd, false, &ignored) < 0) {
		errno = EIO;
		rc = -1;
	}
	for (size_t i = 0; i < list.n && !rc; i++)
		rc = list.v[i].type == DT_DIR ?
			remove_hollow(fd, list.v[i].name) : (errno = EEXIST, -1);
	dv_wtlist_release(&list);
	close(fd);
	return rc ? rc : remove_dir(parent, name);
}

static int clear_dir(struct dv_wtco *c, int dirfd, const char *name,
		     struct dv_err *err)
{
	if (c->force)
		return dv_remove_tree(dirfd, name, err);
	/* With the last of old's files in it remove_dirs() took it along. */
	if (remove_hollow(dirfd, name) && errno != ENOENT)
		return dv_err_sys(err, "'%s': cannot remove the directory "
				  "'%s', where a file shall be", c->shown,
				  name);
	return 0;
}

/* --- make ------------------------------------------------------------------- */

static int failed(struct dv_wtco *c, const struct dv_windex_item *item,
		  const char *what, struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	int saved = errno;

	dv_windex_path(&c->new.ix, item, &path);
	errno = saved;
	if (saved == EEXIST)
		dv_err_set(err, DV_E_CONFLICT, "'%s/%s' appeared meanwhile; "
			   "run the command again", c->shown, path.data);
	else
		dv_err_sys(err, "cannot %s '%s/%s'", what, c->shown,
			   path.data);
	dv_buf_release(&path);
	return -err->code;
}

static int read_object(struct dv_wtco *c, const struct dv_windex_item *item,
		       struct dv_buf *work, struct dv_err *err)
{
	struct dv_digest id;
	int rc;

	dv_digest_set(&id, c->algo, item->id);
	dv_buf_reset(work);
	rc = dv_odb_read(c->odb, &id, work, (size_t)item->size, err);
	if (rc < 0)
		return dv_err_prefix(err, "'%s': '%s'", c->shown, item->name);
	if (work->len != item->size)
		return dv_err_set(err, DV_E_FORMAT, "'%s': '%s' has another "
				  "size than its manifest says", c->shown,
				  item->name);
	return 0;
}

static int make_link(struct dv_wtco *c, struct dv_wtco_worker *w,
		     const struct dv_windex_item *item, int dirfd,
		     const char *name, struct stat *st, struct dv_err *err)
{
	int rc;

	if (!item->size || item->size >= PATH_MAX)
		return dv_err_set(err, DV_E_FORMAT, "'%s': the link '%s' has "
				  "no target that can be", c->shown,
				  item->name);
	rc = read_object(c, item, &w->work, err);
	if (rc < 0)
		return rc;
	if (memchr(w->work.data, '\0', w->work.len))
		return dv_err_set(err, DV_E_FORMAT, "'%s': the link '%s' has "
				  "a NUL in its target", c->shown, item->name);
	if (symlinkat(w->work.data, dirfd, name) ||
	    fstatat(dirfd, name, st, AT_SYMLINK_NOFOLLOW))
		return failed(c, item, "make", err);
	return 0;
}

/* A large one is checked while it is written. */
static int fill(struct dv_wtco *c, struct dv_wtco_worker *w,
		const struct dv_windex_item *item, int fd, struct dv_err *err)
{
	struct dv_digest id;
	int rc;

	if (item->size < DV_ODB_LARGE) {
		if (dv_write_full(fd, w->work.data, w->work.len))
			return failed(c, item, "write", err);
		dv_progress_add(c->progress, 0, item->size);
		return 0;
	}
	dv_digest_set(&id, c->algo, item->id);
	rc = dv_odb_copy_file(c->odb, &id, fd, c->progress, err);
	if (rc < 0)
		dv_err_prefix(err, "'%s': '%s'", c->shown, item->name);
	return rc;
}

/* What lies ready needs a name only. */
static bool place_ready(struct dv_wtco *c, const struct dv_windex_item *item,
			int dirfd, const char *name, struct stat *st)
{
	struct dv_digest id;

	if (!c->ready || item->size < DV_ODB_LARGE)
		return false;
	dv_digest_set(&id, c->algo, item->id);
	if (!dv_wtready_place(c->ready, &id, item->size,
			      item->mode == DV_MODE_EXEC, dirfd, name))
		return false;
	if (fstatat(dirfd, name, st, AT_SYMLINK_NOFOLLOW)) {
		unlinkat(dirfd, name, 0);
		return false;
	}
	dv_progress_add(c->progress, 0, item->size);
	return true;
}

static int make_file(struct dv_wtco *c, struct dv_wtco_worker *w,
		     const struct dv_windex_item *item, int dirfd,
		     const char *name, struct stat *st, struct dv_err *err)
{
	mode_t mode = item->mode == DV_MODE_EXEC ? 0777 : 0666;
	int fd, rc = 0;

	if (item->size < DV_ODB_LARGE)
		rc = read_object(c, item, &w->work, err);
	if (rc < 0)
		return rc;
	fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		    O_CLOEXEC, mode);
	if (fd < 0)
		return failed(c, item, "make", err);
	rc = fill(c, w, item, fd, err);
	if (rc >= 0 && fstat(fd, st))
		rc = failed(c, item, "stat", err);
	if (close(fd) && rc >= 0)
		rc = failed(c, item, "write", err);
	if (rc < 0)
		unlinkat(dirfd, name, 0);
	return rc;
}

static int make(struct dv_wtco *c, struct dv_wtco_worker *w,
		const struct dv_windex_item *item, int dirfd,
		const char *name, struct stat *st, struct dv_err *err)
{
	if (item->mode == DV_MODE_LINK)
		return make_link(c, w, item, dirfd, name, st, err);
	if (place_ready(c, item, dirfd, name, st))
		return 0;
	return make_file(c, w, item, dirfd, name, st, err);
}

/* Under another name first: until the rename the old one is there. */
static int replace(struct dv_wtco *c, struct dv_wtco_worker *w,
		   const struct dv_windex_item *item, int dirfd,
		   const char *name, struct stat *st, struct dv_err *err)
{
	char temp[64];
	int rc;

	dv_wtfile_temp(temp, 2 + (unsigned)(w - c->worker));
	unlinkat(dirfd, temp, 0);
	rc = make(c, w, item, dirfd, temp, st, err);
	if (rc < 0)
		return rc;
	if (renameat(dirfd, temp, dirfd, name) ||
	    fstatat(dirfd, name, st, AT_SYMLINK_NOFOLLOW)) {
		rc = failed(c, item, "replace", err);
		unlinkat(dirfd, temp, 0);
	}
	return rc;
}

static int make_dir(struct dv_wtco *c, const struct dv_windex_item *item,
		    int dirfd, const char *name, struct dv_err *err)
{
	struct stat st;

	if (!mkdirat(dirfd, name, 0777))
		return 0;
	if (errno == EEXIST &&
	    !fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    S_ISDIR(st.st_mode))
		return 0;
	return failed(c, item, "make", err);
}

static int do_entry(struct dv_wtco *c, struct dv_wtco_worker *w, uint32_t i,
		    const struct dv_windex_item *item, int dirfd,
		    struct dv_err *err)
{
	const char *name = c->new_single ? c->root.base : item->name;
	struct dv_windex_stat seen;
	struct stat st;
	int rc = 0;

	if (c->action[i] == DV_WTACT_DROP)
		return unlinkat(dirfd, name, 0) && errno != ENOENT ?
		       failed(c, item, "remove", err) : 0;
	if (item->mode == DV_MODE_DIR)
		return make_dir(c, item, dirfd, name, err);
	if (c->action[i] == DV_WTACT_CLEAR)
		rc = clear_dir(c, dirfd, name, err);
	if (rc < 0)
		return rc;
	if (c->action[i] == DV_WTACT_REPLACE || item->size >= DV_ODB_LARGE)
		rc = replace(c, w, item, dirfd, name, &st, err);
	else
		rc = make(c, w, item, dirfd, name, &st, err);
	if (rc < 0)
		return rc;
	dv_wtfile_stat(&seen, &st);
	dv_windex_set_stat(&c->new.ix, (uint8_t *)c->new.own.data, i, &seen,
			   false);
	dv_progress_add(c->progress, 1, 0);
	return 0;
}

/* The directory of a span, made with those above it if need be. */
static int enter(struct dv_wtco *c, uint32_t d, int *fd, struct dv_err *err)
{
	struct dv_windex_dir dir;
	const char *base;
	char *inside;

	if (c->new_single) {
		*fd = c->root.parent;
		return 0;
	}
	dv_windex_get_dir(&c->new.ix, d, &dir);
	*fd = dv_wtco_open_dir(c, dir.path, dir.path_len);
	if (*fd < 0 && errno == ENOENT) {
		inside = dv_asprintf("%s/x", dir.path);
		*fd = dv_path_open_parent(c->root.fd, inside, true, &base);
		free(inside);
	}
	if (*fd < 0)
		return dv_err_sys(err, "cannot make '%s/%s'", c->shown,
				  dir.path);
	return 0;
}

static int do_span(struct dv_wtco *c, struct dv_wtco_worker *w,
		   const struct dv_windex_span *span, struct dv_err *err)
{
	int fd = -1, rc = 0;

	for (uint32_t i = span->first; i < span->end && rc >= 0; i++) {
		struct dv_windex_item item;

		if (c->action[i] < DV_WTACT_DROP)
			continue;
		if (fd < 0)
			rc = enter(c, span->dir, &fd, err);
		if (rc >= 0)
			rc = dv_windex_get(&c->new.ix, i, &item, err);
		if (rc >= 0)
			rc = do_entry(c, w, i, &item, fd, err);
	}
	if (fd >= 0 && !c->new_single)
		close(fd);
	return rc;
}

static int do_some(void *arg, int w, size_t first, size_t n,
		   struct dv_err *err)
{
	struct dv_wtco *c = arg;
	int rc = 0;

	for (size_t i = first; i < first + n && rc >= 0; i++)
		rc = do_span(c, &c->worker[w], &c->span[i], err);
	return rc;
}

/* --- the whole ---------------------------------------------------------------- */

/* The dataset's own directory, where there shall be one. */
static int make_root(struct dv_wtco *c, struct dv_err *err)
{
	struct dv_wtroot *root = &c->root;

	if (root->parent < 0) {
		int rc;

		dv_wtroot_release(root);
		rc = dv_wtroot_open(root, c->dirfd, c->rootpath, true, err);
		if (rc < 0)
			return rc;
	}
	if (c->new_single || root->fd >= 0)
		return 0;
	if (mkdirat(root->parent, root->base, 0777) && errno != EEXIST)
		return dv_err_sys(err, "cannot make '%s'", c->shown);
	root->fd = openat(root->parent, root->base, O_RDONLY | O_DIRECTORY |
			  O_NOFOLLOW | O_CLOEXEC);
	if (root->fd < 0)
		return dv_err_sys(err, "cannot open '%s'", c->shown);
	root->here = true;
	return 0;
}

static int remove_all(struct dv_wtco *c, struct dv_err *err)
{
	int rc = 0;

	if (c->remove_n)
		rc = dv_parallel_for(c->remove_n, REMOVE_BATCH, c->workers,
				     remove_some, c, err);
	if (rc >= 0 && c->old.here)
		remove_dirs(c);
	if (rc >= 0)
		rc = remove_blocks(c, err);
	if (rc >= 0 && !c->new.here && c->root.fd >= 0 &&
	    !dv_wtroot_holds(c->rootpath, "", 0, c->prefix))
		(void)remove_dir(c->root.parent, c->root.base);
	return rc;
}

static int sync_all(struct dv_wtco *c, struct dv_err *err)
{
	int fd;

	if (c->root.parent < 0 || (!c->write_n && !c->remove_n && !c->drops))
		return 0;
	fd = openat(c->root.parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || syncfs(fd)) {
		dv_err_sys(err, "cannot sync '%s'", c->shown);
		if (fd >= 0)
			close(fd);
		return -err->code;
	}
	close(fd);
	return 0;
}

static int write_all(struct dv_wtco *c, struct dv_err *err)
{
	struct dv_wtflush *flush = NULL;
	int rc;

	dv_wtco_cut(c, &c->new.ix, SPAN_MAX);
	if (c->write_n >= FLUSH_FILES)
		flush = dv_wtflush_begin(c->root.parent);
	rc = dv_parallel_for(c->spans, 1, c->workers, do_some, c, err);
	if (dv_wtflush_end(flush) && rc >= 0)
		rc = dv_err_sys(err, "cannot sync '%s'", c->shown);
	return rc;
}

/* Without any of its files here the dataset needs no directory. */
static bool is_all_absent(const struct dv_wtco *c)
{
	return c->root.fd < 0 && !c->root.here && !c->write_n &&
	       dv_windex_absent_below(&c->new.ix, 0);
}

int dv_wtco_apply(struct dv_wtco *c, struct dv_err *err)
{
	int rc;

	rc = remove_all(c, err);
	if (rc < 0)
		return rc;
	if (c->new.here && !is_all_absent(c)) {
		rc = make_root(c, err);
		if (rc < 0)
			return rc;
		dv_progress_phase(c->progress, "writing", c->write_n,
				  c->write_bytes);
		rc = write_all(c, err);
		if (rc < 0)
			return rc;
		dv_wtco_remove_hollow(c);
	}
	dv_progress_phase(c->progress, "syncing", 0, 0);
	return sync_all(c, err);
}
