/* SPDX-License-Identifier: MIT */
#include "format/packidx.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/packidx-layout.h"

/*
 * Of each object is kept: id, 4 block, 4 offset, 4 length, 1 type.  There
 * are millions, and their size is their length, but for recipes.
 */
#define KEPT 13

struct dv_packidx_size {
	uint32_t object;
	uint64_t size;
};

static size_t stride(const struct dv_packidx_builder *b)
{
	return dv_algo_size(b->algo) + KEPT;
}

void dv_packidx_builder_init(struct dv_packidx_builder *b, enum dv_algo algo)
{
	*b = (struct dv_packidx_builder){ .algo = algo };
}

void dv_packidx_builder_release(struct dv_packidx_builder *b)
{
	free(b->objects);
	free(b->sizes);
	free(b->blocks);
	dv_packidx_builder_init(b, b->algo);
}

uint32_t dv_packidx_builder_block(struct dv_packidx_builder *b,
				  const struct dv_pack_block *block)
{
	dv_grow(&b->blocks, &b->blocks_cap, (size_t)b->m + 1,
		sizeof(*b->blocks));
	b->blocks[b->m] = *block;
	return b->m++;
}

static void keep_size(struct dv_packidx_builder *b, uint64_t size)
{
	dv_grow(&b->sizes, &b->sizes_cap, b->sizes_n + 1, sizeof(*b->sizes));
	b->sizes[b->sizes_n++] = (struct dv_packidx_size){ b->n, size };
}

void dv_packidx_builder_object(struct dv_packidx_builder *b,
			       const struct dv_digest *id,
			       const struct dv_pack_object *o)
{
	size_t size = dv_algo_size(b->algo);
	uint8_t *p;

	assert(b->n < DV_PACK_OBJECTS_MAX);
	dv_grow(&b->objects, &b->objects_cap, (size_t)b->n + 1, stride(b));
	p = b->objects + b->n * stride(b);
	memcpy(p, id->b, size);
	p += size;
	dv_put_be32(p, o->block);
	dv_put_be32(p + 4, o->offset);
	dv_put_be32(p + 8, o->length);
	p[12] = (uint8_t)o->type;
	if (o->size != o->length)
		keep_size(b, o->size);
	b->n++;
}

struct order {
	const uint8_t *objects;
	size_t stride, id_size;
};

static int cmp_objects(const void *a, const void *b, void *arg)
{
	const struct order *o = arg;

	return memcmp(o->objects + *(const uint32_t *)a * o->stride,
		      o->objects + *(const uint32_t *)b * o->stride,
		      o->id_size);
}

/*
 * The objects' numbers in the order of their ids: dealt into a bucket for
 * each two first bytes, and each of these sorted.
 */
static uint32_t *sort(const struct dv_packidx_builder *b)
{
	struct order o = { b->objects, stride(b), dv_algo_size(b->algo) };
	uint32_t *start = dv_calloc(65536 + 1, sizeof(*start));
	uint32_t *sorted = dv_reallocarray(NULL, (size_t)b->n + 1,
					   sizeof(*sorted));
	uint32_t first = 0;

	for (uint32_t i = 0; i < b->n; i++) {
		const uint8_t *id = o.objects + i * o.stride;

		start[(id[0] << 8 | id[1]) + 1]++;
	}
	for (int k = 0; k < 65536; k++)
		start[k + 1] += start[k];
	for (uint32_t i = 0; i < b->n; i++) {
		const uint8_t *id = o.objects + i * o.stride;

		sorted[start[id[0] << 8 | id[1]]++] = i;
	}
	/* Each start has moved to where the next bucket begins. */
	for (int k = 0; k < 65536; k++) {
		if (start[k] - first > 1)
			qsort_r(sorted + first, start[k] - first,
				sizeof(*sorted), cmp_objects, &o);
		first = start[k];
	}
	free(start);
	return sorted;
}

static int cmp_sizes(const void *a, const void *b)
{
	const struct dv_packidx_size *x = a, *y = b;

	return x->object < y->object ? -1 : x->object > y->object;
}

/* They were kept in the order of their objects' numbers. */
static uint64_t size_of(const struct dv_packidx_builder *b, uint32_t object,
			uint32_t length)
{
	struct dv_packidx_size key = { .object = object };
	const struct dv_packidx_size *found = NULL;

	if (b->sizes_n)
		found = bsearch(&key, b->sizes, b->sizes_n, sizeof(key),
				cmp_sizes);
	return found ? found->size : length;
}

static void encode_objects(const struct dv_packidx_builder *b,
			   const uint32_t *sorted, struct dv_buf *out)
{
	size_t size = dv_algo_size(b->algo);
	size_t room = b->n * (size + PACKIDX_OBJECT);
	uint8_t *ids = (uint8_t *)dv_buf_reserve(out, room);
	uint8_t *to = ids + b->n * size;

	for (uint32_t i = 0; i < b->n; i++, to += PACKIDX_OBJECT) {
		const uint8_t *p = b->objects + sorted[i] * stride(b);

		memcpy(ids + i * size, p, size);
		memcpy(to, p + size, KEPT);
		memset(to + KEPT, 0, 16 - KEPT);
		dv_put_be64(to + 16, size_of(b, sorted[i],
					     dv_get_be32(to + 8)));
	}
	dv_buf_setlen(out, out->len + room);
}

static void encode_fan(const struct dv_packidx_builder *b,
		       struct dv_buf *out)
{
	uint32_t count[256] = { 0 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < b->n; i++)
		count[b->objects[i * stride(b)]]++;
	for (int k = 0; k < 256; k++) {
		sum += count[k];
		dv_buf_be32(out, sum);
	}
}

void dv_packidx_builder_encode(struct dv_packidx_builder *b,
			       enum dv_pack_kind kind, uint64_t end,
			       struct dv_buf *out)
{
	size_t start = out->len;
	uint32_t *sorted = sort(b);

	dv_buf_reserve(out, packidx_length(b->algo, b->n, b->m));
	dv_buf_str(out, PACKIDX_MAGIC);
	dv_buf_char(out, PACKIDX_VERSION);
	dv_buf_char(out, (char)kind);
	dv_buf_char(out, (char)b->algo);
	dv_buf_char(out, 0);
	dv_buf_be32(out, b->n);
	dv_buf_be32(out, b->m);
	dv_buf_be64(out, end);
	encode_fan(b, out);
	encode_objects(b, sorted, out);
	for (uint32_t i = 0; i < b->m; i++)
		packidx_put_block(out, &b->blocks[i]);
	dv_buf_be64(out, dv_hash64(out->data + start, out->len - start));
	free(sorted);
}
