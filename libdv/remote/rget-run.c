/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"
#include "remote/rget-parts.h"
#include "remote/rkey.h"

/*
 * A slot is a file in tmp that a range comes into; it is used again and
 * again, so that it seldom gets to the disk.  While workers empty some,
 * others are on their way.
 */
#define SLOTS 12
#define WORKERS_MAX 4
#define RANGE_MIN (1u << 20)
#define RANGES_WANTED 32	/* so many at least, where there is enough */

/* What was added is published when it is as much as was before. */
#define PUBLISH_BYTES (64u << 20)
#define PUBLISH_SECONDS 60
#define PUBLISH_LEAST (8u << 20)
#define PUBLISH_PART 8		/* of that, so that packs do not pile up */

enum state { FREE, FLYING, READY, BUSY };

struct run;
struct slot {
	struct run *run;
	enum state state;
	char *file;
	int fd;
	const struct dv_rget_item *items;
	size_t n;
	uint64_t start, len, count;
};

struct run {
	struct dv_rget *g;
	const struct dv_rget_item *items;
	size_t n, next;			/* next: to be asked for */
	uint64_t range;
	struct slot slots[SLOTS];
	pthread_t workers[WORKERS_MAX];
	int workers_n;

	pthread_mutex_t lock;		/* for what follows, and the states */
	pthread_cond_t moved;
	unsigned flying, ready, busy;
	bool hold;			/* workers begin nothing */
	bool ended;
	int rc;				/* the first failure */
	struct dv_err err;
};

/* --- workers -------------------------------------------------------------- */

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

static void fail(struct run *r, const struct dv_err *err)
{
	if (r->rc)
		return;
	r->rc = -err->code;
	r->err = *err;
}

static struct slot *slot_in(struct run *r, enum state state)
{
	for (int i = 0; i < SLOTS; i++)
		if (r->slots[i].state == state)
			return &r->slots[i];
	return NULL;
}

static void work(struct run *r, struct slot *s, struct dv_rget_room *room)
{
	struct dv_err err = DV_ERR_INIT;
	int rc;

	s->state = BUSY;
	r->ready--;
	r->busy++;
	pthread_mutex_unlock(&r->lock);
	rc = dv_rget_take(r->g, s->items, s->n, s->start, s->count, s->fd,
			  room, &err);
	pthread_mutex_lock(&r->lock);
	if (rc < 0)
		fail(r, &err);
	s->state = FREE;
	r->busy--;
	pthread_cond_broadcast(&r->moved);
}

