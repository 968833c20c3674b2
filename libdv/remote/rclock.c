/* SPDX-License-Identifier: MIT */
#include "remote/rclock.h"

#include <time.h>

#include "remote/rkey.h"

static int64_t here(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

static void ask(struct dv_conn *c, struct dv_answer *a)
{
	*a = (struct dv_answer)DV_ANSWER_INIT;
	dv_transport_head(c->t, DV_RKEY_FORMAT, dv_answer_take, a);
}

/* What time it is there, or -1. */
static int64_t wait_for(struct dv_conn *c, const struct dv_answer *a)
{
	struct dv_err ignored = DV_ERR_INIT;

	return dv_answer_wait(c->t, a, &ignored) < 0 ? -1 : a->now;
}

void dv_rclock_begin(struct dv_rclock *k, struct dv_conn *c)
{
	dv_rclock_end(k);
	k->c = c;
	k->here = here();
	ask(c, &k->began);
}

int64_t dv_rclock_age(struct dv_rclock *k)
{
	int64_t age = here() - k->here, then = wait_for(k->c, &k->began), now;
	struct dv_answer a;

	if (then < 0)
		return age;
	ask(k->c, &a);
	now = wait_for(k->c, &a);
	return now - then > age ? now - then : age;
}

void dv_rclock_end(struct dv_rclock *k)
{
	if (k->c)
		wait_for(k->c, &k->began);
	k->c = NULL;
}
