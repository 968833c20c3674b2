/* SPDX-License-Identifier: MIT */
#include "store/odb-parts.h"

struct walk {
	struct dv_odb *odb;
	dv_odb_item_fn *fn;
	void *arg;
	struct dv_err *err;
};

/*
 * What the recipe of n bytes at p lists.  Parts are one level nearer to
 * the chunks, so no chain of them is longer than DV_RECIPE_DEPTH_MAX.
 */
static int walk(struct walk *w, const struct dv_buf *bytes, int depth)
{
	struct dv_buf part = DV_BUF_INIT;
	struct dv_recipe recipe;
	int rc;

	rc = dv_recipe_decode(&recipe, bytes->data, bytes->len, w->err);
	if (!rc && depth >= 0 && recipe.depth != (unsigned)depth)
		rc = dv_err_set(w->err, DV_E_FORMAT, "recipe is corrupt: a "
				"part of the wrong depth");
	for (uint32_t i = 0; rc >= 0 && i < recipe.n; i++) {
		struct dv_recipe_item item;

		dv_recipe_get(&recipe, i, &item);
		rc = w->fn(w->arg, &item, recipe.depth > 0, w->err);
		if (rc || !recipe.depth)
			continue;
		dv_buf_reset(&part);
		rc = dv_odb_get_piece(w->odb, &item.id, DV_ODB_ANY_SIZE,
				      &part, w->err);
		if (!rc)
			rc = walk(w, &part, (int)recipe.depth - 1);
	}
	dv_buf_release(&part);
	return rc < 0 ? rc : 0;
}

int dv_odb_each_item(struct dv_odb *odb, const struct dv_odb_found *f,
		     dv_odb_item_fn *fn, void *arg, struct dv_err *err)
{
	struct walk w = { odb, fn, arg, err };
	struct dv_buf bytes = DV_BUF_INIT;
	int rc = dv_odb_get_raw(odb, f, &bytes, err);

	if (!rc)
		rc = walk(&w, &bytes, -1);
	dv_buf_release(&bytes);
	return rc;
}
