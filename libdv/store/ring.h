/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_RING_H
#define DV_STORE_RING_H

/*
 * Which of n buffers belongs to whom: one thread fills them, another one
 * empties them, in the same order.  The buffers themselves are the
 * caller's, numbered 0 .. n-1.
 */

#include <pthread.h>
#include <stdbool.h>

struct dv_ring {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	unsigned n, passed, done;	/* counted from the start */
	bool closed, broken;
};

void dv_ring_init(struct dv_ring *r, unsigned n);
void dv_ring_release(struct dv_ring *r);

/* Filling: a buffer to fill, or -1 once the other side has given up. */
int dv_ring_take(struct dv_ring *r);
void dv_ring_pass(struct dv_ring *r);
/* Nothing more will be passed. */
void dv_ring_close(struct dv_ring *r);

/* Emptying: a buffer that was passed, or -1 when there will be none. */
int dv_ring_next(struct dv_ring *r);
void dv_ring_done(struct dv_ring *r);

/* Either side gives up: the other one gets -1 from now on. */
void dv_ring_break(struct dv_ring *r);

#endif
