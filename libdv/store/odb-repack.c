/* SPDX-License-Identifier: MIT */
#include "base/lock.h"
#include "store/rewrite.h"

#define MARK_TRIES 10

/* Those that somebody keeps are not counted. */
static size_t count_kind(const struct dv_packlist *l, enum dv_pack_kind kind)
{
	size_t n = 0;

	for (size_t k = 0; k < l->n; k++)
		n += l->v[k]->idx.kind == kind && dv_rewrite_may(l->v[k]);
	return n;
}

/* Would writing this pack anew change anything? */
static bool worth_it(const struct dv_rewrite *w,
		     const struct dv_odb_repack *r,
		     const struct dv_packlist *l,
		     const struct dv_packfile *pack)
{
	if (!dv_rewrite_stays_all(w, pack))
		return true;
	return r->all && (r->level > 0 || r->redo ||
			  count_kind(l, pack->idx.kind) > 1);
}

/* All packs that are to be written anew. */
static int choose(struct dv_rewrite *w, const struct dv_odb_repack *r,
		  struct dv_err *err)
{
	const struct dv_packlist *l;
	int rc = dv_packset_list(w->odb->packs, &l, err);

	if (rc < 0)
		return rc;
	if (l->bad.code) {
		*err = l->bad;
		return -err->code;
	}
	for (size_t k = 0; k < l->n; k++)
		if (dv_rewrite_may(l->v[k]) && worth_it(w, r, l, l->v[k]))
			dv_rewrite_add(w, l->v[k]);
	if (r->all)
		return 0;
	rc = dv_rewrite_add_small(w, DV_PACK_DATA, 1, UINT64_MAX, err);
	if (!rc)
		rc = dv_rewrite_add_small(w, DV_PACK_META, 1, UINT64_MAX, err);
	return rc;
}

static uint64_t stored_bytes(const struct dv_rewrite *w)
{
	uint64_t sum = 0;

	for (size_t k = 0; k < w->n; k++)
		sum += w->v[k]->idx.end;
	return sum;
}

/*
 * Take the lock that keeps all others from adding, with keep's knowledge
 * up to date.
 */
static int lock_out(struct dv_lock *lock, struct dv_odb *odb,
		    struct dv_odb_repack *r, struct dv_err *err)
{
	for (int i = 1;; i++) {
		int rc = dv_lock_take(lock, odb->gc_lock, DV_LOCK_EXCLUSIVE,
				      odb->lock_timeout, err);

		if (!rc && r->remark)
			rc = r->remark(r->arg, err);
		if (rc != -DV_E_CONFLICT || !r->mark || i == MARK_TRIES)
			return rc;
		dv_lock_release(lock);
		err->code = 0;
		rc = r->mark(r->arg, err);
		if (rc < 0)
			return rc;
	}
}

/*
 * The last step of one that drops something: nobody may add meanwhile, and
 * what was added or came to be named since is kept after all.
 */
static int publish_exclusively(struct dv_rewrite *w, struct dv_odb_repack *r,
			       struct dv_err *err)
{
	struct dv_lock lock = DV_LOCK_INIT;
	int rc = lock_out(&lock, w->odb, r, err);

	if (!rc)
		rc = dv_packset_refresh(w->odb->packs, err);
	if (rc >= 0)
		rc = dv_rewrite_collect(w, err);
	if (!rc)
		rc = dv_rewrite_copy(w, err);
	if (!rc)
		rc = dv_rewrite_count(w, err);
	if (!rc)
		rc = dv_rewrite_publish(w, err);
	dv_lock_release(&lock);
	return rc;
}

static int rewrite(struct dv_rewrite *w, struct dv_odb_repack *r,
		   struct dv_err *err)
{
	int rc;

	rc = dv_rewrite_collect(w, err);
	if (!rc)
		rc = choose(w, r, err);
	if (!rc)
		rc = dv_rewrite_count(w, err);
	if (rc < 0 || r->dry_run || !w->n)
		return rc;

	dv_progress_phase(r->progress, "repacking", 0, stored_bytes(w));
	rc = dv_rewrite_copy(w, err);
	if (!rc)
		rc = dv_rewrite_settle(w, err);
	if (!rc)
		rc = r->keep ? publish_exclusively(w, r, err) :
			       dv_rewrite_publish(w, err);
	return rc;
}

int dv_odb_repack(struct dv_odb *odb, struct dv_odb_repack *r,
		  struct dv_err *err)
{
	struct dv_lock lock = DV_LOCK_INIT;
	struct dv_odb_stats stats = { 0, 0, 0 };
	struct dv_rewrite w;
	int rc;

	rc = dv_lock_take(&lock, odb->repack_lock, DV_LOCK_EXCLUSIVE,
			  odb->lock_timeout, err);
	if (rc < 0)
		return rc;
	dv_rewrite_init(&w, odb);
	w.level = r->level;
	w.redo = r->redo;
	w.keep = r->keep;
	w.arg = r->arg;
	w.discard = r->discard;
	w.progress = r->progress;

	rc = dv_odb_stats(odb, &stats, err);
	r->packs_before = stats.packs;
	if (!rc)
		rc = rewrite(&w, r, err);
	r->objects_dropped = w.dropped;
	r->bytes_dropped = w.dropped_bytes;
	if (!rc)
		rc = dv_odb_stats(odb, &stats, err);
	r->packs_after = stats.packs;
	dv_rewrite_release(&w);
	dv_lock_release(&lock);
	return rc;
}
