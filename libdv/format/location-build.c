/* SPDX-License-Identifier: MIT */
#include "format/location.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "format/location-layout.h"

struct dv_location_builder {
	enum dv_algo algo;
	struct dv_location_pack *packs;
	struct dv_location_object *objects;
	size_t packs_cap, objects_cap;
	struct dv_idmap pack_ids;	/* to numbers, their count is its n */
	struct dv_idmap object_ids;	/* a set */
};

struct dv_location_builder *dv_location_builder_new(enum dv_algo algo)
{
	struct dv_location_builder *b = dv_calloc(1, sizeof(*b));

	b->algo = algo;
	dv_idmap_init(&b->pack_ids, algo);
	dv_idmap_init(&b->object_ids, algo);
	return b;
}

void dv_location_builder_free(struct dv_location_builder *b)
{
	if (!b)
		return;
	dv_idmap_release(&b->pack_ids);
	dv_idmap_release(&b->object_ids);
	free(b->packs);
	free(b->objects);
	free(b);
}

uint32_t dv_location_builder_pack(struct dv_location_builder *b,
				  const struct dv_location_pack *p)
{
	size_t n = b->pack_ids.n;
	uint64_t number;

	assert(p->id.algo == b->algo && n < UINT32_MAX);
	if (dv_idmap_get(&b->pack_ids, &p->id, &number))
		return (uint32_t)number;
	dv_idmap_add(&b->pack_ids, &p->id, n);
	dv_grow(&b->packs, &b->packs_cap, n + 1, sizeof(*b->packs));
	b->packs[n] = *p;
	return (uint32_t)n;
}

void dv_location_builder_object(struct dv_location_builder *b,
				const struct dv_location_object *o)
{
	size_t n = b->object_ids.n;

	assert(o->id.algo == b->algo && o->pack < b->pack_ids.n);
	if (!dv_idmap_add(&b->object_ids, &o->id, 0))
		return;
	dv_grow(&b->objects, &b->objects_cap, n + 1, sizeof(*b->objects));
	b->objects[n] = *o;
}

void dv_location_builder_add(struct dv_location_builder *b,
			     const struct dv_location *l)
{
	uint32_t *numbers = dv_reallocarray(NULL, l->packs, sizeof(*numbers));

	for (uint32_t i = 0; i < l->packs; i++) {
		struct dv_location_pack p;

		dv_location_pack(l, i, &p);
		numbers[i] = dv_location_builder_pack(b, &p);
	}
	for (uint32_t i = 0; i < l->objects; i++) {
		struct dv_location_object o;

		dv_location_object(l, i, &o);
		o.pack = numbers[o.pack];
		dv_location_builder_object(b, &o);
	}
	free(numbers);
}

/* --- encoding ----------------------------------------------------------- */

/* An object, with its pack and block as they will be numbered. */
struct item {
	const struct dv_location_object *o;
	uint32_t pack, block;
};

static int cmp_packs(const void *a, const void *b)
{
	const struct dv_location_pack *const *x = a, *const *y = b;

	return dv_digest_cmp(&(*x)->id, &(*y)->id);
}

static int cmp_ids(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return dv_digest_cmp(&x->o->id, &y->o->id);
}

static int cmp_places(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	const struct dv_pack_block *k = &x->o->block, *l = &y->o->block;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	if (k->offset != l->offset)
		return k->offset < l->offset ? -1 : 1;
	return k->stored < l->stored ? -1 : k->stored > l->stored;
}

/* Pointers to the packs in the order of their ids. */
static const struct dv_location_pack **
sort_packs(const struct dv_location_builder *b)
{
	const struct dv_location_pack **sorted;
	size_t n = b->pack_ids.n;

	sorted = dv_reallocarray(NULL, n, sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &b->packs[i];
	if (n)
		qsort(sorted, n, sizeof(*sorted), cmp_packs);
	return sorted;
}

/* The objects in the order of their places, with blocks numbered. */
static struct item *number_blocks(const struct dv_location_builder *b,
				  const struct dv_location_pack **sorted,
				  uint32_t *blocks)
{
	size_t n = b->object_ids.n, packs = b->pack_ids.n;
	uint32_t *rank = dv_reallocarray(NULL, packs, sizeof(*rank));
	struct item *items = dv_reallocarray(NULL, n, sizeof(*items));
	uint32_t m = 0;

	for (size_t i = 0; i < packs; i++)
		rank[sorted[i] - b->packs] = (uint32_t)i;
	for (size_t i = 0; i < n; i++) {
		const struct dv_location_object *o = &b->objects[i];

		items[i] = (struct item){ .o = o, .pack = rank[o->pack] };
	}
	if (n)
		qsort(items, n, sizeof(*items), cmp_places);
	for (size_t i = 0; i < n; i++) {
		m += !i || cmp_places(&items[i - 1], &items[i]);
		items[i].block = m - 1;
	}
	*blocks = m;
	free(rank);
	return items;
}

static void encode_packs(struct dv_buf *out,
			 const struct dv_location_pack **sorted, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		dv_buf_add(out, sorted[i]->id.b,
			   dv_algo_size(sorted[i]->id.algo));
		dv_buf_be64(out, sorted[i]->size);
		dv_buf_be64(out, sorted[i]->idx_size);
		dv_buf_be32(out, (unsigned)sorted[i]->kind << 24);
		dv_buf_be32(out, 0);
	}
}

/* One of each run of items that share a block. */
static bool is_first(const struct item *items, size_t i)
{
	return !i || items[i - 1].block != items[i].block;
}

static void encode_blocks(struct dv_buf *out, const struct item *items,
			  size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_first(items, i))
			packidx_put_block(out, &items[i].o->block);
	for (size_t i = 0; i < n; i++)
		if (is_first(items, i))
			dv_buf_be32(out, items[i].pack);
}

static void encode_objects(struct dv_buf *out, struct item *items, size_t n)
{
	if (n)
		qsort(items, n, sizeof(*items), cmp_ids);
	for (size_t i = 0; i < n; i++)
		dv_buf_add(out, items[i].o->id.b,
			   dv_algo_size(items[i].o->id.algo));
	for (size_t i = 0; i < n; i++) {
		dv_buf_be32(out, items[i].block);
		dv_buf_be32(out, items[i].o->offset);
		dv_buf_be32(out, items[i].o->length);
		dv_buf_be32(out, (unsigned)items[i].o->type << 24);
		dv_buf_be64(out, items[i].o->size);
	}
}

void dv_location_builder_encode(struct dv_location_builder *b,
				const struct dv_digest *manifest,
				const void *root, size_t n,
				struct dv_buf *out)
{
	const struct dv_location_pack **sorted = sort_packs(b);
	size_t start = out->len, objects = b->object_ids.n;
	uint32_t blocks;
	struct item *items = number_blocks(b, sorted, &blocks);

	dv_buf_str(out, LOCATION_MAGIC);
	dv_buf_char(out, LOCATION_VERSION);
	dv_buf_char(out, (char)b->algo);
	dv_buf_char(out, 0);
	dv_buf_char(out, 0);
	dv_buf_be32(out, (unsigned)b->pack_ids.n);
	dv_buf_be32(out, blocks);
	dv_buf_be32(out, (unsigned)objects);
	dv_buf_be32(out, (unsigned)n);
	dv_buf_add(out, manifest->b, dv_algo_size(b->algo));
	encode_packs(out, sorted, b->pack_ids.n);
	encode_blocks(out, items, objects);
	encode_objects(out, items, objects);
	dv_buf_add(out, root, n);
	dv_buf_be64(out, dv_hash64(out->data + start, out->len - start));
	free(items);
	free(sorted);
}
