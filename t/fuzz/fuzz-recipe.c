/* SPDX-License-Identifier: MIT */
/*
 * A recipe that is accepted is what would be written for its items, but
 * for the depth.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_recipe_list l = DV_RECIPE_LIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_recipe r;

	if (dv_recipe_decode(&r, data, size, &err) < 0)
		return 0;
	for (uint32_t i = 0; i < r.n; i++) {
		struct dv_recipe_item item;

		dv_recipe_get(&r, i, &item);
		dv_recipe_list_add(&l, &item.id, item.size);
	}
	if (dv_recipe_encode(&out, &l, NULL, NULL, &err) < 0)
		abort();
	out.data[6] = (char)r.depth;
	if (out.len != size || memcmp(out.data, data, size))
		abort();
	dv_recipe_list_release(&l);
	dv_buf_release(&out);
	return 0;
}