static void *run_worker(void *arg)
{
	struct dv_rget_room room = { .cap = 0 };
	struct run *r = arg;

	pthread_mutex_lock(&r->lock);
	while (!r->ended) {
		struct slot *s = r->hold || r->rc ? NULL : slot_in(r, READY);

		if (s)
			work(r, s, &room);
		else
			pthread_cond_wait(&r->moved, &r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	dv_rget_room_release(&room);
	return NULL;
}

/* --- ranges --------------------------------------------------------------- */

static int cmp_items(const void *a, const void *b)
{
	const struct dv_rget_item *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/* In the order they lie there, each once. */
static size_t sort_items(struct dv_rget_item *v, size_t n)
{
	size_t used = 0;

	if (n)
		qsort(v, n, sizeof(*v), cmp_items);
	for (size_t i = 0; i < n; i++)
		if (!used || cmp_items(&v[used - 1], &v[i]))
			v[used++] = v[i];
	return used;
}

/* Small enough that all transfers have something to do. */
static uint64_t choose_range(const struct dv_rget_item *v, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (!i || v[i].pack != v[i - 1].pack || v[i].at != v[i - 1].at)
			sum += v[i].stored;
	sum /= RANGES_WANTED;
	if (sum > DV_RGET_RANGE)
		return DV_RGET_RANGE;
	return sum < RANGE_MIN ? RANGE_MIN : sum;
}

/* Blocks that lie close, from the next one on. */
static void cut_range(struct run *r, struct slot *s)
{
	const struct dv_rget_item *v = r->items;
	size_t i = r->next;
	uint64_t end;

	s->items = v + i;
	s->start = v[i].at;
	end = s->start + v[i].stored;
	for (i++; i < r->n && v[i].pack == s->items->pack; i++) {
		uint64_t e = v[i].at + v[i].stored;

		if (v[i].at > end + DV_RGET_GAP || e - s->start > r->range)
			break;
		if (e > end)
			end = e;
	}
	s->n = i - r->next;
	s->len = end - s->start;
	r->next = i;
}

static void lose_range(struct run *r, struct slot *s, const char *why)
{
	dv_rget_blame(r->g, s->items->pack, why);
	for (size_t i = 1; i < s->n; i++)
		dv_rget_fault(r->g, NULL);
}

static void arrived(void *arg, const struct dv_transport_result *res)
{
	struct slot *s = arg;
	struct run *r = s->run;

	pthread_mutex_lock(&r->lock);
	r->flying--;
	s->state = FREE;
	if (res->class == DV_WIRE_OK) {
		s->count = res->count;
		s->state = READY;
		r->ready++;
	} else if (res->class != DV_WIRE_MISSING) {
		fail(r, res->err);
	}
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
	if (res->class != DV_WIRE_MISSING)
		return;
	lose_range(r, s, "it is not there");
	/* Another pack may have it, when somebody asks again. */
	if (r->g->source.packs)
		dv_rpacks_set_bad(r->g->source.packs, s->items->pack);
}

static int open_slot(struct run *r, struct slot *s, struct dv_err *err)
{
	const char *tmp = dv_rcache_tmp(r->g->c->cache, err);

	if (!tmp)
		return -err->code;
	s->run = r;
	return dv_tmpfile(&s->fd, &s->file, tmp, err);
}

static int launch(struct run *r, struct slot *s, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	struct dv_location_pack pack;
	int rc = s->file ? 0 : open_slot(r, s, err);

	if (rc < 0)
		return rc;
	cut_range(r, s);
	pthread_mutex_lock(&r->lock);
	/* Of empty objects nothing is to be asked. */
	s->state = s->len ? FLYING : READY;
	s->count = 0;
	r->flying += s->len > 0;
	r->ready += !s->len;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
	if (!s->len)
		return 0;
	r->g->stats->wire += s->len;
	dv_rget_pack(&r->g->source, s->items->pack, &pack);
	dv_rkey_pack(&key, &pack.id, ".pack");
	dv_transport_get(r->g->c->t, key.data, s->start, s->len, s->file, 0,
			 arrived, s);
	dv_buf_release(&key);
	return 0;
}

/* --- the loop --------------------------------------------------------------- */

/* Workers rest meanwhile; what is on its way comes all the same. */
static void publish(struct run *r)
{
	struct dv_err err = DV_ERR_INIT;

	r->hold = true;
	while (r->busy)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
	if (dv_rget_publish(r->g, &err) < 0) {
		pthread_mutex_lock(&r->lock);
		fail(r, &err);
	} else {
		pthread_mutex_lock(&r->lock);
	}
	r->hold = false;
	pthread_cond_broadcast(&r->moved);
}

/* With the lock held: ask for more where there is room. */
static void launch_some(struct run *r)
{
	struct dv_err err = DV_ERR_INIT;
	struct slot *s;

	while (!r->rc && r->next < r->n && (s = slot_in(r, FREE))) {
		int rc;

		pthread_mutex_unlock(&r->lock);
		rc = launch(r, s, &err);
		pthread_mutex_lock(&r->lock);
		if (rc < 0)
			fail(r, &err);
	}
}

/* Until everything was asked for, has come and was taken. */
static void loop(struct run *r)
{
	struct dv_err err = DV_ERR_INIT;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		bool working;

		if (!r->rc && is_due(r->g))
			publish(r);
		launch_some(r);
		working = r->busy || (r->ready && !r->rc);
		if (!r->flying && !working)
			break;
		if (!r->flying) {
			pthread_cond_wait(&r->moved, &r->lock);
			continue;
		}
		/* A worker that is done cannot wake the transport. */
		pthread_mutex_unlock(&r->lock);
		if (dv_transport_step(r->g->c->t, working ? 5 : -1, &err) < 0) {
			pthread_mutex_lock(&r->lock);
			fail(r, &err);
			continue;
		}
		pthread_mutex_lock(&r->lock);
	}
	r->ended = true;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

static int start_workers(struct run *r, struct dv_err *err)
{
	int n = dv_parallel_threads();

	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	while (r->workers_n < n &&
	       !pthread_create(&r->workers[r->workers_n], NULL, run_worker,
			       r))
		r->workers_n++;
	if (!r->workers_n)
		return dv_err_set(err, DV_E_SYS, "cannot start a thread");
	return 0;
}

static void release(struct run *r)
{
	for (int i = 0; i < r->workers_n; i++)
		pthread_join(r->workers[i], NULL);
	for (int i = 0; i < SLOTS; i++) {
		if (!r->slots[i].file)
			continue;
		close(r->slots[i].fd);
		unlink(r->slots[i].file);
		free(r->slots[i].file);
	}
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
}

int dv_rget_run(struct dv_rget *g, struct dv_rget_item *items, size_t n,
		struct dv_err *err)
{
	struct run r = { .g = g, .items = items };
	int rc;

	r.n = sort_items(items, n);
	if (!r.n)
		return 0;
	r.range = choose_range(items, r.n);
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.moved, NULL);
	rc = start_workers(&r, err);
	if (!rc)
		loop(&r);
	release(&r);
	if (!rc && r.rc) {
		*err = r.err;
		rc = r.rc;
	}
	return rc;
}
