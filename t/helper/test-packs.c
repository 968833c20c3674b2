/* SPDX-License-Identifier: MIT */
/*
 * test-packs <directory> <format> <lie>: make <directory> a remote that
 * has one manifest and no head, and print the ids of the manifest and of
 * the files that it names:
 *	a	"alpha\n"
 *	b	"beta\n"
 *	large	3 MiB, in 12 chunks
 * in a pack of data and one of meta, which tell the truth but for:
 *	none
 *	bytes	the bytes of b are others, and the checksum is theirs
 *	chunk	so are those of the third chunk
 *	order	the recipe has its first two chunks the other way round
 *	other	its last chunk is the first one again
 *	longer	it lists one chunk more, and so does the index
 *	exa	it lists recipes, and these others, down to b: exabytes,
 *		and so says the manifest
 *	sum	it lists one chunk more, and the index does not know
 *	part	it lists itself, as a part of a recipe
 *	reach	the index has a place that reaches out of its block
 *	block	the manifest's block is another one, of the same length
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/headrec.h"
#include "format/manifest.h"
#include "format/recipe.h"
#include "remote/rkey.h"
#include "t/helper/fakepack.h"

#define CHUNK (256u << 10)
#define CHUNKS 12

static const char *lie;

static bool lies(const char *what)
{
	return !strcmp(lie, what);
}

/* In the last block. */
static void add_object(struct fakepack *p, const struct dv_digest *id,
		       enum dv_pack_type type, uint32_t offset, size_t n,
		       uint64_t size)
{
	struct dv_pack_object o = {
		.block = p->idx.m - 1, .offset = offset,
		.length = (uint32_t)n, .type = type, .size = size };

	dv_packidx_builder_object(&p->idx, id, &o);
}

/* --- data ---------------------------------------------------------------- */

struct data {
	struct dv_digest a, b, large;
	uint64_t large_size;
	struct dv_location_pack pack;
};

static void add_small(struct fakepack *p, struct data *d)
{
	const char *bytes = lies("bytes") ? "alpha\nBETA\n" : "alpha\nbeta\n";

	dv_digest_of(&d->a, fake.algo, "alpha\n", 6);
	dv_digest_of(&d->b, fake.algo, "beta\n", 5);
	fakepack_block(p, bytes, 11, 0);
	add_object(p, &d->a, DV_PACK_PLAIN, 0, 6, 6);
	add_object(p, &d->b, DV_PACK_PLAIN, lies("reach") ? 7 : 6, 5, 5);
}

static void encode_recipe(struct dv_buf *out, const struct dv_digest *ids,
			  const struct dv_digest *whole)
{
	static const int order[CHUNKS] = { 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10,
					   11 };
	struct dv_recipe_list l = DV_RECIPE_LIST_INIT;

	for (int i = 0; i < CHUNKS; i++) {
		int k = lies("order") ? order[i] : i;

		if (lies("other") && i == CHUNKS - 1)
			k = 0;
		dv_recipe_list_add(&l, &ids[k], CHUNK);
	}
	if (lies("longer") || lies("sum"))
		dv_recipe_list_add(&l, &ids[0], CHUNK);
	if (lies("part")) {
		dv_recipe_list_release(&l);
		dv_recipe_list_add(&l, whole, CHUNK * CHUNKS);
	}
	fake_check(dv_recipe_encode(out, &l, NULL, NULL, &fake.err));
	if (lies("part"))
		out->data[6] = 1;	/* its depth */
	dv_recipe_list_release(&l);
}

/* A recipe of 4096 times the same item, which stands for size bytes. */
static void encode_same(struct dv_buf *out, int depth,
			const struct dv_digest *item, uint64_t size)
{
	struct dv_recipe_list l = DV_RECIPE_LIST_INIT;

	for (int i = 0; i < 4096; i++)
		dv_recipe_list_add(&l, item, size);
	dv_buf_reset(out);
	fake_check(dv_recipe_encode(out, &l, NULL, NULL, &fake.err));
	out->data[6] = (char)depth;
	dv_recipe_list_release(&l);
}

/* What b, of 5 bytes, makes up when it is there 4096 to the fifth times. */
static uint64_t add_exa(struct fakepack *p, const struct data *d,
			struct dv_buf *recipe)
{
	struct dv_digest item = d->b;
	uint64_t size = 5;

	for (int depth = 0; depth < 5; depth++) {
		encode_same(recipe, depth, &item, size);
		size *= 4096;
		if (depth == 4)
			break;
		dv_digest_of(&item, fake.algo, recipe->data, recipe->len);
		fakepack_block(p, recipe->data, recipe->len, 0);
		add_object(p, &item, DV_PACK_PLAIN, 0, recipe->len,
			   recipe->len);
	}
	return size;
}

