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
#include "store/odb-whole.h"

#define FILES_MAX (1u << 16)
#define FILES_PART 4		/* of the descriptors there may be */
#define LIMIT_MIN 128		/* where there are fewer we take none */

/* Indexes, records and the journal: what is not content needs room, too. */
#define SPARE (UINT64_C(16) << 20)
#define SPARE_PART 32		/* of the content that is to come */

struct ready {
	uint64_t size;
	int fd;			/* -1: has its name */
	bool claimed;
};

struct dv_wtready {
	char *dir;
	unsigned open, max;	/* descriptors */
	uint64_t promised;	/* bytes, to files that are being written */
	uint64_t coming;	/* bytes, into the store */
	bool begun;		/* there was one */
	bool over;		/* no more of them */
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
		return 0;
	if (l.rlim_cur < l.rlim_max) {
		struct rlimit more = { l.rlim_max, l.rlim_max };

		if (!setrlimit(RLIMIT_NOFILE, &more))
			l = more;
	}
	if (l.rlim_cur < LIMIT_MIN)
		return 0;
	if (l.rlim_cur / FILES_PART > FILES_MAX)
		return FILES_MAX;
	return (unsigned)(l.rlim_cur / FILES_PART);
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

void dv_wtready_expect(struct dv_wtready *r, uint64_t bytes)
{
	r->coming = bytes;
}

/* Take n off what is left, if it is that much. */
static bool take(uint64_t *left, uint64_t n)
{
	if (n > *left)
		return false;
	*left -= n;
	return true;
}

/* What was begun has its room only when it was written. */
static bool is_room(const struct dv_wtready *r, int fd, uint64_t size)
{
	struct statvfs vfs;
	uint64_t left;

	if (fstatvfs(fd, &vfs))
		return false;
	left = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	return take(&left, SPARE) && take(&left, r->coming) &&
	       take(&left, r->coming / SPARE_PART) &&
	       take(&left, r->promised) && take(&left, size);
}

/* While it is written past the page cache there is a second one. */
static unsigned descriptors(uint64_t size)
{
	return size >= DV_ODB_WHOLE_BULK ? 2 : 1;
}

int dv_wtready_begin(struct dv_wtready *r, uint64_t size)
{
	int fd;

	if (r->over || r->open + descriptors(size) > r->max)
		return -1;
	fd = open_unnamed(r);
	if (fd < 0)
		return -1;
	if (!is_room(r, fd, size)) {
		close(fd);
		return -1;
	}
	r->open += descriptors(size);
	r->promised += size;
	r->begun = true;
	return fd;
}

void dv_wtready_add(struct dv_wtready *r, const struct dv_digest *id,
		    uint64_t size, int fd)
{
	if (r->over || !dv_idmap_add(&r->ids, id, r->n)) {
		dv_wtready_drop(r, size, fd);
		return;
	}
	r->open -= descriptors(size) - 1;
	r->promised -= size;
	dv_grow(&r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = (struct ready){ .size = size, .fd = fd };
}

void dv_wtready_drop(struct dv_wtready *r, uint64_t size, int fd)
{
	close(fd);
	r->open -= descriptors(size);
	r->promised -= size;
}

bool dv_wtready_empty(struct dv_wtready *r)
{
	bool any = r->begun && !r->over;

	r->over = true;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].fd >= 0)
			close(r->v[i].fd);
		r->v[i].fd = -1;
	}
	pthread_mutex_unlock(&r->lock);
	return any;
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
