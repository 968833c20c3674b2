/* SPDX-License-Identifier: MIT */
#include "base/bulk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

/* What every file system that takes it is content with. */
#define ALIGN 4096

/*
 * Window number i is always in the buffer i % n: a buffer is given on in
 * order, so that the oldest window, which the others may wait for, waits
 * for none.
 */
struct window {
	uint8_t *bytes;
	uint64_t number;
	size_t filled;
};

struct dv_bulk {
	int fd, direct;		/* direct: -1 where there is no such thing */
	unsigned n;

	pthread_mutex_t lock;	/* for what follows */
	pthread_cond_t moved;
	struct window windows[DV_BULK_WINDOWS_MAX];
	int failed;		/* errno */
};

/* Another descriptor of the same file, as this is a matter of each. */
static int open_direct(int fd)
{
	const char *test = getenv("DV_TEST_BULK");
	char path[64];

	if (test && !strcmp(test, "cache"))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
}

struct dv_bulk *dv_bulk_new(int fd, uint64_t from, unsigned windows)
{
	struct dv_bulk *b = dv_calloc(1, sizeof(*b));
	uint64_t first = from / DV_BULK_WINDOW;

	assert(from % DV_BULK_WINDOW == 0);
	assert(windows && windows <= DV_BULK_WINDOWS_MAX);
	b->fd = fd;
	b->direct = open_direct(fd);
	b->n = windows;
	for (unsigned i = 0; i < windows; i++)
		b->windows[(first + i) % windows].number = first + i;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->moved, NULL);
	return b;
}

void dv_bulk_free(struct dv_bulk *b)
{
	if (!b)
		return;
	for (unsigned i = 0; i < b->n; i++)
		free(b->windows[i].bytes);
	if (b->direct >= 0)
		close(b->direct);
	pthread_cond_destroy(&b->moved);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

/* --- writing ------------------------------------------------------------ */

static int write_cached(struct dv_bulk *b, const void *p, size_t n,
			uint64_t off)
{
	if (dv_pwrite_full(b->fd, p, n, off))
		return -1;
	/* What the disk has begun with a sync need not wait for. */
	sync_file_range(b->fd, (off_t)off, (off_t)n, SYNC_FILE_RANGE_WRITE);
	return 0;
}

/*
 * A full window.  What went wrong the short way, be it that the file
 * system does not know it, goes wrong the long way, too, if it must.
 */
static int write_window(struct dv_bulk *b, const struct window *w)
{
	uint64_t off = w->number * DV_BULK_WINDOW;

	if (b->direct >= 0 &&
	    pwrite(b->direct, w->bytes, DV_BULK_WINDOW, (off_t)off) ==
	    (ssize_t)DV_BULK_WINDOW)
		return 0;
	return write_cached(b, w->bytes, DV_BULK_WINDOW, off);
}

/* With the lock held, which is released meanwhile. */
static void empty(struct dv_bulk *b, struct window *w)
{
	int rc;

	pthread_mutex_unlock(&b->lock);
	rc = write_window(b, w) ? errno : 0;
	pthread_mutex_lock(&b->lock);
	if (rc && !b->failed)
		b->failed = rc;
	w->filled = 0;
	w->number += b->n;
	pthread_cond_broadcast(&b->moved);
}

/* --- putting -------------------------------------------------------------- */

static void make_bytes(struct window *w)
{
	void *p;

	if (w->bytes)
		return;
	if (posix_memalign(&p, ALIGN, DV_BULK_WINDOW))
		dv_alloc_fail();
	w->bytes = p;
}

/* n bytes at at of window number. */
static int put_part(struct dv_bulk *b, uint64_t number, size_t at,
		    const void *p, size_t n)
{
	struct window *w = &b->windows[number % b->n];
	int failed;

	pthread_mutex_lock(&b->lock);
	while (w->number != number && !b->failed)
		pthread_cond_wait(&b->moved, &b->lock);
	failed = b->failed;
	if (!failed)
		make_bytes(w);
	pthread_mutex_unlock(&b->lock);
	if (!failed) {
		memcpy(w->bytes + at, p, n);
		pthread_mutex_lock(&b->lock);
		w->filled += n;
		if (w->filled == DV_BULK_WINDOW)
			empty(b, w);
		failed = b->failed;
		pthread_mutex_unlock(&b->lock);
	}
	errno = failed;
	return failed ? -1 : 0;
}

int dv_bulk_put(struct dv_bulk *b, uint64_t off, const void *p, size_t n)
{
	const uint8_t *from = p;
	int rc = 0;

	while (!rc && n) {
		size_t at = off % DV_BULK_WINDOW;
		size_t some = DV_BULK_WINDOW - at;

		some = some < n ? some : n;
		rc = put_part(b, off / DV_BULK_WINDOW, at, from, some);
		off += some;
		from += some;
		n -= some;
	}
	return rc;
}

void dv_bulk_break(struct dv_bulk *b, int error)
{
	pthread_mutex_lock(&b->lock);
	if (!b->failed)
		b->failed = error;
	pthread_cond_broadcast(&b->moved);
	pthread_mutex_unlock(&b->lock);
}

int dv_bulk_flush(struct dv_bulk *b)
{
	for (unsigned i = 0; i < b->n && !b->failed; i++) {
		const struct window *w = &b->windows[i];

		if (w->filled && write_cached(b, w->bytes, w->filled,
					      w->number * DV_BULK_WINDOW))
			b->failed = errno;
	}
	errno = b->failed;
	return b->failed ? -1 : 0;
}
