/* SPDX-License-Identifier: MIT */
#include "remote/rget-run.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/pack.h"

/*
 * Each large object of the run is put together from its start on.  Its
 * next chunk is in a slot, or in the store, or has not come.  Slots are
 * kept while somebody may want what is in them, and ranges come in the
 * order of the packs, which mostly is that of the files: so the next chunk
 * is at hand soon.  Where it is not, as when a chunk comes twice in a file,
 * the slots fill up with what cannot be used; then the object is stuck, and
 * nothing is kept for it until it gets on, at the latest from the store.
 */
struct follow {
	struct dv_rget_run *r;
	struct dv_buf stored, plain;
};

/* --- what is in slots ----------------------------------------------------- */

static int cmp_kept(const void *a, const void *b)
{
	const struct dv_rget_kept *x = a, *y = b;

	return dv_digest_cmp(&x->x.id, &y->x.id);
}

void dv_rget_follow_note(struct dv_rget_slot *s)
{
	const struct dv_rget_source *source = &s->run->g->source;
	struct dv_err ignored = DV_ERR_INIT;

	s->kept_n = 0;
	dv_grow(&s->kept, &s->kept_cap, s->n, sizeof(*s->kept));
	for (size_t i = 0; i < s->n; i++) {
		struct dv_rget_kept *k = &s->kept[s->kept_n];

		if (dv_rget_describe(source, &s->items[i], &k->x, &ignored) < 0)
			continue;
		k->used = false;
		s->kept_n++;
	}
	s->unused = s->kept_n;
	qsort(s->kept, s->kept_n, sizeof(*s->kept), cmp_kept);
}

static struct dv_rget_kept *find_in(struct dv_rget_slot *s,
				    const struct dv_digest *id)
{
	size_t lo = 0, hi = s->kept_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = dv_digest_cmp(&s->kept[mid].x.id, id);

		if (!cmp)
			return &s->kept[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* With the lock held: only we let a slot go that is kept. */
static struct dv_rget_slot *find(struct dv_rget_run *r,
				 const struct dv_digest *id,
				 struct dv_rget_kept **out)
{
	for (int i = 0; i < DV_RGET_SLOTS; i++) {
		struct dv_rget_slot *s = &r->slots[i];

		if (s->state != DV_RGET_KEPT)
			continue;
		*out = find_in(s, id);
		if (*out)
			return s;
	}
	return NULL;
}

static void let_go(struct dv_rget_run *r, struct dv_rget_slot *s)
{
	s->state = DV_RGET_FREE;
	r->kept--;
	pthread_cond_broadcast(&r->moved);
}

/* Does somebody count on what is kept? */
static bool is_wanted(const struct dv_rget *g)
{
	for (size_t i = 0; i < g->recipes_n; i++)
		if (g->recipes[i].whole && !g->recipes[i].ended &&
		    !g->recipes[i].stuck)
			return true;
	return false;
}

/* With the lock held, when nothing gets on. */
static void let_some_go(struct dv_rget_run *r)
{
	struct dv_rget *g = r->g;
	bool full = r->kept && r->next < r->n && !r->flying && !r->ready &&
		    !r->busy && !dv_rget_slot_in(r, DV_RGET_FREE);

	for (size_t i = 0; full && i < g->recipes_n; i++)
		g->recipes[i].stuck = true;
	if (is_wanted(g))
		return;
	for (int i = 0; i < DV_RGET_SLOTS; i++)
		if (r->slots[i].state == DV_RGET_KEPT)
			let_go(r, &r->slots[i]);
}

/* --- putting together ----------------------------------------------------- */

/* The object's bytes, checked by nobody: the digest of the whole tells. */
static const char *read_kept(struct follow *f, const struct dv_rget_slot *s,
			     const struct dv_rget_object *x)
{
	bool alone = x->k.codec == DV_PACK_STORED;
	uint64_t at = x->k.offset - s->start + (alone ? x->o.offset : 0);
	size_t n = alone ? x->o.length : x->k.stored;
	struct dv_err ignored = DV_ERR_INIT;
	char *p;

	dv_buf_reset(&f->stored);
	dv_buf_reset(&f->plain);
	p = dv_buf_reserve(&f->stored, n);
	if (at + n > s->count || dv_pread_full(s->fd, p, n, at) != (ssize_t)n)
		return NULL;
	if (alone)
		return p;
	if (dv_pack_unblock(&f->plain, &x->k, p, &ignored) < 0)
		return NULL;
	return f->plain.data + x->o.offset;
}

/* From a slot, without the lock: 1, 0 where it is of no use, or a failure. */
static int add_kept(struct follow *f, struct dv_rget_recipe *recipe,
		    const struct dv_rget_slot *s,
		    const struct dv_rget_object *x, uint64_t size,
		    struct dv_err *err)
{
	const char *p = x->o.length == size ? read_kept(f, s, x) : NULL;

	if (!p)
		return 0;
	return dv_odb_whole_add(recipe->whole, p, size, err) < 0 ?
	       -err->code : 1;
}

/* With the lock held, released meanwhile: one chunk more?  As above. */
static int step(struct follow *f, struct dv_rget_recipe *recipe)
{
	struct dv_rget_run *r = f->r;
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_recipe_item item;
	struct dv_rget_kept *k;
	struct dv_rget_slot *s = NULL;
	int rc;

	r->busy++;
	pthread_mutex_unlock(&r->lock);
	rc = dv_odb_whole_wants(recipe->whole, &item, &ignored);
	pthread_mutex_lock(&r->lock);
	recipe->ended |= !rc;
	if (rc > 0) {
		s = find(r, &item.id, &k);
		pthread_mutex_unlock(&r->lock);
		rc = s ? add_kept(f, recipe, s, &k->x, item.size, &ignored) :
			 dv_odb_whole_find(recipe->whole, &ignored);
		pthread_mutex_lock(&r->lock);
		/* What is wrong with it is told at the end. */
		recipe->ended |= rc < 0;
	}
	if (s && rc > 0 && !k->used) {
		k->used = true;
		if (!--s->unused)
			let_go(r, s);
	}
	r->busy--;
	return rc;
}

/* With the lock held: has anything got on? */
static bool advance(struct follow *f)
{
	struct dv_rget *g = f->r->g;
	bool moved = false;

	for (size_t i = 0; i < g->recipes_n; i++) {
		struct dv_rget_recipe *recipe = &g->recipes[i];

		while (recipe->whole && !recipe->ended && !f->r->hold &&
		       step(f, recipe) > 0) {
			recipe->stuck = false;
			moved = true;
		}
	}
	return moved;
}

void *dv_rget_follow(void *run)
{
	struct dv_rget_run *r = run;
	struct follow f = { .r = r };

	pthread_mutex_lock(&r->lock);
	for (;;) {
		if (!r->rc && !r->hold && advance(&f))
			continue;
		if (r->ended)
			break;
		if (!r->hold)
			let_some_go(r);
		/* The loop may be waiting for us. */
		pthread_cond_broadcast(&r->moved);
		pthread_cond_wait(&r->moved, &r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	dv_buf_release(&f.stored);
	dv_buf_release(&f.plain);
	return NULL;
}
