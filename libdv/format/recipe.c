/* SPDX-License-Identifier: MIT */
#include "format/recipe.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/chunk.h"

/*
 *  offset  size  field
 *       0     4  magic "DVRC"
 *       4     1  version: 1
 *       5     1  algorithm of the ids
 *       6     1  depth
 *       7     1  0
 *       8     4  n, items
 *      12     4  0
 *      16     8  size, the sum of all items' sizes
 *      24        n items: id, size (8)
 */
#define HEADER 24
#define VERSION 1
static const uint8_t magic[4] = { 'D', 'V', 'R', 'C' };

/* Parts end where the hash of an id says so, but not before the 64th. */
#define PART_MIN 64
#define PART_MASK 511u

static size_t item_size(enum dv_algo algo)
{
	return dv_algo_size(algo) + 8;
}

void dv_recipe_get(const struct dv_recipe *r, uint32_t i,
		   struct dv_recipe_item *out)
{
	const uint8_t *p = r->items + i * item_size(r->algo);

	dv_digest_set(&out->id, r->algo, p);
	out->size = dv_get_be64(p + dv_algo_size(r->algo));
}

static int reject(struct dv_err *err, const char *why)
{
	return dv_err_set(err, DV_E_FORMAT, "recipe is corrupt: %s", why);
}

static int decode_header(struct dv_recipe *r, const uint8_t *p, size_t n,
			 struct dv_err *err)
{
	if (n < HEADER || memcmp(p, magic, sizeof(magic)))
		return reject(err, "it does not begin as one");
	if (p[4] != VERSION)
		return dv_err_set(err, DV_E_UNSUPPORTED, "recipe is of "
				  "version %u, and this dv reads version %u",
				  p[4], VERSION);
	if (p[5] != DV_ALGO_XXH128 && p[5] != DV_ALGO_SHA256)
		return reject(err, "unknown object format");
	if (p[6] > DV_RECIPE_DEPTH_MAX)
		return reject(err, "too many levels");
	if (p[7] || dv_get_be32(p + 12))
		return reject(err, "a reserved field is not zero");

	r->algo = p[5];
	r->depth = p[6];
	r->n = dv_get_be32(p + 8);
	r->size = dv_get_be64(p + 16);
	r->items = p + HEADER;
	if (!r->n || r->n > DV_RECIPE_ITEMS_MAX)
		return reject(err, "too few or too many items");
	if (n - HEADER != r->n * item_size(r->algo))
		return reject(err, "its length is not that of its items");
	return 0;
}

int dv_recipe_decode(struct dv_recipe *out, const void *p, size_t n,
		     struct dv_err *err)
{
	struct dv_recipe r;
	uint64_t sum = 0;
	int rc;

	rc = decode_header(&r, p, n, err);
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < r.n; i++) {
		struct dv_recipe_item item;

		dv_recipe_get(&r, i, &item);
		if (!item.size || (!r.depth && item.size > DV_CHUNK_MAX))
			return reject(err, "a chunk of forbidden size");
		if (item.size > INT64_MAX - sum)
			return reject(err, "absurd size");
		sum += item.size;
	}
	if (sum != r.size)
		return reject(err, "sizes do not add up");
	*out = r;
	return 0;
}

void dv_recipe_list_release(struct dv_recipe_list *l)
{
	free(l->v);
	*l = (struct dv_recipe_list)DV_RECIPE_LIST_INIT;
}

void dv_recipe_list_add(struct dv_recipe_list *l, const struct dv_digest *id,
			uint64_t size)
{
	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n].id = *id;
	l->v[l->n++].size = size;
}

static uint64_t encode(struct dv_buf *out, const struct dv_recipe_item *v,
		       size_t n, unsigned depth)
{
	enum dv_algo algo = v->id.algo;
	uint64_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += v[i].size;

	dv_buf_add(out, magic, sizeof(magic));
	dv_buf_char(out, VERSION);
	dv_buf_char(out, (char)algo);
	dv_buf_char(out, (char)depth);
	dv_buf_char(out, 0);
	dv_buf_be32(out, (unsigned)n);
	dv_buf_be32(out, 0);
	dv_buf_be64(out, size);
	for (size_t i = 0; i < n; i++) {
		dv_buf_add(out, v[i].id.b, dv_algo_size(algo));
		dv_buf_be64(out, v[i].size);
	}
	return size;
}

/* How many of the n items at v the first part takes. */
static size_t part_length(const struct dv_recipe_item *v, size_t n)
{
	size_t size = dv_algo_size(v->id.algo);
	size_t i;

	for (i = PART_MIN; i < n && i < DV_RECIPE_ITEMS_MAX; i++)
		if (!(dv_hash64(v[i - 1].id.b, size) & PART_MASK))
			return i;
	return i < n ? i : n;
}

/* Replace the list by that of its parts, which go to put. */
static int cut(struct dv_recipe_list *l, unsigned depth,
	       dv_recipe_put_fn *put, void *arg, struct dv_err *err)
{
	struct dv_buf part = DV_BUF_INIT;
	size_t from = 0, to = 0;
	int rc = 0;

	while (from < l->n) {
		size_t n = part_length(l->v + from, l->n - from);
		struct dv_digest id;
		uint64_t size;

		dv_buf_reset(&part);
		size = encode(&part, l->v + from, n, depth);
		rc = put(arg, part.data, part.len, &id, err);
		if (rc < 0)
			break;
		from += n;
		l->v[to].id = id;
		l->v[to++].size = size;
	}
	l->n = to;
	dv_buf_release(&part);
	return rc;
}

int dv_recipe_encode(struct dv_buf *out, struct dv_recipe_list *l,
		     dv_recipe_put_fn *put, void *arg, struct dv_err *err)
{
	unsigned depth = 0;

	while (l->n > DV_RECIPE_ITEMS_MAX) {
		int rc = cut(l, depth++, put, arg, err);

		if (rc < 0)
			return rc;
	}
	encode(out, l->v, l->n, depth);
	return 0;
}
