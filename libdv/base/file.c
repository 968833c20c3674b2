/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (64 * 1024)

ssize_t dv_read_full(int fd, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = read(fd, (char *)buf + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

ssize_t dv_pread_full(int fd, void *buf, size_t n, uint64_t off)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)buf + done, n - done,
				    (off_t)(off + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int dv_write_full(int fd, const void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t put = write(fd, (const char *)buf + done, n - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		done += (size_t)put;
	}
	return 0;
}

int dv_pwrite_full(int fd, const void *buf, size_t n, uint64_t off)
{
	size_t done = 0;

	while (done < n) {
		ssize_t put = pwrite(fd, (const char *)buf + done, n - done,
				     (off_t)(off + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		done += (size_t)put;
	}
	return 0;
}

static int too_large(const char *name, size_t max, struct dv_err *err)
{
	return dv_err_set(err, DV_E_LIMIT, "'%s' is larger than %zu bytes",
			  name, max);
}

/* expect is how many bytes there seem to be; it may be wrong. */
static int read_rest(struct dv_buf *out, int fd, size_t expect, size_t max,
		     const char *name, struct dv_err *err)
{
	size_t start = out->len;
	size_t out_max = out->max;
	int rc = dv_buf_check(out, name, err);

	if (rc)
		return rc;
	/* What counts is what is there, not the room it is read into. */
	if (out_max && max > out_max - start)
		max = out_max - start;
	out->max = 0;
	for (;;) {
		size_t done = out->len - start;
		size_t want = done < expect ? expect - done : CHUNK;
		ssize_t got;

		/* One byte more than allowed tells whether there is more. */
		if (want > max - done)
			want = max - done + (max < SIZE_MAX);
		got = dv_read_full(fd, dv_buf_reserve(out, want), want);
		if (got < 0) {
			rc = dv_err_sys(err, "cannot read '%s'", name);
			break;
		}
		if ((size_t)got > max - done) {
			rc = too_large(name, max, err);
			break;
		}
		dv_buf_setlen(out, out->len + (size_t)got);
		if ((size_t)got < want)
			break;
	}
	out->max = out_max;
	if (rc)
		dv_buf_setlen(out, start);
	return rc;
}

int dv_fd_read(struct dv_buf *out, int fd, size_t max, const char *name,
	       struct dv_err *err)
{
	return read_rest(out, fd, 0, max, name, err);
}

int dv_file_read(struct dv_buf *out, int dirfd, const char *path, size_t max,
		 struct dv_err *err)
{
	struct stat st;
	size_t expect = 0;
	int fd, rc;

	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return dv_err_sys(err, "cannot open '%s'", path);
	if (fstat(fd, &st)) {
		rc = dv_err_sys(err, "cannot stat '%s'", path);
		goto out;
	}
	if (S_ISREG(st.st_mode)) {
		if ((uintmax_t)st.st_size > max) {
			rc = too_large(path, max, err);
			goto out;
		}
		/* One more, so that the end is seen by the first read. */
		expect = (size_t)st.st_size + 1;
	}
	rc = read_rest(out, fd, expect, max, path, err);
out:
	close(fd);
	return rc;
}

int dv_fsync(int fd, const char *name, struct dv_err *err)
{
	while (fsync(fd)) {
		if (errno != EINTR)
			return dv_err_sys(err, "cannot sync '%s'", name);
	}
	return 0;
}

static bool is_shared(int dirfd, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	char dir[PATH_MAX];
	struct stat st;

	if (slash == path)
		n = 1;
	if (n >= sizeof(dir))
		return false;
	memcpy(dir, path, n);
	dir[n] = '\0';
	return !fstatat(dirfd, n ? dir : ".", &st, 0) &&
	       (st.st_mode & (S_ISGID | S_IWGRP)) == (S_ISGID | S_IWGRP);
}

void dv_share(int dirfd, const char *path)
{
	struct stat st;
	mode_t mode;

	if (!is_shared(dirfd, path) ||
	    fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW))
		return;
	mode = st.st_mode | (st.st_mode & S_IRWXU) >> 3;
	if (S_ISDIR(st.st_mode))
		mode |= S_ISGID;
	if (!S_ISLNK(st.st_mode) && mode != st.st_mode)
		fchmodat(dirfd, path, mode & 07777, 0);
}

int dv_fsync_dir(int dirfd, const char *path, struct dv_err *err)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return dv_err_sys(err, "cannot open directory '%s'", path);
	rc = dv_fsync(fd, path, err);
	close(fd);
	return rc;
}
