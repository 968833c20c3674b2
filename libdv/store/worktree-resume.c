/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include "store/exclude.h"
#include "store/wtindex.h"
#include "store/wtjournal.h"
#include "store/wtpointer.h"

/* Is all as that add left it?  git may have moved the pointer since. */
static int is_left(struct dv_repo *r, const char *dataset, bool had,
		   const struct dv_digest *old, const struct dv_pointer *now,
		   struct dv_err *err)
{
	struct dv_digest index;
	struct dv_pointer p;
	int rc = dv_worktree_base(r, dataset, &index, NULL, err);

	if (rc <= 0 || !dv_digest_eq(&index, &now->manifest))
		return rc < 0 ? rc : 0;
	rc = dv_worktree_pointer(r, dataset, &p, err);
	if (rc < 0)
		return rc;
	return had ? rc && dv_digest_eq(&p.manifest, old) : !rc;
}

/* 1: the pointer follows now. */
static int resume(struct dv_repo *r, const char *dataset, struct dv_err *err)
{
	struct dv_pointer now;
	struct dv_digest old;
	bool had, changed, unfinished;
	int rc = dv_wtjournal_noted(r, dataset, &had, &old, &now, err);

	if (rc <= 0)
		return rc;
	rc = is_left(r, dataset, had, &old, &now, err);
	if (rc > 0) {
		rc = dv_wtpointer_write(r, dataset, &now, &changed, err);
		rc = rc < 0 ? rc : 1;
	}
	/* The note has done its work; what is under temporary names is left
	   to who removes it. */
	if (rc >= 0 && dv_wtjournal_begin(r, dataset, &unfinished, err) < 0)
		rc = -err->code;
	return rc;
}

void dv_worktree_resume(struct dv_repo *r, struct dv_strlist *out)
{
	struct dv_strlist noted = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_lock lock = DV_LOCK_INIT;
	int timeout = r->lock_timeout;

	dv_wtjournal_list(r, &noted);
	if (!noted.n)
		return;
	r->lock_timeout = 0;
	if (dv_repo_lock(r, &lock, &ignored) >= 0) {
		for (size_t i = 0; i < noted.n; i++)
			if (resume(r, noted.v[i], &ignored) > 0)
				dv_strlist_add(out, noted.v[i]);
		if (out->n)
			(void)dv_exclude_update(r, NULL, &ignored);
	}
	dv_lock_release(&lock);
	r->lock_timeout = timeout;
	dv_strlist_release(&noted);
}
