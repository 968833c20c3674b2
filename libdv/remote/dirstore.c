/* SPDX-License-Identifier: MIT */
#include "remote/dirstore-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/tmpfile.h"

#define ROOT_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* What is above path: "/a" of "/a/b/". */
static char *above(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n ? dv_strndup(path, n) : dv_strdup(".");
}

int dv_dirstore_open(struct dv_dirstore **out, const char *path,
		     uint64_t limit_rate, struct dv_err *err)
{
	struct dv_dirstore *d;
	int root = open(path, ROOT_FLAGS);

	if (root < 0 && errno == ENOENT) {
		char *dir = above(path);
		int rc = access(dir, F_OK);

		if (rc)
			dv_err_sys(err, "cannot open directory '%s' (and "
				   "'%s' above it is not there either)",
				   path, dir);
		free(dir);
		if (rc)
			return -err->code;
	} else if (root < 0) {
		return dv_err_sys(err, "cannot open directory '%s'", path);
	}
	d = dv_calloc(1, sizeof(*d));
	d->path = dv_strdup(path);
	d->root = root;
	d->limit_rate = limit_rate;
	pthread_mutex_init(&d->lock, NULL);
	*out = d;
	return 0;
}

void dv_dirstore_close(struct dv_dirstore *d)
{
	if (!d)
		return;
	if (d->root >= 0)
		close(d->root);
	pthread_mutex_destroy(&d->lock);
	free(d->path);
	free(d);
}

bool dv_dirstore_writable(const struct dv_dirstore *d)
{
	char *dir;
	int rc;

	if (d->root >= 0)
		return !faccessat(d->root, ".", W_OK | X_OK, AT_EACCESS);
	dir = above(d->path);
	rc = faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS);
	free(dir);
	return !rc;
}

void dv_dirstore_stop(struct dv_dirstore *d)
{
	d->stop = true;
}

static int root_now(struct dv_dirstore *d, bool make)
{
	int fd;

	pthread_mutex_lock(&d->lock);
	if (d->root < 0) {
		if (make && mkdir(d->path, 0777) && errno != EEXIST)
			d->root = -1;
		else
			d->root = open(d->path, ROOT_FLAGS);
	}
	fd = d->root;
	pthread_mutex_unlock(&d->lock);
	return fd;
}

int dv_dirstore_root(struct dv_dirstore *d)
{
	return root_now(d, false);
}

int dv_dirstore_make_root(struct dv_dirstore *d)
{
	return root_now(d, true);
}

enum dv_wire_class dv_dirstore_fail(struct dv_err *err, const char *what,
				    const char *key)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		dv_err_set(err, DV_E_MISSING, "there is no '%s'", key);
		return DV_WIRE_MISSING;
	case EACCES:
	case EPERM:
	case EROFS:
		dv_err_sys(err, "not allowed to %s '%s'", what, key);
		return DV_WIRE_DENIED;
	case ELOOP:
		dv_err_set(err, DV_E_SYS, "cannot %s '%s': a symbolic link is "
			   "in the way", what, key);
		return DV_WIRE_FATAL;
	case ENOSPC:
	case EDQUOT:
		dv_err_sys(err, "cannot %s '%s'", what, key);
		return DV_WIRE_FATAL;
	default:
		dv_err_sys(err, "cannot %s '%s'", what, key);
		return DV_WIRE_FATAL;
	}
}

bool dv_dirstore_is_own(const char *key)
{
	size_t n = strlen(DV_DIRSTORE_TMP);

	return !strncmp(key, DV_DIRSTORE_TMP, n) && (!key[n] || key[n] == '/');
}

/*
 * The object, open; -1 with errno.  A directory of that name is no
 * object, and opening a fifo must not wait.
 */
static int open_object(struct dv_dirstore *d, const char *key, struct stat *st)
{
	int root = dv_dirstore_root(d);
	int fd;

	if (root < 0)
		return -1;
	if (dv_dirstore_is_own(key)) {
		errno = ENOENT;
		return -1;
	}
	fd = dv_path_open(root, key, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) || !S_ISREG(st->st_mode)) {
		errno = S_ISDIR(st->st_mode) ? ENOENT : ENXIO;
		close(fd);
		return -1;
	}
	return fd;
}

