/* SPDX-License-Identifier: MIT */
#include "remote/rget-run.h"

#include "base/parallel.h"

/* What was added is published when it is as much as was before. */
#define PUBLISH_BYTES (64u << 20)
#define PUBLISH_SECONDS 60
#define PUBLISH_LEAST (8u << 20)
#define PUBLISH_PART 8		/* of that, so that packs do not pile up */

/* A worker that is done cannot wake the transport. */
#define STEP_MS 5

/* --- workers ------------------------------------------------------------ */

/* Is there enough to publish? */
static bool is_due(struct dv_rget *g)
{
	uint64_t bytes;

	pthread_mutex_lock(&g->lock);
	bytes = g->unpublished;
	pthread_mutex_unlock(&g->lock);
	if (bytes >= PUBLISH_BYTES && bytes >= g->published)
		return true;
	return bytes >= PUBLISH_LEAST &&
	       bytes >= g->published / PUBLISH_PART &&
	       dv_rget_clock() - g->published_at >= PUBLISH_SECONDS;
}

void dv_rget_run_fail(struct dv_rget_run *r, const struct dv_err *err)
{
	if (r->rc)
		return;
	r->rc = -err->code;
	r->err = *err;
}

static void work(struct dv_rget_run *r, struct dv_rget_slot *s,
		 struct dv_rget_room *room)
{
	struct dv_err err = DV_ERR_INIT;
	int rc;

	s->state = DV_RGET_BUSY;
	r->ready--;
	r->busy++;
	pthread_mutex_unlock(&r->lock);
	rc = dv_rget_take(r->g, s->items, s->n, s->start, s->count, s->fd,
			  room, &err);
	pthread_mutex_lock(&r->lock);
	if (rc < 0)
		dv_rget_run_fail(r, &err);
	s->state = r->follows ? DV_RGET_KEPT : DV_RGET_FREE;
	r->kept += r->follows;
	r->busy--;
	pthread_cond_broadcast(&r->moved);
}

static void *run_worker(void *arg)
{
	struct dv_rget_room room = { .cap = 0 };
	struct dv_rget_run *r = arg;

	pthread_mutex_lock(&r->lock);
	while (!r->ended) {
		struct dv_rget_slot *s = r->hold || r->rc ? NULL :
			dv_rget_slot_in(r, DV_RGET_READY);

		if (s)
			work(r, s, &room);
		else
			pthread_cond_wait(&r->moved, &r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	dv_rget_room_release(&room);
	return NULL;
}

/* --- the loop ----------------------------------------------------------- */

/* The others rest meanwhile; what is on its way comes all the same. */
static void publish(struct dv_rget_run *r)
{
	struct dv_err err = DV_ERR_INIT;
	int rc;

	r->hold = true;
	while (r->busy)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
	rc = dv_rget_publish(r->g, &err);
	pthread_mutex_lock(&r->lock);
	if (rc < 0)
		dv_rget_run_fail(r, &err);
	r->hold = false;
	pthread_cond_broadcast(&r->moved);
}

/* With the lock held: ask for more where there is room. */
static void launch_some(struct dv_rget_run *r)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_rget_slot *s;

	while (!r->rc && r->next < r->n &&
	       (s = dv_rget_slot_in(r, DV_RGET_FREE))) {
		int rc;

		pthread_mutex_unlock(&r->lock);
		rc = dv_rget_slot_launch(s, r, &err);
		pthread_mutex_lock(&r->lock);
		if (rc < 0)
			dv_rget_run_fail(r, &err);
	}
}

/* May a slot become free without anything that has to come first? */
static bool is_working(const struct dv_rget_run *r)
{
	if (r->busy)
		return true;
	return !r->rc && (r->ready || (r->kept && r->next < r->n));
}

/* Until everything was asked for, has come and was taken. */
static void loop(struct dv_rget_run *r)
{
	struct dv_err err = DV_ERR_INIT;
	int rc;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		bool working;

		if (!r->rc && is_due(r->g))
			publish(r);
		launch_some(r);
		working = is_working(r);
		if (!r->flying && !working)
			break;
		if (!r->flying) {
			pthread_cond_wait(&r->moved, &r->lock);
			continue;
		}
		pthread_mutex_unlock(&r->lock);
		rc = dv_transport_step(r->g->c->t, working ? STEP_MS : -1,
				       &err);
		pthread_mutex_lock(&r->lock);
		if (rc < 0)
			dv_rget_run_fail(r, &err);
	}
	r->ended = true;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

static bool is_followed(const struct dv_rget *g)
{
	for (size_t i = 0; i < g->recipes_n; i++)
		if (g->recipes[i].whole && !g->recipes[i].ended)
			return true;
	return false;
}

static int start_threads(struct dv_rget_run *r, struct dv_err *err)
{
	int n = dv_parallel_threads();

	if (n > DV_RGET_WORKERS)
		n = DV_RGET_WORKERS;
	while (r->workers_n < n &&
	       !pthread_create(&r->workers[r->workers_n], NULL, run_worker,
			       r))
		r->workers_n++;
	if (!r->workers_n)
		return dv_err_set(err, DV_E_SYS, "cannot start a thread");
	return 0;
}

static void release(struct dv_rget_run *r)
{
	for (int i = 0; i < r->workers_n; i++)
		pthread_join(r->workers[i], NULL);
	if (r->follows)
		pthread_join(r->follower, NULL);
	for (int i = 0; i < DV_RGET_SLOTS; i++)
		dv_rget_slot_release(&r->slots[i]);
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
}

int dv_rget_run(struct dv_rget *g, struct dv_rget_item *items, size_t n,
		struct dv_err *err)
{
	struct dv_rget_run r = { .g = g, .items = items };
	int rc;

	r.n = dv_rget_sort(items, n);
	if (!r.n)
		return 0;
	r.range = dv_rget_range(items, r.n);
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.moved, NULL);
	/* before the workers, who look whether there is one */
	r.follows = is_followed(g) &&
		    !pthread_create(&r.follower, NULL, dv_rget_follow, &r);
	rc = start_threads(&r, err);
	if (!rc) {
		loop(&r);
	} else {
		pthread_mutex_lock(&r.lock);
		r.ended = true;
		pthread_cond_broadcast(&r.moved);
		pthread_mutex_unlock(&r.lock);
	}
	release(&r);
	if (!rc && r.rc) {
		*err = r.err;
		rc = r.rc;
	}
	return rc;
}
