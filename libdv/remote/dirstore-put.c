/* SPDX-License-Identifier: MIT */
#include "remote/dirstore-parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/tmpfile.h"

#define TRIES 100
#define LEFT_OVER (7 * 24 * 3600)	/* seconds; no put takes that long */

/* Remove what puts that were killed have left, once. */
static void sweep(struct dv_dirstore *d, int root, int64_t now)
{
	struct dirent *e;
	struct stat st;
	DIR *dir;
	int fd;

	pthread_mutex_lock(&d->lock);
	fd = d->swept ? -1 : dv_path_open(root, DV_DIRSTORE_TMP,
					  O_RDONLY | O_DIRECTORY, 0);
	d->swept = true;
	pthread_mutex_unlock(&d->lock);
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.' ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (now - st.st_mtime > LEFT_OVER)
			unlinkat(fd, e->d_name, 0);
	}
	closedir(dir);
}

static int make_tmp(int root, char name[DV_DIRSTORE_TMP_NAME])
{
	sigset_t before;
	const char *base;
	uint64_t r;
	int dir, fd;

	if (getrandom(&r, sizeof(r), 0) != sizeof(r))
		return -1;
	snprintf(name, DV_DIRSTORE_TMP_NAME,
		 DV_DIRSTORE_TMP "/tmp_%ld_%016" PRIx64, (long)getpid(), r);
	dir = dv_path_open_parent(root, name, true, &base);
	if (dir < 0)
		return -1;
	dv_tmpfile_begin(&before);
	fd = openat(dir, base, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, 0666);
	if (fd >= 0)
		dv_tmpfile_know_at(root, name);
	dv_tmpfile_end(&before);
	close(dir);
	return fd;
}

int dv_dirstore_tmp(struct dv_dirstore *d, int root,
		    char name[DV_DIRSTORE_TMP_NAME])
{
	int fd = -1;
	struct stat st;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		fd = make_tmp(root, name);
		if (fd < 0 && errno != EEXIST && errno != ENOENT)
			return -1;
	}
	if (fd >= 0 && !fstat(fd, &st))
		sweep(d, root, st.st_mtime);
	return fd;
}

/* Sync every directory from the one above path up to root. */
static int sync_above(int root, const char *key)
{
	char *path = dv_strdup(key);
	int rc = fsync(root);

	for (char *slash; !rc && (slash = strrchr(path, '/'));) {
		int dir;

		*slash = '\0';
		dir = dv_path_open(root, path, O_RDONLY | O_DIRECTORY, 0);
		rc = dir < 0 ? -1 : fsync(dir);
		if (dir >= 0)
			close(dir);
	}
	free(path);
	return rc;
}

/* As link(2) where that is not to be had. */
static bool links_not(int e)
{
	return e == EPERM || e == EOPNOTSUPP || e == ENOSYS || e == EMLINK;
}

static int give_name(int root, const char *tmp, int dir, const char *base,
		     bool absent)
{
	if (!absent)
		return renameat(root, tmp, dir, base);
	if (!linkat(root, tmp, dir, base, 0)) {
		unlinkat(root, tmp, 0);
		return 0;
	}
	if (!links_not(errno))
		return -1;
	return renameat2(root, tmp, dir, base, RENAME_NOREPLACE);
}

/*
 * Put the file tmp in its place.  A directory above may be removed, being
 * empty, between our making and our using it: try again then.
 */
static int place(int root, const char *tmp, const char *key, bool absent)
{
	int rc = -1;

	for (int i = 0; i < TRIES && rc; i++) {
		const char *base;
		bool made = false;
		int dir = dv_path_open_parent(root, key, false, &base);

		if (dir < 0 && errno == ENOENT) {
			made = true;
			dir = dv_path_open_parent(root, key, true, &base);
		}
		if (dir < 0 && errno == ENOENT)
			continue;
		if (dir < 0)
			return -1;
		rc = give_name(root, tmp, dir, base, absent);
		if (rc && errno != ENOENT) {
			int saved = errno;

			close(dir);
			errno = saved;
			return -1;
		}
		if (!rc && !made)
			rc = fsync(dir);
		close(dir);
		if (!rc && made)
			rc = sync_above(root, key);
	}
	return rc;
}

static enum dv_wire_class fill(struct dv_dirstore *d, int fd,
			       const struct dv_wire_request *r,
			       dv_dirstore_moved_fn *moved, void *arg,
			       struct dv_err *err)
{
	enum dv_wire_class class = DV_WIRE_OK;
	int in = open(r->file, O_RDONLY | O_CLOEXEC);
	int64_t n;

	if (in < 0) {
		dv_err_sys(err, "cannot open '%s'", r->file);
		return DV_WIRE_FATAL;
	}
	n = dv_dirstore_copy(d, in, r->at, fd, 0, r->count, r->count > 65536,
			     moved, arg);
	if (n < 0 || (n == (int64_t)r->count && fsync(fd)))
		class = dv_dirstore_fail(err, "write", r->key);
	else if (n < (int64_t)r->count) {
		dv_err_set(err, DV_E_SYS, "'%s' is shorter than it was said "
			   "to be", r->file);
		class = DV_WIRE_FATAL;
	}
	close(in);
	return class;
}

/* Is something of that name there already?  Saves the copying. */
static bool is_there(int root, const char *key)
{
	const char *base;
	struct stat st;
	int dir = dv_path_open_parent(root, key, false, &base);
	bool there;

	if (dir < 0)
		return false;
	there = !fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW);
	close(dir);
	return there;
}

static enum dv_wire_class exists(const char *key, struct dv_err *err)
{
	dv_err_set(err, DV_E_EXISTS, "'%s' exists already", key);
	return DV_WIRE_EXISTS;
}

enum dv_wire_class dv_dirstore_put(struct dv_dirstore *d,
				   const struct dv_wire_request *r,
				   dv_dirstore_moved_fn *moved, void *arg,
				   struct dv_err *err)
{
	char tmp[DV_DIRSTORE_TMP_NAME];
	enum dv_wire_class class;
	int root = dv_dirstore_make_root(d);
	int fd;

	if (root < 0)
		return dv_dirstore_fail(err, "make", d->path);
	if (dv_dirstore_is_own(r->key)) {
		errno = EPERM;
		return dv_dirstore_fail(err, "write", r->key);
	}
	if (r->absent && is_there(root, r->key))
		return exists(r->key, err);
	fd = dv_dirstore_tmp(d, root, tmp);
	if (fd < 0)
		return dv_dirstore_fail(err, "write", r->key);

	class = fill(d, fd, r, moved, arg, err);
	if (close(fd) && class == DV_WIRE_OK)
		class = dv_dirstore_fail(err, "write", r->key);
	if (class == DV_WIRE_OK && place(root, tmp, r->key, r->absent))
		class = errno == EEXIST && r->absent ? exists(r->key, err) :
			dv_dirstore_fail(err, "write", r->key);
	if (class != DV_WIRE_OK)
		unlinkat(root, tmp, 0);
	dv_tmpfile_forget_at(root, tmp);
	return class;
}
