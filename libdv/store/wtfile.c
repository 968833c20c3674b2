/* SPDX-License-Identifier: MIT */
#include "store/wtfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define NS 1000000000

char *dv_wtfile_temp(char *name, unsigned n)
{
	snprintf(name, 64, DV_WTFILE_TEMP "%ld-%u", (long)getpid(), n);
	return name;
}

static int write_temp(int dirfd, const char *temp, const void *buf, size_t n,
		      const char *path, struct dv_err *err)
{
	int fd, rc = 0;

	unlinkat(dirfd, temp, 0);
	fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		    O_CLOEXEC, 0666);
	if (fd < 0)
		return dv_err_sys(err, "cannot make a file beside '%s'", path);
	if (dv_write_full(fd, buf, n))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	else
		rc = dv_fsync(fd, path, err);
	if (close(fd) && rc >= 0)
		rc = dv_err_sys(err, "cannot write '%s'", path);
	return rc;
}

int dv_wtfile_write(int dirfd, const char *name, const void *buf, size_t n,
		    const char *path, struct dv_err *err)
{
	char temp[64];
	int rc;

	dv_wtfile_temp(temp, 0);
	rc = write_temp(dirfd, temp, buf, n, path, err);
	if (rc >= 0 && renameat(dirfd, temp, dirfd, name))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	if (rc < 0)
		unlinkat(dirfd, temp, 0);
	else
		rc = dv_fsync_dir(dirfd, ".", err);
	return rc;
}

static int64_t ns_of(const struct timespec *t)
{
	return (int64_t)((uint64_t)t->tv_sec * NS + (uint64_t)t->tv_nsec);
}

void dv_wtfile_stat(struct dv_windex_stat *out, const struct stat *st)
{
	out->mtime = ns_of(&st->st_mtim);
	out->ctime = ns_of(&st->st_ctim);
	out->ino = st->st_ino;
}

uint32_t dv_wtfile_mode(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return st->st_mode & S_IXUSR ? DV_MODE_EXEC : DV_MODE_FILE;
	if (S_ISLNK(st->st_mode))
		return DV_MODE_LINK;
	return S_ISDIR(st->st_mode) ? DV_MODE_DIR : 0;
}

const char *dv_wtfile_kind(mode_t mode)
{
	if (S_ISSOCK(mode))
		return "a socket";
	if (S_ISFIFO(mode))
		return "a fifo";
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "a device";
	if (S_ISDIR(mode))
		return "a directory";
	return S_ISLNK(mode) ? "a symbolic link" : "a file";
}

bool dv_wtfile_same(const struct dv_windex_item *item, const struct stat *st)
{
	struct dv_windex_stat now;

	if (item->flags & DV_WINDEX_RACY || !item->st.ctime ||
	    item->size != (uint64_t)st->st_size)
		return false;
	if (item->mode == DV_MODE_LINK ? !S_ISLNK(st->st_mode) :
					 !S_ISREG(st->st_mode))
		return false;
	dv_wtfile_stat(&now, st);
	return now.mtime == item->st.mtime && now.ctime == item->st.ctime &&
	       now.ino == item->st.ino;
}

/* The earlier of the two clocks: it only makes more entries racy. */
int dv_wtfile_now(struct dv_repo *r, int64_t *now, struct dv_err *err)
{
	struct timespec coarse;
	struct stat st;
	char *path;
	int fd, rc = 0;

	rc = dv_mkdirs(r->state_dir, 0777, err);
	if (rc < 0)
		return rc;
	rc = dv_tmpfile(&fd, &path, r->state_dir, err);
	if (rc < 0)
		return rc;
	if (fstat(fd, &st))
		rc = dv_err_sys(err, "cannot stat '%s'", path);
	dv_tmpfile_remove(path);
	close(fd);
	free(path);
	if (rc < 0)
		return rc;
	clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
	*now = ns_of(&st.st_mtim);
	if (ns_of(&coarse) < *now)
		*now = ns_of(&coarse);
	return 0;
}

bool dv_wtfile_racy(const struct dv_windex_stat *st, int64_t at)
{
	return st->mtime >= at || st->ctime >= at;
}

static int file_error(struct dv_err *err)
{
	if (errno == ENOENT)
		dv_err_set(err, DV_E_MISSING, "vanished while it was read");
	else
		dv_err_set(err, DV_E_SYS, "cannot be read: %s",
			   strerror(errno));
	return 1;
}

