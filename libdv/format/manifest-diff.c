/* SPDX-License-Identifier: MIT */
#include "format/manifest.h"

#include "base/path.h"
#include "format/miter.h"

/* Which side's path, or first path, comes first?  An end is behind all. */
static int cmp_places(const struct dv_manifest_iter *a,
		      const struct dv_manifest_iter *b)
{
	const struct dv_manifest_iter *side[2] = { a, b };
	const char *path[2];
	size_t n[2];

	if (a->place == DV_MITER_END || b->place == DV_MITER_END)
		return (a->place == DV_MITER_END) - (b->place == DV_MITER_END);
	for (int i = 0; i < 2; i++) {
		if (side[i]->place == DV_MITER_ENTRY) {
			path[i] = side[i]->entry.path;
			n[i] = side[i]->entry.path_len;
		} else {
			const struct dv_mref *ref = dv_mtree_ref(&side[i]->tree);

			path[i] = ref->first;
			n[i] = ref->first_len;
		}
	}
	return dv_path_cmp(path[0], n[0], path[1], n[1]);
}

static bool same_ref(const struct dv_manifest_iter *a,
		     const struct dv_manifest_iter *b)
{
	return dv_mtree_depth(&a->tree) == dv_mtree_depth(&b->tree) &&
	       dv_digest_eq(&dv_mtree_ref(&a->tree)->id,
			    &dv_mtree_ref(&b->tree)->id);
}

static int next_both(struct dv_manifest_iter *a, struct dv_manifest_iter *b,
		     struct dv_err *err)
{
	int rc = dv_miter_next(a, err);

	return rc < 0 ? rc : dv_miter_next(b, err);
}

/*
 * Both in front of a block or list.  Equal ones are passed by.  Else the
 * one that is nearer to the root is read, so that both sides get to the
 * same depth; then the one that begins first, since only it can come to
 * where the other is.
 */
static int step_refs(struct dv_manifest_iter *a, struct dv_manifest_iter *b,
		     struct dv_err *err)
{
	unsigned da = dv_mtree_depth(&a->tree);
	unsigned db = dv_mtree_depth(&b->tree);
	int rc, cmp;

	if (same_ref(a, b))
		return next_both(a, b, err);
	if (da != db)
		return dv_miter_enter(da > db ? a : b, err);
	cmp = cmp_places(a, b);
	if (cmp)
		return dv_miter_enter(cmp < 0 ? a : b, err);
	rc = dv_miter_enter(a, err);
	return rc < 0 ? rc : dv_miter_enter(b, err);
}

/*
 * One step of the merge of both sides.  A side in front of a block is
 * read once the other has got to its first path.
 */
static int step(struct dv_manifest_iter *a, struct dv_manifest_iter *b,
		dv_manifest_diff_fn *fn, void *arg, struct dv_err *err)
{
	int cmp, rc;

	if (a->place == DV_MITER_REF && b->place == DV_MITER_REF)
		return step_refs(a, b, err);
	cmp = cmp_places(a, b);
	if (cmp <= 0 && a->place == DV_MITER_REF)
		return dv_miter_enter(a, err);
	if (cmp >= 0 && b->place == DV_MITER_REF)
		return dv_miter_enter(b, err);

	if (cmp || !dv_entry_same(&a->entry, &b->entry)) {
		rc = fn(arg, cmp <= 0 ? &a->entry : NULL,
			cmp >= 0 ? &b->entry : NULL, err);
		if (rc)
			return rc;
	}
	if (!cmp)
		return next_both(a, b, err);
	return dv_miter_next(cmp < 0 ? a : b, err);
}

/* The one side that there is. */
static int each_entry(struct dv_manifest *m, bool is_a, const char *prefix,
		      dv_manifest_diff_fn *fn, void *arg, struct dv_err *err)
{
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	int rc;

	rc = dv_manifest_iter_open(&it, m, prefix, err);
	if (rc < 0)
		return rc;
	while ((rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		rc = fn(arg, is_a ? e : NULL, is_a ? NULL : e, err);
		if (rc)
			break;
	}
	dv_manifest_iter_close(it);
	return rc;
}

int dv_manifest_diff(struct dv_manifest *a, struct dv_manifest *b,
		     const char *prefix, dv_manifest_diff_fn *fn, void *arg,
		     struct dv_err *err)
{
	struct dv_manifest_iter *ia = NULL, *ib = NULL;
	int rc;

	if (!a && !b)
		return 0;
	if (!a || !b)
		return each_entry(a ? a : b, a != NULL, prefix, fn, arg, err);
	if (dv_digest_eq(&a->info.id, &b->info.id))
		return 0;

	rc = dv_manifest_iter_open(&ia, a, prefix, err);
	if (!rc)
		rc = dv_manifest_iter_open(&ib, b, prefix, err);
	while (!rc && (ia->place != DV_MITER_END ||
		       ib->place != DV_MITER_END))
		rc = step(ia, ib, fn, arg, err);
	dv_manifest_iter_close(ia);
	dv_manifest_iter_close(ib);
	return rc;
}
