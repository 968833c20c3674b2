/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_RECIPE_H
#define DV_FORMAT_RECIPE_H

/*
 * A recipe: the list of the chunks that make up a large object.  A long
 * list is cut into parts, objects of their own, by the same idea as the
 * content; a recipe of depth d lists recipes of depth d-1, one of depth 0
 * lists chunks.  Layout, cut rule, reject list: dv-format-recipe(5).
 *
 * Failure: DV_E_FORMAT, DV_E_UNSUPPORTED for a newer version.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

#define DV_RECIPE_ITEMS_MAX 4096u
#define DV_RECIPE_DEPTH_MAX 7
/* Bytes of the longest encoding. */
#define DV_RECIPE_BYTES_MAX \
	(24u + DV_RECIPE_ITEMS_MAX * (DV_DIGEST_MAX + 8u))

struct dv_recipe_item {
	struct dv_digest id;
	uint64_t size;		/* of the object's bytes that it stands for */
};

/* --- reading -------------------------------------------------------- */

/* A decoded recipe: a view of the bytes it was opened on. */
struct dv_recipe {
	enum dv_algo algo;
	unsigned depth;
	uint32_t n;
	uint64_t size;		/* of the object, or of its part */
	const uint8_t *items;	/* private */
};

/* Check all of the n bytes at p, which must outlive r. */
int dv_recipe_decode(struct dv_recipe *r, const void *p, size_t n,
		     struct dv_err *err);
/* Item i < r->n. */
void dv_recipe_get(const struct dv_recipe *r, uint32_t i,
		   struct dv_recipe_item *out);

/* --- writing -------------------------------------------------------- */

/* Store a part and tell its id. */
typedef int dv_recipe_put_fn(void *arg, const void *p, size_t n,
			     struct dv_digest *id, struct dv_err *err);

/* The list while it is made: v may be read. */
struct dv_recipe_list {
	struct dv_recipe_item *v;
	size_t n, cap;
};
#define DV_RECIPE_LIST_INIT { NULL, 0, 0 }

void dv_recipe_list_release(struct dv_recipe_list *l);
void dv_recipe_list_add(struct dv_recipe_list *l, const struct dv_digest *id,
			uint64_t size);

/*
 * Append to out the recipe of the chunks in l, at least one, which is used
 * up.  Parts go to put first.
 */
int dv_recipe_encode(struct dv_buf *out, struct dv_recipe_list *l,
		     dv_recipe_put_fn *put, void *arg, struct dv_err *err);

#endif
