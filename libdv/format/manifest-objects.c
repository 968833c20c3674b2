/* SPDX-License-Identifier: MIT */
#include "format/manifest.h"

#include "format/miter.h"

/* At a block or list: 0 from fn, and it is read; 1, and it is not. */
static int step_ref(struct dv_manifest_iter *it, dv_manifest_object_fn *fn,
		    void *arg, struct dv_err *err)
{
	int rc = fn(arg, &dv_mtree_ref(&it->tree)->id, true, NULL, err);

	if (rc < 0)
		return rc;
	return rc ? dv_miter_next(it, err) : dv_miter_enter(it, err);
}

static int step_entry(struct dv_manifest_iter *it, dv_manifest_object_fn *fn,
		      void *arg, struct dv_err *err)
{
	if (dv_digest_isset(&it->entry.id)) {
		int rc = fn(arg, &it->entry.id, false, &it->entry, err);

		if (rc < 0)
			return rc;
	}
	return dv_miter_next(it, err);
}

static int each_below(struct dv_manifest *m, dv_manifest_object_fn *fn,
		      void *arg, struct dv_err *err)
{
	struct dv_manifest_iter *it;
	int rc;

	rc = dv_manifest_iter_open(&it, m, "", err);
	if (rc < 0)
		return rc;
	while (!rc && it->place != DV_MITER_END) {
		if (it->place == DV_MITER_REF)
			rc = step_ref(it, fn, arg, err);
		else
			rc = step_entry(it, fn, arg, err);
	}
	dv_manifest_iter_close(it);
	return rc;
}

int dv_manifest_each_object(const struct dv_digest *id,
			    dv_manifest_get_fn *get, void *get_arg,
			    dv_manifest_object_fn *fn, void *arg,
			    struct dv_err *err)
{
	struct dv_manifest *m;
	int rc;

	rc = fn(arg, id, true, NULL, err);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = dv_manifest_open(&m, id, get, get_arg, err);
	if (rc < 0)
		return rc;
	rc = each_below(m, fn, arg, err);
	dv_manifest_close(m);
	return rc;
}
