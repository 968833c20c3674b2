/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "format/pack.h"
#include "store/rewrite.h"

#define BATCH 8			/* blocks a thread takes at a time */
/* A shared block of at least this much is copied as it is. */
#define FULL (DV_PACKWRITER_BLOCK / 2)

/* One pack: its objects in the order they lie in it. */
struct source {
	struct dv_rewrite *w;
	struct dv_packfile *pack;
	struct dv_packwriter *writer;
	uint32_t *order;	/* places in the index */
	uint32_t *start;	/* of each block's, m + 1 */
};

/* The members of a block. */
struct members {
	struct dv_packwriter_member *v;
	size_t n, cap;
	size_t all;		/* with those that do not stay */
};

/* By block: counted, then dealt. */
static int sort_objects(struct source *s, struct dv_err *err)
{
	const struct dv_packidx *x = &s->pack->idx;

	s->order = dv_reallocarray(NULL, (size_t)x->n + 1, sizeof(*s->order));
	s->start = dv_calloc((size_t)x->m + 2, sizeof(*s->start));
	for (uint32_t i = 0; i < x->n; i++) {
		struct dv_pack_object o;

		if (dv_packidx_object(x, i, &o, err) < 0)
			return dv_packfile_blame(s->pack, err);
		s->start[o.block + 2]++;
	}
	for (uint32_t b = 0; b < x->m; b++)
		s->start[b + 2] += s->start[b + 1];
	for (uint32_t i = 0; i < x->n; i++) {
		struct dv_pack_object o;

		if (dv_packidx_object(x, i, &o, err) < 0)
			return dv_packfile_blame(s->pack, err);
		s->order[s->start[o.block + 1]++] = i;
	}
	return 0;
}

static int cmp_members(const void *a, const void *b)
{
	const struct dv_packwriter_member *x = a, *y = b;

	return (x->o.offset > y->o.offset) - (x->o.offset < y->o.offset);
}

/* Those of block b that stay and are not copied yet. */
static int choose(struct source *s, uint32_t b, struct members *m,
		  struct dv_err *err)
{
	struct dv_rewrite *w = s->w;

	m->n = 0;
	m->all = s->start[b + 1] - s->start[b];
	for (uint32_t i = s->start[b]; i < s->start[b + 1]; i++) {
		struct dv_packwriter_member x;
		bool done;

		dv_packidx_id(&s->pack->idx, s->order[i], &x.id);
		if (!dv_rewrite_stays(w, &x.id))
			continue;
		if (dv_packidx_object(&s->pack->idx, s->order[i], &x.o,
				      err) < 0)
			return dv_packfile_blame(s->pack, err);
		pthread_mutex_lock(&w->lock);
		done = dv_idmap_get(&w->done, &x.id, NULL);
		pthread_mutex_unlock(&w->lock);
		if (done)
			continue;
		dv_grow(&m->v, &m->cap, m->n + 1, sizeof(*m->v));
		m->v[m->n++] = x;
	}
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), cmp_members);
	return 0;
}

/*
 * Packs are copied one after another and hold an object once, so nobody
 * else has put any of these into the map since choose().
 */
static void remember(struct dv_rewrite *w, struct dv_idmap *map,
		     const struct members *m)
{
	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < m->n; i++)
		dv_idmap_add(map, &m->v[i].id, 0);
	pthread_mutex_unlock(&w->lock);
}

static void blame(struct source *s, const struct dv_err *err)
{
	struct dv_rewrite *w = s->w;

	pthread_mutex_lock(&w->lock);
	if (!w->why.code)
		w->why = *err;
	if (!w->n_damaged || w->damaged[w->n_damaged - 1] != s->pack) {
		dv_grow(&w->damaged, &w->damaged_cap, w->n_damaged + 1,
			sizeof(*w->damaged));
		w->damaged[w->n_damaged++] = s->pack;
	}
	pthread_mutex_unlock(&w->lock);
}

/* Its objects must come from elsewhere: settle_lost() sees to it. */
static void lose(struct source *s, const struct members *m,
		 const struct dv_err *err)
{
	remember(s->w, &s->w->lost, m);
	blame(s, err);
}

static bool as_it_is(const struct source *s, const struct dv_pack_block *k,
		     const struct members *m)
{
	if (m->n != m->all || (m->n > 1 && k->plain < FULL) ||
	    (m->n == 1 && k->plain <= DV_PACKWRITER_SMALL))
		return false;
	return k->codec == DV_PACK_STORED ? s->w->level <= 0 : !s->w->redo;
}

static int copy_members(struct source *s, const struct dv_pack_block *k,
			const void *stored, const struct members *m,
			struct dv_err *err)
{
	struct dv_buf plain = DV_BUF_INIT;
	int rc;

