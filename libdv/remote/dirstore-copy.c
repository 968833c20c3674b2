/* SPDX-License-Identifier: MIT */
#include "remote/dirstore-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define STEP (8u << 20)		/* between looks at stop and at the clock */
#define BUFFER (1u << 20)

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Wait until n more bytes may move. */
static void wait_turn(struct dv_dirstore *d, uint64_t n)
{
	int64_t now, turn;
	struct timespec t;

	if (!d->limit_rate)
		return;
	pthread_mutex_lock(&d->lock);
	now = now_ns();
	turn = d->rate_free > now ? d->rate_free : now;
	d->rate_free = turn + (int64_t)((double)n * 1e9 /
					(double)d->limit_rate);
	pthread_mutex_unlock(&d->lock);
	t.tv_sec = (turn - now) / 1000000000;
	t.tv_nsec = (turn - now) % 1000000000;
	nanosleep(&t, NULL);
}

/* One step by way of memory: bytes copied, 0 at the end, -1. */
static int64_t step_plain(int in, uint64_t in_off, int out, uint64_t out_off,
			  uint64_t n)
{
	char *buf;
	ssize_t got;

	if (n > BUFFER)
		n = BUFFER;
	buf = dv_malloc(n);
	got = dv_pread_full(in, buf, n, in_off);
	if (got > 0 && dv_pwrite_full(out, buf, (size_t)got, out_off))
		got = -1;
	free(buf);
	return got;
}

/* Not all pairs of file systems, nor all kernels, copy by themselves. */
static bool copies_not(int e)
{
	return e == EXDEV || e == EINVAL || e == ENOSYS || e == EOPNOTSUPP ||
	       e == EBADF || e == EPERM || e == ETXTBSY;
}

static int64_t step(int in, uint64_t in_off, int out, uint64_t out_off,
		    uint64_t n, bool *plain)
{
	off64_t from = (off64_t)in_off, to = (off64_t)out_off;
	ssize_t got;

	if (*plain)
		return step_plain(in, in_off, out, out_off, n);
	got = copy_file_range(in, &from, out, &to, n, 0);
	if (got > 0)
		return got;
	/* Some pseudo files answer 0 and have bytes all the same. */
	if (got == 0 || copies_not(errno)) {
		*plain = true;
		return step_plain(in, in_off, out, out_off, n);
	}
	return -1;
}

int64_t dv_dirstore_copy(struct dv_dirstore *d, int in, uint64_t in_off,
			 int out, uint64_t out_off, uint64_t n, bool flush,
			 dv_dirstore_moved_fn *moved, void *arg)
{
	uint64_t max = d->limit_rate && d->limit_rate / 4 < STEP ?
		d->limit_rate / 4 + 1 : STEP;
	uint64_t done = 0, told = 0;
	bool plain = false;

	while (done < n) {
		uint64_t want = n - done < max ? n - done : max;
		int64_t got;

		if (d->stop) {
			errno = ECANCELED;
			return -1;
		}
		wait_turn(d, want);
		got = step(in, in_off + done, out, out_off + done, want,
			   &plain);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		if (flush)
			sync_file_range(out, (off64_t)(out_off + done), got,
					SYNC_FILE_RANGE_WRITE);
		done += (uint64_t)got;
		if (moved && done < n && done - told >= STEP / 2) {
			moved(arg, done);
			told = done;
		}
	}
	return (int64_t)done;
}