static bool same_stat(const struct stat *a, const struct stat *b)
{
	struct dv_windex_stat x, y;

	dv_wtfile_stat(&x, a);
	dv_wtfile_stat(&y, b);
	return a->st_size == b->st_size && x.mtime == y.mtime &&
	       x.ctime == y.ctime;
}

/* 2: it changed meanwhile. */
static int take_link(struct dv_wtfile *out, int dirfd, const char *name,
		     enum dv_algo algo, struct dv_odb_txn *txn,
		     struct dv_err *err)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return file_error(err);
	n = readlinkat(dirfd, name, target, sizeof(target));
	if (n < 0 && errno == EINVAL)
		return 2;
	if (n < 0)
		return file_error(err);
	if (n != st.st_size)
		return 2;
	dv_wtfile_stat(&out->st, &st);
	out->mode = DV_MODE_LINK;
	out->size = (uint64_t)n;
	if (txn)
		return dv_odb_txn_put(txn, DV_ODB_DATA, target, (size_t)n,
				      &out->id, err);
	dv_digest_of(&out->id, algo, target, (size_t)n);
	return 0;
}

/*
 * A regular file gives all there is to one read: less than asked for is
 * its end.
 */
static int read_small(int fd, const struct stat *st, struct dv_buf *work,
		      struct dv_err *err)
{
	size_t want = (size_t)st->st_size + 1;
	ssize_t n;

	dv_buf_reset(work);
	do
		n = read(fd, dv_buf_reserve(work, want), want);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return file_error(err);
	dv_buf_setlen(work, (size_t)n);
	return n == st->st_size ? 0 : 2;
}

static int take_content(struct dv_wtfile *out, int fd, const struct stat *st,
			enum dv_algo algo, struct dv_odb_txn *txn,
			struct dv_buf *work, struct dv_progress *p,
			struct dv_err *err)
{
	int rc;

	if (st->st_size >= DV_ODB_LARGE) {
		rc = txn ? dv_odb_txn_put_fd(txn, fd, (uint64_t)st->st_size,
					     &out->id, &out->size, p, err) :
			   dv_odb_hash_fd(algo, fd, &out->id, &out->size, p,
					  err);
		if (rc < 0)
			return rc;
		return out->size == (uint64_t)st->st_size ? 0 : 2;
	}
	rc = read_small(fd, st, work, err);
	if (rc)
		return rc;
	out->size = work->len;
	if (txn)
		rc = dv_odb_txn_put(txn, DV_ODB_DATA, work->data, work->len,
				    &out->id, err);
	else
		dv_digest_of(&out->id, algo, work->data, work->len);
	dv_progress_add(p, 0, work->len);
	return rc;
}

static int take_file(struct dv_wtfile *out, int dirfd, const char *name,
		     enum dv_algo algo, struct dv_odb_txn *txn,
		     struct dv_buf *work, struct dv_progress *p,
		     struct dv_err *err)
{
	struct stat st, after;
	int fd, rc;

	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
		    O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP)
		return take_link(out, dirfd, name, algo, txn, err);
	if (fd < 0)
		return file_error(err);
	if (fstat(fd, &st)) {
		rc = file_error(err);
	} else if (!S_ISREG(st.st_mode)) {
		dv_err_set(err, DV_E_INVALID, "is %s, not a file",
			   dv_wtfile_kind(st.st_mode));
		rc = 1;
	} else {
		rc = take_content(out, fd, &st, algo, txn, work, p, err);
		if (!rc && fstat(fd, &after))
			rc = file_error(err);
		else if (!rc && !same_stat(&st, &after))
			rc = 2;
		dv_wtfile_stat(&out->st, &st);
		out->mode = dv_wtfile_mode(&st);
	}
	close(fd);
	return rc;
}

int dv_wtfile_take(struct dv_wtfile *out, int dirfd, const char *name,
		   enum dv_algo algo, struct dv_odb_txn *txn,
		   struct dv_buf *work, struct dv_progress *p,
		   struct dv_err *err)
{
	int rc = 2;

	for (int tries = 0; rc == 2 && tries < 2; tries++)
		rc = take_file(out, dirfd, name, algo, txn, work, p, err);
	if (rc == 2) {
		dv_err_set(err, DV_E_CONFLICT, "changed while it was read, "
			   "twice; run the command again when nothing writes "
			   "to it");
		rc = 1;
	}
	return rc;
}
