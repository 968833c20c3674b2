/* SPDX-License-Identifier: MIT */
#include "store/ring.h"

void dv_ring_init(struct dv_ring *r, unsigned n)
{
	*r = (struct dv_ring){ .n = n };
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
}

void dv_ring_release(struct dv_ring *r)
{
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
}

int dv_ring_take(struct dv_ring *r)
{
	int i = -1;

	pthread_mutex_lock(&r->lock);
	while (!r->broken && r->passed - r->done == r->n)
		pthread_cond_wait(&r->moved, &r->lock);
	if (!r->broken)
		i = (int)(r->passed % r->n);
	pthread_mutex_unlock(&r->lock);
	return i;
}

int dv_ring_next(struct dv_ring *r)
{
	int i = -1;

	pthread_mutex_lock(&r->lock);
	while (!r->broken && !r->closed && r->passed == r->done)
		pthread_cond_wait(&r->moved, &r->lock);
	if (!r->broken && r->passed != r->done)
		i = (int)(r->done % r->n);
	pthread_mutex_unlock(&r->lock);
	return i;
}

/* Lock, say that something moved, and wake the other side. */
#define MOVE(r, what) do { \
	pthread_mutex_lock(&(r)->lock); \
	what; \
	pthread_cond_signal(&(r)->moved); \
	pthread_mutex_unlock(&(r)->lock); \
} while (0)

void dv_ring_pass(struct dv_ring *r)
{
	MOVE(r, r->passed++);
}

void dv_ring_done(struct dv_ring *r)
{
	MOVE(r, r->done++);
}

void dv_ring_close(struct dv_ring *r)
{
	MOVE(r, r->closed = true);
}

void dv_ring_break(struct dv_ring *r)
{
	MOVE(r, r->broken = true);
}