	rc = dv_pack_unblock(&plain, k, stored, err);
	if (rc < 0)
		dv_packfile_blame(s->pack, err);
	for (size_t i = 0; !rc && i < m->n; i++) {
		const struct dv_pack_object *o = &m->v[i].o;

		rc = dv_packwriter_add(s->writer, &m->v[i].id, o->type,
				       plain.data + o->offset, o->length,
				       o->size, err);
	}
	dv_buf_release(&plain);
	return rc;
}

static int read_block(struct source *s, uint32_t b,
		      const struct dv_pack_block *k, struct dv_buf *stored,
		      struct dv_err *err)
{
	int rc;

	dv_buf_reset(stored);
	dv_buf_reserve(stored, (size_t)k->stored + 1);
	rc = dv_packfile_pread(s->pack, stored->data, k->stored, k->offset,
			       err);
	if (rc < 0 || dv_hash64(stored->data, k->stored) == k->check)
		return rc;
	dv_err_set(err, DV_E_DIGEST, "'%s.pack': block %u does not fit its "
		   "checksum", s->pack->base, b);
	return dv_err_hint(err, "run 'dv fsck' to learn which objects are "
			   "damaged");
}

static int copy_block(struct source *s, uint32_t b, struct members *m,
		      struct dv_buf *stored, struct dv_err *err)
{
	struct dv_pack_block k;
	int rc;

	rc = choose(s, b, m, err);
	if (rc < 0 || !m->n)
		return rc;
	rc = dv_packidx_block(&s->pack->idx, b, &k, err);
	if (rc < 0)
		return dv_packfile_blame(s->pack, err);
	rc = read_block(s, b, &k, stored, err);
	if (rc == -DV_E_MISSING)
		return rc;
	if (rc < 0) {
		lose(s, m, err);
		return 0;
	}
	remember(s->w, &s->w->done, m);
	dv_progress_add(s->w->progress, 0, k.stored);
	if (as_it_is(s, &k, m))
		return dv_packwriter_block(s->writer, &k, stored->data, m->v,
					   m->n, err);
	return copy_members(s, &k, stored->data, m, err);
}

static int copy_some(void *arg, int worker, size_t first, size_t n,
		     struct dv_err *err)
{
	struct members m = { NULL, 0, 0, 0 };
	struct dv_buf stored = DV_BUF_INIT;
	int rc = 0;

	(void)worker;
	for (size_t b = first; !rc && b < first + n; b++)
		rc = copy_block(arg, (uint32_t)b, &m, &stored, err);
	free(m.v);
	dv_buf_release(&stored);
	return rc;
}

static struct dv_packwriter *writer_of(struct dv_rewrite *w,
				       enum dv_pack_kind kind)
{
	struct dv_packwriter **p = &w->writers[kind == DV_PACK_META];
	struct dv_odb *odb = w->odb;

	if (!*p)
		*p = dv_packwriter_new(odb->tmp_dir, odb->packs_dir,
				       odb->algo, kind, w->level);
	return *p;
}

/* Is it a copy that reads right, in a pack that is not replaced? */
static int is_kept(void *arg, const struct dv_odb_found *f,
		   struct dv_err *err)
{
	struct dv_rewrite *w = arg;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_digest id, is;
	int rc;

	for (size_t k = 0; k < w->n; k++)
		if (w->v[k] == f->ref.pack)
			return 1;
	rc = dv_odb_get_raw(w->odb, f, &b, err);
	dv_packidx_id(&f->ref.pack->idx, f->ref.i, &id);
	dv_digest_of(&is, id.algo, b.data, b.len);
	if (!rc && f->o.type == DV_PACK_PLAIN && !dv_digest_eq(&is, &id))
		rc = dv_odb_damaged(&id, err);
	dv_buf_release(&b);
	return rc;
}

static int settle_one(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_rewrite *w = arg;

	(void)value;
	if (dv_idmap_get(&w->done, id, NULL))
		return 0;
	return dv_odb_each_copy(w->odb, id, is_kept, w, &err);
}

/* What could not be copied here was copied from, or is, elsewhere. */
static int settle_lost(struct dv_rewrite *w, struct dv_err *err)
{
	if (dv_idmap_each(&w->lost, settle_one, w) >= 0)
		return 0;
	*err = w->why;
	return -err->code;
}

int dv_rewrite_copy(struct dv_rewrite *w, struct dv_err *err)
{
	int rc = dv_odb_mkdirs(w->odb, err);

	for (size_t k = 0; !rc && k < w->n; k++) {
		struct source s = { .w = w, .pack = w->v[k],
			.writer = writer_of(w, w->v[k]->idx.kind) };

		rc = dv_packfile_check(s.pack, err);
		if (!rc)
			rc = sort_objects(&s, err);
		if (rc == -DV_E_FORMAT || rc == -DV_E_DIGEST)
			blame(&s, err);
		if (!rc)
			rc = dv_parallel_for(s.pack->idx.m, BATCH, 0,
					     copy_some, &s, err);
		free(s.order);
		free(s.start);
	}
	return rc < 0 ? rc : settle_lost(w, err);
}