enum dv_wire_class dv_dirstore_get(struct dv_dirstore *d,
				   const struct dv_wire_request *r,
				   struct dv_wire_reply *out,
				   dv_dirstore_moved_fn *moved, void *arg,
				   struct dv_err *err)
{
	enum dv_wire_class class = DV_WIRE_OK;
	struct stat st = { 0 };
	int in, file;
	int64_t n;

	in = open_object(d, r->key, &st);
	if (in < 0)
		return dv_dirstore_fail(err, "read", r->key);
	file = open(r->file, O_WRONLY | O_CLOEXEC);
	if (file < 0) {
		dv_err_sys(err, "cannot open '%s'", r->file);
		close(in);
		return DV_WIRE_FATAL;
	}
	n = dv_dirstore_copy(d, in, r->off, file, r->at, r->count, false,
			     moved, arg);
	if (n < 0)
		class = dv_dirstore_fail(err, "read", r->key);
	if (close(file) && class == DV_WIRE_OK)
		class = dv_dirstore_fail(err, "copy", r->key);
	close(in);
	if (class == DV_WIRE_OK) {
		out->count = (uint64_t)n;
		out->size = st.st_size;
	}
	return class;
}

/*
 * What the clock of the server says, which a file that is made now is
 * stamped with: NFS and SMB do not use ours.  Asked once.
 */
static int64_t server_now(struct dv_dirstore *d, int root)
{
	char name[DV_DIRSTORE_TMP_NAME];
	int64_t now = time(NULL);
	struct stat st;
	int fd;

	pthread_mutex_lock(&d->lock);
	if (!d->clock_known) {
		pthread_mutex_unlock(&d->lock);
		fd = dv_dirstore_tmp(d, root, name);
		pthread_mutex_lock(&d->lock);
		if (fd >= 0 && write(fd, "x", 1) == 1 && !fsync(fd) &&
		    !fstat(fd, &st))
			d->clock_ahead = st.st_mtime - now;
		if (fd >= 0) {
			close(fd);
			unlinkat(root, name, 0);
			dv_tmpfile_forget_at(root, name);
		}
		d->clock_known = true;
	}
	now += d->clock_ahead;
	pthread_mutex_unlock(&d->lock);
	return now;
}

enum dv_wire_class dv_dirstore_head(struct dv_dirstore *d,
				    const struct dv_wire_request *r,
				    struct dv_wire_reply *out,
				    struct dv_err *err)
{
	struct stat st = { 0 };
	int fd = open_object(d, r->key, &st);

	if (fd < 0)
		return dv_dirstore_fail(err, "look at", r->key);
	close(fd);
	out->size = st.st_size;
	out->modified = st.st_mtime < 0 ? 0 : st.st_mtime;
	out->now = server_now(d, dv_dirstore_root(d));
	return DV_WIRE_OK;
}

/* Take away the directories above key that hold nothing any more. */
static void remove_empty(int root, const char *key)
{
	char *path = dv_strdup(key);
	char *slash;

	while ((slash = strrchr(path, '/'))) {
		const char *base;
		int dir, rc;

		*slash = '\0';
		dir = dv_path_open_parent(root, path, false, &base);
		if (dir < 0)
			break;
		rc = unlinkat(dir, base, AT_REMOVEDIR);
		close(dir);
		if (rc)
			break;
	}
	free(path);
}

enum dv_wire_class dv_dirstore_delete(struct dv_dirstore *d,
				      const struct dv_wire_request *r,
				      struct dv_err *err)
{
	enum dv_wire_class class = DV_WIRE_OK;
	int root = dv_dirstore_root(d);
	const char *base;
	int dir;

	if (root < 0)
		return errno == ENOENT ? DV_WIRE_OK :
			dv_dirstore_fail(err, "delete", r->key);
	if (dv_dirstore_is_own(r->key))
		return DV_WIRE_OK;
	dir = dv_path_open_parent(root, r->key, false, &base);
	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR ? DV_WIRE_OK :
			dv_dirstore_fail(err, "delete", r->key);
	if (unlinkat(dir, base, 0)) {
		if (errno != ENOENT && errno != EISDIR)
			class = dv_dirstore_fail(err, "delete", r->key);
	} else if (fsync(dir)) {
		class = dv_dirstore_fail(err, "delete", r->key);
	}
	close(dir);
	if (class == DV_WIRE_OK)
		remove_empty(root, r->key);
	return class;
}
