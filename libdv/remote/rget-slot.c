/* SPDX-License-Identifier: MIT */
#include "remote/rget-run.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/rkey.h"

#define RANGE_MIN (1u << 20)
#define RANGES_WANTED 32	/* so many at least, where there is enough */

/* --- ranges ------------------------------------------------------------- */

static int cmp_items(const void *a, const void *b, void *ranks)
{
	const struct dv_rget_item *x = a, *y = b;
	const uint32_t *rank = ranks;

	if (x->pack != y->pack)
		return rank[x->pack] < rank[y->pack] ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/* Packs come in the order in which something in them is first wanted. */
static uint32_t *rank_packs(const struct dv_rget_item *v, size_t n)
{
	uint32_t max = 0, seen = 0;
	uint32_t *rank;

	for (size_t i = 0; i < n; i++)
		if (v[i].pack > max)
			max = v[i].pack;
	rank = dv_calloc((size_t)max + 1, sizeof(*rank));
	for (size_t i = 0; i < n; i++)
		if (!rank[v[i].pack])
			rank[v[i].pack] = ++seen;
	return rank;
}

size_t dv_rget_sort(struct dv_rget_item *v, size_t n)
{
	uint32_t *rank = rank_packs(v, n);
	size_t used = 0;

	if (n)
		qsort_r(v, n, sizeof(*v), cmp_items, rank);
	for (size_t i = 0; i < n; i++)
		if (!used || cmp_items(&v[used - 1], &v[i], rank))
			v[used++] = v[i];
	free(rank);
	return used;
}

uint64_t dv_rget_range(const struct dv_rget_item *v, size_t n)
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

/* With the lock held: blocks that lie close, from the next one on. */
static void cut_range(struct dv_rget_run *r, struct dv_rget_slot *s)
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

/* --- slots -------------------------------------------------------------- */

struct dv_rget_slot *dv_rget_slot_in(struct dv_rget_run *r,
				     enum dv_rget_state state)
{
	for (int i = 0; i < DV_RGET_SLOTS; i++)
		if (r->slots[i].state == state)
			return &r->slots[i];
	return NULL;
}

static void lose_range(struct dv_rget_run *r, struct dv_rget_slot *s,
		       const char *why)
{
	dv_rget_blame(r->g, s->items->pack, why);
	for (size_t i = 1; i < s->n; i++)
		dv_rget_fault(r->g, NULL);
}

static void arrived(void *arg, const struct dv_transport_result *res)
{
	struct dv_rget_slot *s = arg;
	struct dv_rget_run *r = s->run;

	pthread_mutex_lock(&r->lock);
	r->flying--;
	s->state = DV_RGET_FREE;
	if (res->class == DV_WIRE_OK) {
		s->count = res->count;
		s->state = DV_RGET_READY;
		r->ready++;
	} else if (res->class != DV_WIRE_MISSING) {
		dv_rget_run_fail(r, res->err);
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

/*
 * Memory has no pages to be written out, nor a journal; where /proc is not
 * there for the helper to open it by, a file in tmp does it.
 */
static bool open_memory(struct dv_rget_slot *s)
{
	s->fd = memfd_create("dv", MFD_CLOEXEC);
	if (s->fd < 0)
		return false;
	s->path = dv_asprintf("/proc/%ld/fd/%d", (long)getpid(), s->fd);
	if (!access(s->path, R_OK | W_OK))
		return true;
	close(s->fd);
	free(s->path);
	s->path = NULL;
	return false;
}

static int open_slot(struct dv_rget_slot *s, struct dv_rget_run *r,
		     struct dv_err *err)
{
	const char *tmp;
	int rc;

	s->run = r;
	if (open_memory(s))
		return 0;
	tmp = dv_rcache_tmp(r->g->c->cache, err);
	if (!tmp)
		return -err->code;
	rc = dv_tmpfile(&s->fd, &s->file, tmp, err);
	if (!rc)
		s->path = dv_strdup(s->file);
	return rc;
}

void dv_rget_slot_release(struct dv_rget_slot *s)
{
	if (!s->path)
		return;
	close(s->fd);
	if (s->file)
		dv_tmpfile_remove(s->file);
	free(s->file);
	free(s->path);
	free(s->kept);
}

int dv_rget_slot_launch(struct dv_rget_slot *s, struct dv_rget_run *r,
			struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	struct dv_location_pack pack;
	int rc = s->path ? 0 : open_slot(s, r, err);

	if (rc < 0)
		return rc;
	pthread_mutex_lock(&r->lock);
	cut_range(r, s);
	pthread_mutex_unlock(&r->lock);
	if (r->follows)
		dv_rget_follow_note(s);
	pthread_mutex_lock(&r->lock);
	/* Of empty objects nothing is to be asked. */
	s->state = s->len ? DV_RGET_FLYING : DV_RGET_READY;
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
	dv_transport_get(r->g->c->t, key.data, s->start, s->len, s->path, 0,
			 arrived, s);
	dv_buf_release(&key);
	return 0;
}
