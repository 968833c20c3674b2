/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RGET_RUN_H
#define DV_REMOTE_RGET_RUN_H

/*
 * The inside of dv_rget_run(): ranges of packs come into slots, workers
 * take what is in them, and where large objects are put together meanwhile
 * a follower goes through what was taken, in their order.
 */

#include "remote/rget-parts.h"

#define DV_RGET_SLOTS 12
#define DV_RGET_WORKERS 4

enum dv_rget_state {
	DV_RGET_FREE,
	DV_RGET_FLYING,		/* on its way */
	DV_RGET_READY,		/* has come */
	DV_RGET_BUSY,		/* a worker takes it */
	DV_RGET_KEPT		/* was taken; the follower may want it */
};

/* What the follower may want of a slot. */
struct dv_rget_kept {
	struct dv_rget_object x;
	bool used;
};

/*
 * A file that a range comes into, without a name, in memory where that can
 * be had; it is used again and again.
 */
struct dv_rget_slot {
	struct dv_rget_run *run;
	enum dv_rget_state state;
	char *path;			/* for the helper; NULL: not open */
	char *file;			/* its name, where it has one */
	int fd;
	const struct dv_rget_item *items;
	size_t n;
	uint64_t start, len, count;
	/* sorted by id; unused: how many of them are */
	struct dv_rget_kept *kept;
	size_t kept_n, kept_cap, unused;
};

struct dv_rget_run {
	struct dv_rget *g;
	const struct dv_rget_item *items;
	size_t n;
	uint64_t range;
	struct dv_rget_slot slots[DV_RGET_SLOTS];
	pthread_t workers[DV_RGET_WORKERS], follower;
	int workers_n;
	bool follows;			/* there is a follower */

	pthread_mutex_t lock;		/* for what follows, and the states */
	pthread_cond_t moved;
	size_t next;			/* of items, to be asked for */
	unsigned flying, ready, busy, kept;
	bool hold;			/* nobody begins anything */
	bool ended;
	int rc;				/* the first failure */
	struct dv_err err;
};

/* With the lock held: the first failure stays. */
void dv_rget_run_fail(struct dv_rget_run *r, const struct dv_err *err);

/* --- rget-slot.c -------------------------------------------------------- */

/*
 * In the order they lie there, packs in the order they are wanted in, each
 * item once; how many are left.
 */
size_t dv_rget_sort(struct dv_rget_item *v, size_t n);
/* Small enough that all transfers have something to do. */
uint64_t dv_rget_range(const struct dv_rget_item *v, size_t n);
/* With the lock held: one in that state, or NULL. */
struct dv_rget_slot *dv_rget_slot_in(struct dv_rget_run *r,
				     enum dv_rget_state state);
/* Ask for the next range, into a slot that is free. */
int dv_rget_slot_launch(struct dv_rget_slot *s, struct dv_rget_run *r,
			struct dv_err *err);
void dv_rget_slot_release(struct dv_rget_slot *s);

/* --- rget-follow.c ------------------------------------------------------ */

/* Note what comes into s, before it does. */
void dv_rget_follow_note(struct dv_rget_slot *s);
/* A thread's function, the run as arg. */
void *dv_rget_follow(void *run);

#endif
