/* SPDX-License-Identifier: MIT */
#include "remote/rget-parts.h"

static int describe_in_pack(struct dv_rpacks *s, uint32_t pack, uint32_t i,
			    struct dv_rget_object *out, struct dv_err *err)
{
	const struct dv_rpack *p = dv_rpacks_get(s, pack);
	int rc;

	dv_packidx_id(&p->idx, i, &out->id);
	rc = dv_packidx_object(&p->idx, i, &out->o, err);
	return rc < 0 ? rc : dv_packidx_block(&p->idx, out->o.block, &out->k,
					      err);
}

static void take_place(const struct dv_location_object *l,
		       struct dv_rget_object *out)
{
	out->id = l->id;
	out->k = l->block;
	out->o = (struct dv_pack_object){ .offset = l->offset,
					  .length = l->length,
					  .type = l->type, .size = l->size };
}

/* Its number in the record. */
static bool find_in_record(const struct dv_location *where,
			   const struct dv_digest *id, uint32_t *ref,
			   struct dv_location_object *out)
{
	uint32_t lo = 0, hi = where->objects;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int cmp;

		dv_location_object(where, mid, out);
		cmp = dv_digest_cmp(&out->id, id);
		if (!cmp) {
			*ref = mid;
			return true;
		}
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static void set_item(struct dv_rget_item *it, const struct dv_rget_object *x)
{
	it->at = x->k.offset;
	it->stored = x->k.stored;
	it->offset = x->o.offset;
}

int dv_rget_find(const struct dv_rget_source *s, const struct dv_digest *id,
		 struct dv_rget_item *it, struct dv_err *err)
{
	struct dv_location_object l;
	struct dv_rget_object x;
	struct dv_rplace place;
	int rc = 0;

	if (s->packs) {
		if (!dv_rpacks_find(s->packs, id, false, &place))
			return 0;
		it->pack = place.pack;
		it->ref = place.i;
		rc = describe_in_pack(s->packs, it->pack, it->ref, &x, err);
	} else {
		if (!find_in_record(s->where, id, &it->ref, &l))
			return 0;
		it->pack = l.pack;
		take_place(&l, &x);
	}
	if (rc < 0)
		return rc;
	set_item(it, &x);
	return 1;
}

int dv_rget_describe(const struct dv_rget_source *s,
		     const struct dv_rget_item *it,
		     struct dv_rget_object *out, struct dv_err *err)
{
	struct dv_location_object l;

	if (s->packs)
		return describe_in_pack(s->packs, it->pack, it->ref, out,
					err);
	dv_location_object(s->where, it->ref, &l);
	take_place(&l, out);
	return 0;
}

void dv_rget_pack(const struct dv_rget_source *s, uint32_t pack,
		  struct dv_location_pack *out)
{
	if (s->packs)
		*out = dv_rpacks_get(s->packs, pack)->info;
	else
		dv_location_pack(s->where, pack, out);
}
