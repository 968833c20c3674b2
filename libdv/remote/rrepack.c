/* SPDX-License-Identifier: MIT */
#include "remote/rrepack.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "remote/rput.h"
#include "remote/rrepack-parts.h"

/* --- which packs go ------------------------------------------------------- */

static bool is_sparse(const struct dv_rrepack_pack *p)
{
	return p->used < p->plain / 2;
}

/* Of one kind: few small ones are no reason to move their bytes. */
static void choose(struct dv_rrepack_job *j, enum dv_pack_kind kind)
{
	uint64_t bytes = 0, n = 0, sparse = 0;
	uint32_t count = dv_rpacks_count(j->packs);

	for (uint32_t i = 0; i < count; i++) {
		const struct dv_rpack *p = dv_rpacks_get(j->packs, i);
		struct dv_rrepack_pack *o = &j->old[i];

		if (p->info.kind != kind)
			continue;
		o->goes = j->r->all || is_sparse(o) ||
			  p->info.size < DV_RREPACK_SMALL;
		if (!o->goes)
			continue;
		n++;
		bytes += p->info.size;
		sparse += is_sparse(o);
	}
	if (j->r->all || sparse || n > bytes / DV_RPUT_PACK + 1)
		return;
	for (uint32_t i = 0; i < count; i++)
		if (dv_rpacks_get(j->packs, i)->info.kind == kind)
			j->old[i].goes = false;
}

static void count_old(struct dv_rrepack_job *j)
{
	for (uint32_t i = 0; i < dv_rpacks_count(j->packs); i++) {
		const struct dv_location_pack *p;

		if (!j->old[i].goes)
			continue;
		p = &dv_rpacks_get(j->packs, i)->info;
		j->r->packs++;
		j->r->bytes += p->size + p->idx_size;
		j->r->needed += j->old[i].used;
	}
}

/* --- all of it ------------------------------------------------------------ */

static int run(struct dv_rrepack_job *j, struct dv_err *err)
{
	int rc = dv_rrepack_mark(j, err);

	if (rc < 0)
		return rc;
	choose(j, DV_PACK_DATA);
	choose(j, DV_PACK_META);
	count_old(j);
	if (j->r->dry_run || !j->r->packs)
		return 0;
	rc = dv_conn_begin_write(j->c, j->c->algo, err);
	if (rc >= 0)
		rc = dv_rrepack_copy(j, DV_PACK_DATA, err);
	if (!rc)
		rc = dv_rrepack_copy(j, DV_PACK_META, err);
	return rc ? rc : dv_rrepack_publish(j, err);
}

static void release(struct dv_rrepack_job *j)
{
	for (uint32_t i = 0; j->old && i < dv_rpacks_count(j->packs); i++) {
		free(j->old[i].needed);
		free(j->old[i].lands);
	}
	for (size_t k = 0; k < j->n; k++)
		free(j->sets[k].v);
	free(j->old);
	free(j->sets);
	free(j->manifests);
	dv_rmark_release(&j->mark);
	dv_rpacks_free(j->packs);
	dv_rpacks_free(j->fresh);
}

int dv_rrepack_run(struct dv_conn *c, struct dv_rrepack *r,
		   struct dv_err *err)
{
	struct dv_rrepack_job j = { .c = c, .r = r };
	int rc;

	if (!dv_transport_caps(c->t)->list)
		return dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' cannot "
				  "list, so its packs cannot be found",
				  c->name);
	if (!c->algo)
		return 0;
	dv_rmark_init(&j.mark, c->algo);
	dv_rclock_begin(&j.clock, c);
	j.packs = dv_rpacks_new(c);
	j.fresh = dv_rpacks_new(c);
	rc = run(&j, err);
	dv_rclock_end(&j.clock);
	release(&j);
	return rc;
}
