/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

#define TMP_TRIES 100

/* Returns a descriptor, or -1 with errno. */
static int tmp_open(int dirfd, char name[DV_TMPFILE_NAME], mode_t mode)
{
	for (int i = 0; i < TMP_TRIES; i++) {
		int fd;

		if (dv_tmpfile_name(name, DV_TMPFILE_NAME))
			return -1;
		fd = dv_tmpfile_open(dirfd, name, O_RDWR, mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The directory that path names a file in, open for sync. */
static int open_dir_of(int dirfd, const char *path, struct dv_err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int fd;

	if (!slash)
		dir = dv_strdup(".");
	else
		dir = dv_strndup(path, slash == path ? 1 :
				 (size_t)(slash - path));
	fd = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		dv_err_sys(err, "cannot open directory '%s'", dir);
	free(dir);
	return fd < 0 ? -err->code : fd;
}

static int fill(int fd, const void *buf, size_t n, const char *path,
		struct dv_err *err)
{
	int rc = 0;

	if (dv_write_full(fd, buf, n))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	else
		rc = dv_fsync(fd, path, err);
	if (close(fd) && !rc)
		rc = dv_err_sys(err, "cannot close '%s'", path);
	return rc;
}

/*
 * Give the file tmp the name base, if there is none of that name.  Where
 * the file system has no hard links, rename without replacing.  0, or -1
 * with errno.
 */
static int link_new(int dir, const char *tmp, const char *base)
{
	if (!linkat(dir, tmp, dir, base, 0)) {
		unlinkat(dir, tmp, 0);
		return 0;
	}
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS &&
	    errno != EMLINK)
		return -1;
	return renameat2(dir, tmp, dir, base, RENAME_NOREPLACE);
}

static int write_file(int dirfd, const char *path, const void *buf, size_t n,
		      mode_t mode, bool replace, struct dv_err *err)
{
	const char *base = base_of(path);
	char tmp[DV_TMPFILE_NAME];
	int dir, fd, rc;

	dir = open_dir_of(dirfd, path, err);
	if (dir < 0)
		return dir;
	fd = tmp_open(dir, tmp, mode);
	if (fd < 0) {
		rc = dv_err_sys(err, "cannot make a temporary file "
				"beside '%s'", path);
		goto out;
	}
	dv_share(dir, tmp);
	rc = fill(fd, buf, n, path, err);
	if (!rc && (replace ? renameat(dir, tmp, dir, base) :
			      link_new(dir, tmp, base)))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	if (rc)
		unlinkat(dir, tmp, 0);
	dv_tmpfile_forget_at(dir, tmp);
	if (!rc)
		rc = dv_fsync(dir, path, err);
out:
	close(dir);
	return rc;
}

int dv_file_write(int dirfd, const char *path, const void *buf, size_t n,
		  mode_t mode, struct dv_err *err)
{
	return write_file(dirfd, path, buf, n, mode, true, err);
}

int dv_file_create(int dirfd, const char *path, const void *buf, size_t n,
		   mode_t mode, struct dv_err *err)
{
	return write_file(dirfd, path, buf, n, mode, false, err);
}
