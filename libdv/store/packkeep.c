/* SPDX-License-Identifier: MIT */
#include "store/packkeep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

static char *path_of(const char *base)
{
	return dv_asprintf("%s.keep", base);
}

/*
 * Where the file system has no such locks nobody keeps anything: what a gc
 * removes then is brought once more.
 */
static int lock_fd(int fd, int how)
{
	int rc;

	do
		rc = flock(fd, how);
	while (rc && errno == EINTR);
	return rc && (errno == ENOSYS || errno == ENOLCK ||
		      errno == EOPNOTSUPP) ? 0 : rc;
}

/* The file may have been removed between opening and locking it. */
static bool is_there(int fd, const char *path)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !lstat(path, &there) &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/*
 * The file at path, made if need be, locked as it says: a descriptor, or
 * -1 with errno, EWOULDBLOCK where how does not wait.
 */
static int open_locked(const char *path, int how)
{
	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | FLAGS, 0666);
		int saved;

		if (fd < 0)
			return -1;
		if (!lock_fd(fd, how)) {
			if (is_there(fd, path)) {
				dv_share(AT_FDCWD, path);
				return fd;
			}
			close(fd);
			continue;
		}
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
}

/* --- keeping -------------------------------------------------------------- */

static void add_file(struct dv_packkeeps *k, char *path, int fd)
{
	dv_grow(&k->v, &k->cap, k->n + 1, sizeof(*k->v));
	k->v[k->n++] = (struct dv_packkeep_file){ path, fd };
}

int dv_packkeep_add(struct dv_packkeeps *k, const char *base,
		    struct dv_err *err)
{
	char *path = path_of(base);
	int fd, rc;

	if (k->n && !link(k->v[0].path, path)) {
		add_file(k, path, -1);
		return 0;
	}
	/* One who seizes it, or another who keeps it too, is soon done. */
	fd = open_locked(path, LOCK_SH);
	if (fd >= 0) {
		add_file(k, path, fd);
		return 0;
	}
	rc = dv_err_sys(err, "cannot lock '%s'", path);
	free(path);
	return rc;
}

/*
 * Of two who share a file the last one removes it.  Where the first one of
 * ours is shared, all its links are left to dv_packkeep_prune().
 */
void dv_packkeep_release(struct dv_packkeeps *k)
{
	bool ours = k->n && !lock_fd(k->v[0].fd, LOCK_EX | LOCK_NB);

	for (size_t i = k->n; i-- > 0; ) {
		struct dv_packkeep_file *f = &k->v[i];
		bool last = i && f->fd >= 0 ?
			    !lock_fd(f->fd, LOCK_EX | LOCK_NB) : ours;

		if (last)
			unlink(f->path);
		if (f->fd >= 0)
			close(f->fd);
		free(f->path);
	}
	free(k->v);
	*k = (struct dv_packkeeps){ .n = 0 };
}

/* --- the others ------------------------------------------------------------- */

/* A lock that nobody holds is had at once. */
bool dv_packkeep_is_held(const char *base)
{
	char *path = path_of(base);
	int fd = open(path, O_RDWR | FLAGS);
	bool yes;

	if (fd < 0 && errno == EACCES)
		fd = open(path, O_RDONLY | FLAGS);
	yes = fd < 0 ? errno != ENOENT :
		       lock_fd(fd, LOCK_EX | LOCK_NB) != 0;
	if (fd >= 0)
		close(fd);
	free(path);
	return yes;
}

int dv_packkeep_seize(const char *base, int *fd, struct dv_err *err)
{
	char *path = path_of(base);
	int rc = 1;

	*fd = open_locked(path, LOCK_EX | LOCK_NB);
	if (*fd < 0 && (errno == ENOSPC || errno == EDQUOT))
		rc = !dv_packkeep_is_held(base);
	else if (*fd < 0)
		rc = errno == EWOULDBLOCK || errno == EACCES ? 0 :
		     dv_err_sys(err, "cannot lock '%s'", path);
	free(path);
	return rc;
}

void dv_packkeep_let_go(const char *base, int fd)
{
	char *path = path_of(base);

	if (fd >= 0) {
		unlink(path);
		close(fd);
	}
	free(path);
}

static bool is_keep(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && !strcmp(name + n - 5, ".keep");
}

int dv_packkeep_prune(const char *dir, struct dv_err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return errno == ENOENT ? 0 :
		       dv_err_sys(err, "cannot read '%s'", dir);
	while ((e = readdir(d))) {
		char *path;
		int fd;

		if (!is_keep(e->d_name))
			continue;
		path = dv_asprintf("%s/%s", dir, e->d_name);
		fd = open_locked(path, LOCK_EX | LOCK_NB);
		if (fd >= 0) {
			unlink(path);
			close(fd);
		}
		free(path);
	}
	closedir(d);
	return 0;
}