static void add_large(struct fakepack *p, struct data *d)
{
	uint8_t *bytes = dv_malloc(CHUNK * CHUNKS);
	struct dv_buf recipe = DV_BUF_INIT;
	struct dv_digest ids[CHUNKS];
	uint32_t state = 1;

	for (size_t i = 0; i < CHUNK * CHUNKS; i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(state >> 24);
	}
	dv_digest_of(&d->large, fake.algo, bytes, CHUNK * CHUNKS);
	for (int i = 0; i < CHUNKS; i++) {
		uint8_t *chunk = bytes + (size_t)i * CHUNK;

		dv_digest_of(&ids[i], fake.algo, chunk, CHUNK);
		if (lies("chunk") && i == 2)
			chunk[0] ^= 1;
		fakepack_block(p, chunk, CHUNK, 0);
		add_object(p, &ids[i], DV_PACK_PLAIN, 0, CHUNK, CHUNK);
	}
	d->large_size = CHUNK * (CHUNKS + lies("longer"));
	if (lies("exa"))
		d->large_size = add_exa(p, d, &recipe);
	else
		encode_recipe(&recipe, ids, &d->large);
	fakepack_block(p, recipe.data, recipe.len, 0);
	add_object(p, &d->large, DV_PACK_RECIPE, 0, recipe.len,
		   d->large_size);
	dv_buf_release(&recipe);
	free(bytes);
}

static void make_data(struct data *d)
{
	struct fakepack p;

	fakepack_begin(&p, DV_PACK_DATA);
	add_small(&p, d);
	add_large(&p, d);
	fakepack_end(&p, false, &d->pack);
}

/* --- the manifest ---------------------------------------------------------- */

struct meta {
	struct fakepack p;
	struct dv_location_object places[8];
	int n;
	struct dv_buf root;		/* the last that was put */
};

static int put(void *arg, const void *buf, size_t n, struct dv_digest *id,
	       struct dv_err *e)
{
	struct meta *m = arg;
	struct dv_location_object *o = &m->places[m->n++];
	uint8_t *bytes = dv_malloc(n);

	(void)e;
	dv_digest_of(id, fake.algo, buf, n);
	memcpy(bytes, buf, n);
	if (lies("block") && m->n == 1)
		bytes[n / 2] ^= 1;
	o->id = *id;
	o->block = fakepack_block(&m->p, bytes, n, 0);
	o->offset = 0;
	o->length = (uint32_t)n;
	o->type = DV_PACK_PLAIN;
	o->size = n;
	add_object(&m->p, id, DV_PACK_PLAIN, 0, n, n);
	dv_buf_reset(&m->root);
	dv_buf_add(&m->root, buf, n);
	free(bytes);
	return 0;
}

static void add_file(struct dv_manifest_writer *w, const char *path,
		     const struct dv_digest *id, uint64_t size)
{
	struct dv_entry e = { .path = path, .path_len = strlen(path),
			      .mode = DV_MODE_FILE, .size = size, .id = *id };

	fake_check(dv_manifest_writer_add(w, &e, &fake.err));
}

static void make_manifest(struct meta *m, const struct data *d,
			  struct dv_manifest_info *info)
{
	struct dv_manifest_writer *w =
		dv_manifest_writer_new(fake.algo, put, m);

	fakepack_begin(&m->p, DV_PACK_META);
	add_file(w, "a", &d->a, 6);
	add_file(w, "b", &d->b, 5);
	add_file(w, "large", &d->large, lies("exa") ? d->large_size :
						      CHUNK * CHUNKS);
	fake_check(dv_manifest_writer_finish(w, NULL, 0, info, &fake.err));
	dv_manifest_writer_free(w);
}

static void make_record(struct meta *m, const struct data *d,
			const struct dv_digest *manifest)
{
	struct dv_location_builder *b = dv_location_builder_new(fake.algo);
	struct dv_buf bytes = DV_BUF_INIT, key = DV_BUF_INIT;
	struct dv_location_pack pack;
	uint32_t at;

	fakepack_end(&m->p, false, &pack);
	dv_location_builder_pack(b, &d->pack);
	at = dv_location_builder_pack(b, &pack);
	for (int i = 0; i < m->n; i++) {
		m->places[i].pack = at;
		dv_location_builder_object(b, &m->places[i]);
	}
	dv_location_builder_encode(b, manifest, m->root.data, m->root.len,
				   &bytes);
	dv_location_builder_free(b);
	dv_rkey_manifest(&key, manifest);
	fake_write(dv_rkey_add_number(&key, 1), bytes.data, bytes.len);
	dv_buf_release(&bytes);
	dv_buf_release(&key);
	dv_buf_release(&m->root);
}

int main(int argc, char **argv)
{
	struct dv_buf format = DV_BUF_INIT;
	struct dv_manifest_info info;
	char id[DV_DIGEST_TEXT];
	struct meta m = { .n = 0 };
	struct data d;

	if (argc != 4)
		return 129;
	fake.program = "test-packs";
	fake.dir = argv[1];
	fake_check(dv_algo_parse(&fake.algo, argv[2], &fake.err));
	lie = argv[3];
	dv_remotefmt_format(&format, fake.algo);
	fake_write(DV_RKEY_FORMAT, format.data, format.len);
	make_data(&d);
	make_manifest(&m, &d, &info);
	make_record(&m, &d, &info.id);
	puts(dv_digest_format(id, &info.id));
	puts(dv_digest_format(id, &d.a));
	puts(dv_digest_format(id, &d.b));
	puts(dv_digest_format(id, &d.large));
	dv_buf_release(&format);
	return 0;
}
