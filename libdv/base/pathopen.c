/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DIR_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Set once the kernel has said that it has no openat2(2). */
static atomic_bool no_openat2;

void dv_path_set_walk(bool walk)
{
	atomic_store(&no_openat2, walk);
}

static void close_keep_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

/*
 * openat(2) of one component.  With O_DIRECTORY a link is reported as
 * ENOTDIR; say ELOOP, as openat2(2) does.
 */
static int open_component(int dirfd, const char *name, int flags, mode_t mode)
{
	int fd = openat(dirfd, name, flags, mode);
	struct stat st;

	if (fd >= 0 || errno != ENOTDIR)
		return fd;
	if (!fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    S_ISLNK(st.st_mode))
		errno = ELOOP;
	else
		errno = ENOTDIR;
	return -1;
}

/* Copy the component at *path to name and step over it and its slashes. */
static int next_component(char name[DV_PATH_MAX + 1], const char **path)
{
	size_t n = strcspn(*path, "/");

	if (n > DV_PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, *path, n);
	name[n] = '\0';
	if (!strcmp(name, "..")) {
		errno = EXDEV;
		return -1;
	}
	*path += n;
	*path += strspn(*path, "/");
	return 0;
}

static int make_and_open(int dirfd, const char *name, int flags)
{
	if (mkdirat(dirfd, name, 0777) && errno != EEXIST)
		return -1;
	return open_component(dirfd, name, flags, 0);
}

/*
 * Open path component by component.  Where make is set, path is that of a
 * directory, and it and the missing ones above it are made.
 */
static int walk(int dirfd, const char *path, bool make, int flags,
		mode_t mode)
{
	char name[DV_PATH_MAX + 1];
	int dir = dirfd;
	int fd = -1;

	if (*path == '/') {
		errno = EXDEV;
		return -1;
	}
	for (;;) {
		bool last;
		int step;

		if (next_component(name, &path))
			break;
		last = !*path;
		/* O_PATH, as one may pass through what one may not list. */
		step = last ? flags : DIR_FLAGS | O_PATH;
		fd = open_component(dir, name, step, mode);
		if (fd < 0 && errno == ENOENT && make)
			fd = make_and_open(dir, name, step);
		if (fd < 0 || last)
			break;
		if (dir != dirfd)
			close(dir);
		dir = fd;
		fd = -1;
	}
	if (dir != dirfd)
		close_keep_errno(dir);
	return fd;
}

/* As openat2(2), or -1 with ENOSYS where a walk has to do. */
static int try_openat2(int dirfd, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned)flags,
		.mode = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ?
			mode & 07777 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd;

	if (atomic_load_explicit(&no_openat2, memory_order_relaxed)) {
		errno = ENOSYS;
		return -1;
	}
	fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	if (fd >= 0)
		return (int)fd;

	if (errno == ENOSYS)
		atomic_store(&no_openat2, true);
	/*
	 * A sandbox may say EPERM, a race with rename(2) is EAGAIN, and
	 * ENOTDIR may be a link at the end: the walk tells these apart.
	 */
	if (errno == EPERM || errno == EAGAIN || errno == ENOTDIR)
		errno = ENOSYS;
	return -1;
}

int dv_path_open(int dirfd, const char *path, int flags, mode_t mode)
{
	int fd;

	flags |= O_CLOEXEC | O_NOFOLLOW;
	fd = try_openat2(dirfd, path, flags, mode);
	if (fd >= 0 || errno != ENOSYS)
		return fd;
	return walk(dirfd, path, false, flags, mode);
}

int dv_path_open_parent(int dirfd, const char *path, bool make,
			const char **base)
{
	const char *slash = strrchr(path, '/');
	char parent[DV_PATH_MAX + 1];
	size_t n = slash ? (size_t)(slash - path) : 0;
	int fd;

	if (n > DV_PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (slash == path) {
		errno = EXDEV;
		return -1;
	}
	if (!slash) {
		fd = openat(dirfd, ".", DIR_FLAGS);
	} else {
		memcpy(parent, path, n);
		parent[n] = '\0';
		fd = dv_path_open(dirfd, parent, DIR_FLAGS, 0);
		if (fd < 0 && errno == ENOENT && make)
			fd = walk(dirfd, parent, true, DIR_FLAGS, 0);
	}
	if (fd >= 0)
		*base = slash ? slash + 1 : path;
	return fd;
}
