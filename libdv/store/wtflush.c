/* SPDX-License-Identifier: MIT */
#include "store/wtflush.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define REST_MS 200		/* between two syncs */

struct dv_wtflush {
	int fd;
	int failed;		/* errno of the first that did */
	pthread_t thread;
	pthread_mutex_t lock;	/* for what follows */
	pthread_cond_t wake;
	bool ended;
};

static void set_rest(struct timespec *t)
{
	clock_gettime(CLOCK_REALTIME, t);
	t->tv_nsec += REST_MS * 1000000L;
	if (t->tv_nsec >= 1000000000L) {
		t->tv_nsec -= 1000000000L;
		t->tv_sec++;
	}
}

/* False at the end. */
static bool rest(struct dv_wtflush *f)
{
	struct timespec until;
	bool ended;
	int rc = 0;

	set_rest(&until);
	pthread_mutex_lock(&f->lock);
	while (!f->ended && !rc)
		rc = pthread_cond_timedwait(&f->wake, &f->lock, &until);
	ended = f->ended;
	pthread_mutex_unlock(&f->lock);
	return !ended;
}

static void *run(void *arg)
{
	struct dv_wtflush *f = arg;

	while (!f->failed && rest(f))
		if (syncfs(f->fd))
			f->failed = errno;
	return NULL;
}

static void release(struct dv_wtflush *f)
{
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

struct dv_wtflush *dv_wtflush_begin(int dirfd)
{
	struct dv_wtflush *f = dv_calloc(1, sizeof(*f));

	f->fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->wake, NULL);
	if (f->fd >= 0 && !pthread_create(&f->thread, NULL, run, f))
		return f;
	release(f);
	return NULL;
}

int dv_wtflush_end(struct dv_wtflush *f)
{
	int failed;

	if (!f)
		return 0;
	pthread_mutex_lock(&f->lock);
	f->ended = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	failed = f->failed;
	release(f);
	errno = failed;
	return failed ? -1 : 0;
}
