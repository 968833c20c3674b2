/* SPDX-License-Identifier: MIT */
#include "store/wtready.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/idmap.h"

#define FILES_MIN 64
#define FILES_MAX (1u << 16)
#define FILES_PART 4		/* of the descriptors there may be */

struct ready {
	uint64_t size;
	int fd;			/* -1: has its name */
	bool claimed;
};

struct dv_wtready {
	char *dir;
	unsigned open, max;	/* descriptors */
	pthread_mutex_t lock;	/* for what follows */
	struct dv_idmap ids;
	struct ready *v;	/* by place in ids */
	size_t n, cap;
};

/* As many as there may be: the soft limit is for those who use select(2). */
static unsigned raise_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l))
		return FILES_MIN;
	if (l.rlim_cur < l.rlim_max) {
		struct rlimit more = { l.rlim_max, l.rlim_max };

		if (!setrlimit(RLIMIT_NOFILE, &more))
			l = more;
	}
	if (l.rlim_cur / FILES_PART > FILES_MAX)
		return FILES_MAX;
	return l.rlim_cur / FILES_PART < FILES_MIN ? FILES_MIN :
	       (unsigned)(l.rlim_cur / FILES_PART);
}

struct dv_wtready *dv_wtready_new(const char *dir, enum dv_algo algo)
{
	struct dv_wtready *r = dv_calloc(1, sizeof(*r));

	r->dir = dv_strdup(dir);
	r->max = raise_limit();
	pthread_mutex_init(&r->lock, NULL);
	dv_idmap_init(&r->ids, algo);
	return r;
}

void dv_wtready_free(struct dv_wtready *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].fd >= 0)
			close(r->v[i].fd);
	free(r->v);
	dv_idmap_release(&r->ids);
	pthread_mutex_destroy(&r->lock);
	free(r->dir);
	free(r);
}

/* --- filling -------------------------------------------------------------- */

/* The directory may be made later: then one above it, up to the root. */
static int open_unnamed(struct dv_wtready *r)
{
	for (;;) {
		char *slash;
		int fd = open(r->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0777);

		if (fd >= 0 || (errno != ENOENT && errno != ENOTDIR))
			return fd;
		slash = strrchr(r->dir, '/');
		if (!slash && !strcmp(r->dir, "."))
			return -1;
		if (!slash)
			strcpy(r->dir, ".");
		else if (slash == r->dir)
			strcpy(r->dir, "/");
		else
			*slash = '\0';
	}
}

/* The store gets the content, too, and nothing else shall lack room. */
static bool is_room(int fd, uint64_t size)
{
	struct statvfs vfs;

	if (fstatvfs(fd, &vfs))
		return false;
	return size < (uint64_t)vfs.f_bavail * vfs.f_frsize / 2;
}

int dv_wtready_begin(struct dv_wtready *r, uint64_t size)
{
	int fd;

	if (r->open >= r->max)
		return -1;
	fd = open_unnamed(r);
	if (fd >= 0 && !is_room(fd, size)) {
		close(fd);
		return -1;
	}
	r->open += fd >= 0;
	return fd;
}

void dv_wtready_add(struct dv_wtready *r, const struct dv_digest *id,
		    uint64_t size, int fd)
{
	if (!dv_idmap_add(&r->ids, id, r->n)) {
		dv_wtready_drop(r, fd);
		return;
	}
	dv_grow(&r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = (struct ready){ .size = size, .fd = fd };
}

void dv_wtready_drop(struct dv_wtready *r, int fd)
{
	close(fd);
	r->open--;
}

/* --- using ---------------------------------------------------------------- */

/* With the lock held. */
static struct ready *find(struct dv_wtready *r, const struct dv_digest *id)
{
	uint64_t i;

	return dv_idmap_get(&r->ids, id, &i) ? &r->v[i] : NULL;
}

uint64_t dv_wtready_claim(struct dv_wtready *r, const struct dv_digest *id)
{
	struct ready *f;
	uint64_t size = 0;

	pthread_mutex_lock(&r->lock);
	f = find(r, id);
	if (f && f->fd >= 0 && !f->claimed) {
		f->claimed = true;
		size = f->size;
	}
	pthread_mutex_unlock(&r->lock);
	return size;
}

/* The mode that it was made with, 0777, has gone through the umask. */
static bool name_it(int fd, bool exec, int dirfd, const char *name)
{
	char path[64];
	struct stat st;

	if (fstat(fd, &st) || futimens(fd, NULL) ||
	    (!exec && fchmod(fd, st.st_mode & 0666)))
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return !linkat(AT_FDCWD, path, dirfd, name, AT_SYMLINK_FOLLOW);
}

bool dv_wtready_place(struct dv_wtready *r, const struct dv_digest *id,
		      uint64_t size, bool exec, int dirfd, const char *name)
{
	struct ready *f;
	bool named;
	int fd = -1;

	pthread_mutex_lock(&r->lock);
	f = find(r, id);
	if (f && f->size == size) {
		fd = f->fd;
		f->fd = -1;
	}
	pthread_mutex_unlock(&r->lock);
	if (fd < 0)
		return false;
	named = name_it(fd, exec, dirfd, name);
	if (close(fd) && named) {
		unlinkat(dirfd, name, 0);
		named = false;
	}
	return named;
}
