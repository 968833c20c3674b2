/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "remote/rput-parts.h"
#include "store/odb-transfer.h"

struct dv_rput *dv_rput_new(struct dv_conn *c, struct dv_rpacks *s,
			    struct dv_odb *odb, int level,
			    struct dv_rput_stats *stats,
			    struct dv_progress *p)
{
	struct dv_rput *r = dv_calloc(1, sizeof(*r));

	r->c = c;
	r->s = s;
	r->odb = odb;
	r->level = level < 0 ? DV_RPUT_LEVEL : level;
	r->stats = stats;
	r->progress = p;
	dv_rput_forget_seen(r);
	return r;
}

void dv_rput_forget_seen(struct dv_rput *r)
{
	dv_idmap_release(&r->seen);
	dv_idmap_release(&r->walked);
	dv_idmap_init(&r->seen, dv_odb_algo(r->odb));
	dv_idmap_init(&r->walked, dv_odb_algo(r->odb));
}

void dv_rput_drop(struct dv_rput *r)
{
	for (int kind = 0; kind < 2; kind++) {
		dv_buf_release(&r->lists[kind].items);
		r->lists[kind] = (struct dv_rput_list){ .n = 0 };
	}
	dv_rput_forget_seen(r);
}

void dv_rput_free(struct dv_rput *r)
{
	if (!r)
		return;
	dv_rput_drop(r);
	free(r);
}

/* --- the plan ------------------------------------------------------------- */

static void list_add(struct dv_rput_list *l, const struct dv_digest *id,
		     uint64_t bytes)
{
	dv_buf_add(&l->items, id->b, dv_algo_size(id->algo));
	dv_buf_be32(&l->items, (unsigned)bytes);
	l->bytes += bytes;
	l->n++;
}

bool dv_rput_list_next(const struct dv_rput_list *l, enum dv_algo algo,
		       size_t *at, struct dv_digest *id, uint32_t *bytes)
{
	const char *p = l->items.data + *at;
	size_t n = dv_algo_size(algo);

	if (*at >= l->items.len)
		return false;
	dv_digest_set(id, algo, p);
	*bytes = dv_get_be32(p + n);
	*at += n + 4;
	return true;
}

static void reuse(struct dv_rput *r, uint64_t bytes)
{
	r->stats->reused++;
	r->stats->reused_bytes += bytes;
}

static int settle(void *arg, const struct dv_digest *id, uint64_t bytes,
		  bool list, struct dv_err *err)
{
	struct dv_rput *r = arg;
	struct dv_rplace place;

	(void)err;
	if (dv_idmap_add(&r->seen, id, 0)) {
		if (dv_rpacks_find(r->s, id, true, &place))
			reuse(r, bytes);
		else
			list_add(&r->lists[r->kind], id, bytes);
	}
	return list && !dv_idmap_add(&r->walked, id, 0);
}

/* 1 and *o, or 0. */
static int there(struct dv_rput *r, const struct dv_digest *id,
		 struct dv_pack_object *o, struct dv_err *err)
{
	struct dv_rplace place;
	int rc;

	if (!dv_rpacks_find(r->s, id, true, &place))
		return 0;
	rc = dv_packidx_object(&dv_rpacks_get(r->s, place.pack)->idx, place.i,
			       o, err);
	return rc < 0 ? rc : 1;
}

/*
 * What a recipe lists is asked of the one here: where there is none, who
 * published the remote's has vouched for it.
 */
int dv_rput_want(struct dv_rput *r, const struct dv_digest *id,
		 enum dv_odb_kind kind, struct dv_err *err)
{
	struct dv_pack_object o;
	int has, rc;

	if (dv_idmap_get(&r->seen, id, NULL))
		return 0;
	has = there(r, id, &o, err);
	if (has < 0)
		return has;
	if (has && o.type != DV_PACK_RECIPE) {
		dv_idmap_add(&r->seen, id, 0);
		reuse(r, o.length);
		return 0;
	}
	r->kind = kind;
	rc = dv_odb_each_needed(r->odb, id, settle, r, err);
	if (rc == -DV_E_MISSING && has) {
		err->code = 0;
		if (dv_idmap_add(&r->seen, id, 0))
			reuse(r, o.size);
		rc = 1;
	}
	return rc;
}

void dv_rput_planned(const struct dv_rput *r, uint64_t *objects,
		     uint64_t *bytes)
{
	*objects = r->lists[0].n + r->lists[1].n;
	*bytes = r->lists[0].bytes + r->lists[1].bytes;
}

int dv_rput_objects(struct dv_conn *c, struct dv_rpacks *s,
		    struct dv_odb *odb, const struct dv_digest *ids, size_t n,
		    enum dv_odb_kind kind, int level,
		    struct dv_rput_stats *stats, struct dv_progress *p,
		    struct dv_err *err)
{
	struct dv_rput *r = dv_rput_new(c, s, odb, level, stats, p);
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = dv_rput_want(r, &ids[i], kind, err);
	if (rc >= 0)
		rc = dv_rput_send(r, err);
	dv_rput_free(r);
	return rc;
}
