/* SPDX-License-Identifier: MIT */
#include "base/lock.h"
#include "store/rewrite.h"

/* Up to this many packs of a kind are left alone. */
#define PACKS_ENOUGH 10
/* A writer always spends this much on merging. */
#define BUDGET_MIN (64u << 20)
/* And this many times what it added. */
#define BUDGET_FACTOR 4

static int choose(struct dv_rewrite *w, uint64_t budget, struct dv_err *err)
{
	int rc;

	w->n = 0;
	rc = dv_rewrite_add_small(w, DV_PACK_DATA, PACKS_ENOUGH, budget, err);
	if (!rc)
		rc = dv_rewrite_add_small(w, DV_PACK_META, PACKS_ENOUGH,
					 budget, err);
	return rc;
}

/* What is damaged and has no other copy stays as it is, for fsck to tell. */
static int copy(struct dv_rewrite *w, uint64_t budget, struct dv_err *err)
{
	for (;;) {
		size_t damaged = w->n_damaged;
		int rc = choose(w, budget, err);

		if (!rc && w->n)
			rc = dv_rewrite_copy(w, err);
		if (rc >= 0 || w->n_damaged == damaged)
			return rc;
		w->odb->damage = w->why;
		dv_rewrite_restart(w);
	}
}

/* What a gc removed meanwhile must not come back. */
static int merge(struct dv_rewrite *w, uint64_t budget, struct dv_err *err)
{
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	rc = choose(w, budget, err);
	if (rc < 0 || !w->n)
		return rc;
	/* Somebody who repacks already will do. */
	rc = dv_lock_take(&lock, w->odb->repack_lock, DV_LOCK_EXCLUSIVE, 0,
			  err);
	if (rc < 0)
		return rc;
	rc = dv_packset_refresh(w->odb->packs, err);
	if (rc >= 0)
		rc = copy(w, budget, err);
	if (!rc)
		rc = dv_rewrite_publish(w, err);
	dv_lock_release(&lock);
	return rc;
}

int dv_odb_merge(struct dv_odb *odb, uint64_t added, struct dv_err *err)
{
	uint64_t budget = added * BUDGET_FACTOR;
	struct dv_rewrite w;
	int rc;

	dv_rewrite_init(&w, odb);
	rc = merge(&w, budget < BUDGET_MIN ? BUDGET_MIN : budget, err);
	dv_rewrite_release(&w);
	return rc;
}
