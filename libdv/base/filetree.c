/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

static int make_dir(const char *path, mode_t mode)
{
	struct stat st;
	int saved;

	if (!mkdir(path, mode)) {
		dv_share(AT_FDCWD, path);
		return 0;
	}
	/* Also on EROFS, EACCES and the like: it may be there already. */
	saved = errno;
	if (saved != ENOENT && !stat(path, &st)) {
		if (S_ISDIR(st.st_mode))
			return 0;
		saved = ENOTDIR;
	}
	errno = saved;
	return -1;
}

int dv_mkdirs(const char *path, mode_t mode, struct dv_err *err)
{
	char *copy = dv_strdup(path);
	char *p = copy;
	int rc = 0;

	if (!make_dir(path, mode))
		goto out;
	for (;;) {
		char *slash;

		p += strspn(p, "/");
		slash = strchr(p, '/');
		if (slash)
			*slash = '\0';
		if (make_dir(copy, mode)) {
			rc = dv_err_sys(err, "cannot make directory '%s'",
					copy);
			goto out;
		}
		if (!slash)
			break;
		*slash = '/';
		p = slash + 1;
		if (!p[strspn(p, "/")])
			break;
	}
out:
	free(copy);
	return rc;
}

/*
 * Removal keeps one descriptor open however deep the tree is: it goes
 * down by openat(2) and up by "..", and checks that ".." is where it came
 * from, so that a directory moved meanwhile does not lead it astray.
 */
struct level {
	char *name;		/* in the directory above */
	dev_t dev;		/* of the directory above */
	ino_t ino;
};

struct removal {
	int fd;			/* the directory we are in */
	struct level *levels;	/* how we got there */
	size_t n, cap;
	const char *path;	/* for messages */
	struct dv_err *err;
};

static int removal_error(struct removal *r, const char *name)
{
	return dv_err_sys(r->err, "cannot remove '%s' in '%s'", name,
			  r->path);
}

static int step_down(struct removal *r, const char *name)
{
	struct stat st;
	int fd;

	if (fstat(r->fd, &st))
		return removal_error(r, name);
	fd = openat(r->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd < 0)
		return removal_error(r, name);

	dv_grow(&r->levels, &r->cap, r->n + 1, sizeof(*r->levels));
	r->levels[r->n++] = (struct level){ dv_strdup(name), st.st_dev,
					    st.st_ino };
	close(r->fd);
	r->fd = fd;
	return 0;
}

/* Go up, and remove the directory we come from. */
static int step_up(struct removal *r)
{
	struct level *level = &r->levels[r->n - 1];
	struct stat st;
	int fd;

	fd = openat(r->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		if (fd >= 0)
			close(fd);
		return removal_error(r, level->name);
	}
	close(r->fd);
	r->fd = fd;
	if (st.st_dev != level->dev || st.st_ino != level->ino)
		return dv_err_set(r->err, DV_E_CONFLICT, "'%s' in '%s' was "
				  "moved while it was being removed",
				  level->name, r->path);
	if (unlinkat(fd, level->name, AT_REMOVEDIR) && errno != ENOENT)
		return removal_error(r, level->name);
	free(level->name);
	r->n--;
	return 0;
}

/* Remove what is no directory.  1: it is one; 0 done; negative failed. */
static int remove_file(struct removal *r, const char *name, int type)
{
	struct stat st;

	if (type == DT_DIR)
		return 1;
	if (!unlinkat(r->fd, name, 0) || errno == ENOENT)
		return 0;
	if (errno == EISDIR || errno == EPERM) {
		int saved = errno;

		if (!fstatat(r->fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISDIR(st.st_mode))
			return 1;
		errno = saved;
	}
	return removal_error(r, name);
}

/*
 * Remove the files of the directory we are in up to the first directory,
 * and step down into that.  1: stepped down; 0: nothing is left here.
 */
static int remove_files(struct removal *r)
{
	int fd = openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int rc = 0;

	if (!dir) {
		rc = removal_error(r, ".");
		if (fd >= 0)
			close(fd);
		return rc;
	}
	while (!rc) {
		errno = 0;
		e = readdir(dir);
		if (!e) {
			if (errno)
				rc = removal_error(r, ".");
			break;
		}
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		rc = remove_file(r, e->d_name, e->d_type);
		if (rc > 0 && step_down(r, e->d_name))
			rc = -r->err->code;
	}
	closedir(dir);
	return rc;
}

int dv_remove_tree(int dirfd, const char *path, struct dv_err *err)
{
	struct removal r = { .fd = -1, .path = path, .err = err };
	int rc;

	if (!unlinkat(dirfd, path, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return dv_err_sys(err, "cannot remove '%s'", path);

	r.fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		      O_CLOEXEC);
	if (r.fd < 0)
		return dv_err_sys(err, "cannot remove '%s'", path);
	for (;;) {
		rc = remove_files(&r);
		if (rc == 0 && r.n > 0)
			rc = step_up(&r) ? -err->code : 1;
		if (rc <= 0)
			break;
	}
	close(r.fd);
	while (r.n)
		free(r.levels[--r.n].name);
	free(r.levels);
	if (!rc && unlinkat(dirfd, path, AT_REMOVEDIR) && errno != ENOENT)
		rc = dv_err_sys(err, "cannot remove '%s'", path);
	return rc;
}
