/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "store/packwriter-parts.h"

/* Threads take lanes in turn, so that a few of them never meet. */
static struct dv_packwriter_lane *my_lane(struct dv_packwriter *w)
{
	static _Atomic unsigned threads;
	static _Thread_local unsigned me;

	if (!me)
		me = ++threads;
	return &w->lanes[me % DV_PACKWRITER_LANES];
}

int dv_packwriter_flush_lane(struct dv_packwriter *w,
			     struct dv_packwriter_lane *l,
			     struct dv_err *err)
{
	int rc = 0;

	if (l->n)
		rc = dv_packwriter_emit(w, l->bytes, l->used, l->v, l->n,
					err);
	l->used = 0;
	l->n = 0;
	return rc;
}

/* With the lane's lock held: room for n more bytes behind l->used. */
static int make_room(struct dv_packwriter *w, struct dv_packwriter_lane *l,
		     size_t n, struct dv_err *err)
{
	if (!l->bytes)
		l->bytes = dv_malloc(DV_PACKWRITER_BLOCK);
	if (l->used + n > DV_PACKWRITER_BLOCK)
		return dv_packwriter_flush_lane(w, l, err);
	return 0;
}

/* With the lane's lock held: take in n bytes behind l->used. */
static void take(struct dv_packwriter_lane *l, const struct dv_digest *id,
		 enum dv_pack_type type, size_t n, uint64_t size)
{
	struct dv_packwriter_member *m;

	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	m = &l->v[l->n++];
	m->id = *id;
	m->o = (struct dv_pack_object){ .offset = l->used,
					.length = (uint32_t)n,
					.type = type, .size = size };
	l->used += (uint32_t)n;
}

int dv_packwriter_add(struct dv_packwriter *w, const struct dv_digest *id,
		      enum dv_pack_type type, const void *p, size_t n,
		      uint64_t size, struct dv_err *err)
{
	struct dv_packwriter_member alone = {
		.id = *id,
		.o = { .length = (uint32_t)n, .type = type, .size = size },
	};
	struct dv_packwriter_lane *l;
	int rc;

	assert(n <= DV_PACK_PLAIN_MAX);
	if (n > DV_PACKWRITER_SMALL)
		return dv_packwriter_emit(w, p, n, &alone, 1, err);

	l = my_lane(w);
	pthread_mutex_lock(&l->lock);
	rc = make_room(w, l, n, err);
	if (!rc) {
		if (n)
			memcpy(l->bytes + l->used, p, n);
		take(l, id, type, n, size);
	}
	pthread_mutex_unlock(&l->lock);
	return rc;
}

void *dv_packwriter_room(struct dv_packwriter *w, size_t n,
			 struct dv_err *err)
{
	struct dv_packwriter_lane *l = my_lane(w);

	assert(n <= DV_PACKWRITER_SMALL + 1);
	pthread_mutex_lock(&l->lock);
	if (!make_room(w, l, n, err))
		return l->bytes + l->used;
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

void dv_packwriter_fill(struct dv_packwriter *w, const struct dv_digest *id,
			size_t n)
{
	struct dv_packwriter_lane *l = my_lane(w);

	if (id)
		take(l, id, DV_PACK_PLAIN, n, n);
	pthread_mutex_unlock(&l->lock);
}

