/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "remote/rrepack-parts.h"

/* --- where the objects of the old packs are now ---------------------------- */

static int find_landed(struct dv_rrepack_job *j, uint32_t i,
		       struct dv_err *err)
{
	const struct dv_packidx *x = &dv_rpacks_get(j->packs, i)->idx;
	struct dv_rrepack_pack *o = &j->old[i];
	char text[DV_DIGEST_TEXT];

	o->lands = dv_calloc((size_t)dv_rpacks_count(j->fresh) + 1, 1);
	for (uint32_t k = 0; k < x->n; k++) {
		struct dv_digest id;
		struct dv_rplace at;

		if (!o->needed[k])
			continue;
		dv_packidx_id(x, k, &id);
		if (!dv_rpacks_find(j->fresh, &id, false, &at))
			return dv_err_set(err, DV_E_MISSING, "remote '%s': the "
					  "object %s is in none of the new "
					  "packs", j->c->name,
					  dv_digest_format(text, &id));
		o->lands[at.pack] = 1;
	}
	return 0;
}

/* --- location records ------------------------------------------------------ */

static bool uses_old(const struct dv_rrepack_job *j, size_t k)
{
	for (uint32_t i = 0; i < j->sets[k].n; i++)
		if (j->old[j->sets[k].v[i]].goes)
			return true;
	return false;
}

static void add_packs(struct dv_rrepack_job *j, struct dv_location_builder *b,
		      const struct dv_rwalk_set *set)
{
	for (uint32_t i = 0; i < set->n; i++) {
		const struct dv_rrepack_pack *o = &j->old[set->v[i]];

		if (!o->goes)
			dv_location_builder_pack(b, &dv_rpacks_get(
				j->packs, set->v[i])->info);
		for (uint32_t f = 0; o->goes && f < dv_rpacks_count(j->fresh);
		     f++)
			if (o->lands[f])
				dv_location_builder_pack(b, &dv_rpacks_get(
					j->fresh, f)->info);
	}
}

/* *o as it was, or where it lies in a new pack. */
static int place(struct dv_rrepack_job *j, struct dv_location_object *o,
		 const struct dv_location_pack **info, struct dv_err *err)
{
	struct dv_pack_object there;
	struct dv_rplace at;
	const struct dv_rpack *p;
	int rc;

	if (!j->old[dv_rpacks_add(j->packs, *info)].goes ||
	    !dv_rpacks_find(j->fresh, &o->id, false, &at))
		return 0;
	p = dv_rpacks_get(j->fresh, at.pack);
	rc = dv_packidx_object(&p->idx, at.i, &there, err);
	if (!rc)
		rc = dv_packidx_block(&p->idx, there.block, &o->block, err);
	if (rc < 0)
		return rc;
	o->offset = there.offset;
	o->length = there.length;
	o->type = there.type;
	o->size = there.size;
	*info = &p->info;
	return 0;
}

static int add_objects(struct dv_rrepack_job *j, struct dv_location_builder *b,
		       const struct dv_location *l, struct dv_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && i < l->objects; i++) {
		struct dv_location_object o;
		struct dv_location_pack was;
		const struct dv_location_pack *info = &was;

		dv_location_object(l, i, &o);
		dv_location_pack(l, o.pack, &was);
		rc = place(j, &o, &info, err);
		o.pack = dv_location_builder_pack(b, info);
		dv_location_builder_object(b, &o);
	}
	return rc;
}

static int write_where(struct dv_rrepack_job *j, size_t k,
		       const struct dv_rlocation *was, struct dv_err *err)
{
	struct dv_location_builder *b = dv_location_builder_new(j->c->algo);
	struct dv_buf bytes = DV_BUF_INIT;
	uint64_t n;
	int rc;

	add_packs(j, b, &j->sets[k]);
	rc = add_objects(j, b, &was->l, err);
	if (!rc) {
		dv_location_builder_encode(b, &j->manifests[k].id,
					   was->l.root, was->l.root_len,
					   &bytes);
		rc = dv_rlocation_write(j->c, &j->manifests[k].id, &bytes,
					was->n, &n, err);
	}
	dv_location_builder_free(b);
	dv_buf_release(&bytes);
	return rc;
}

/*
 * Where another record was written since what is needed was found out, it
 * stays as it is, with the old packs: the next repack sees to it.
 */
static int publish_one(struct dv_rrepack_job *j, size_t k,
		       struct dv_err *err)
{
	struct dv_rlocation was = { .n = 0 };
	int rc;

	rc = dv_rlocation_read(&was, j->c, &j->manifests[k].id, err);
	if (rc > 0 && was.n == j->manifests[k].number) {
		rc = write_where(j, k, &was, err);
		j->r->manifests += !rc;
	} else if (rc >= 0) {
		j->r->changed++;
		rc = 0;
	}
	dv_rlocation_release(&was);
	return rc;
}

int dv_rrepack_publish(struct dv_rrepack_job *j, struct dv_err *err)
{
	int rc = 0;

	if (dv_rclock_age(&j->clock) > DV_RREPACK_AGE_MAX)
		return dv_err_set(err, DV_E_CONFLICT, "remote '%s': this took "
				  "longer than 7 days, and a gc may have "
				  "named the new packs; try again",
				  j->c->name);
	for (uint32_t i = 0; !rc && i < dv_rpacks_count(j->packs); i++)
		if (j->old[i].goes)
			rc = find_landed(j, i, err);
	dv_progress_phase(j->r->progress, "writing locations", j->n, 0);
	for (size_t k = 0; !rc && k < j->n; k++) {
		if (uses_old(j, k))
			rc = publish_one(j, k, err);
		dv_progress_add(j->r->progress, 1, 0);
	}
	return rc;
}
