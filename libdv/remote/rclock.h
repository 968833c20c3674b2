/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RCLOCK_H
#define DV_REMOTE_RCLOCK_H

/*
 * How long something has taken, by the clock by which a gc of the remote
 * decides what is old enough to go, and by ours: whichever has gone on
 * more.  A remote that does not tell the time leaves ours, which goes on
 * while the machine sleeps and does not jump when it is set.
 */

#include <stdint.h>

#include "remote/answer.h"
#include "remote/conn.h"

struct dv_rclock {		/* private; begin with zeros */
	struct dv_conn *c;
	struct dv_answer began;
	int64_t here;
};

/*
 * From now on.  One request, which is answered while others are; k stays
 * where it is until dv_rclock_end().
 */
void dv_rclock_begin(struct dv_rclock *k, struct dv_conn *c);
/* Seconds since.  One request. */
int64_t dv_rclock_age(struct dv_rclock *k);
/* Zeros are fine. */
void dv_rclock_end(struct dv_rclock *k);

#endif
