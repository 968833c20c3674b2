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
 *	sum	it lists one chunk more, and the index does not know
 *	part	it lists itself, as a part of a recipe
 *	reach	the index has a place that reaches out of its block
 *	block	the manifest's block is another one, of the same length
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/headrec.h"
#include "format/location.h"
#include "format/manifest.h"
#include "format/pack.h"
#include "format/recipe.h"
#include "remote/rkey.h"

#define CHUNK (256u << 10)
#define CHUNKS 12

static struct dv_err err;
static enum dv_algo algo;
static const char *dir, *lie;

static bool lies(const char *what)
{
	return !strcmp(lie, what);
}

static void check(int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "test-packs: %s\n", err.msg);
	exit(128);
}

static void write_key(const char *key, const void *p, size_t n)
{
	char *path = dv_asprintf("%s/%s", dir, key);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	check(dv_mkdirs(path, 0777, &err));
	*slash = '/';
	check(dv_file_write(AT_FDCWD, path, p, n, 0666, &err));
	free(path);
}

/* --- packs ------------------------------------------------------------- */

struct pack {
	enum dv_pack_kind kind;
	struct dv_packidx_builder idx;
	struct dv_buf bytes;
};

static void begin(struct pack *p, enum dv_pack_kind kind)
{
	p->kind = kind;
	p->bytes = (struct dv_buf)DV_BUF_INIT;
	dv_packidx_builder_init(&p->idx, algo);
	dv_pack_encode_header((uint8_t *)dv_buf_reserve(&p->bytes,
							DV_PACK_HEADER),
			      kind, algo);
	dv_buf_setlen(&p->bytes, DV_PACK_HEADER);
}

static struct dv_pack_block add_block(struct pack *p, const void *bytes,
				      size_t n)
{
	struct dv_pack_block k = {
		.offset = p->bytes.len, .check = dv_hash64(bytes, n),
		.stored = (uint32_t)n, .plain = (uint32_t)n };

	dv_buf_add(&p->bytes, bytes, n);
	dv_packidx_builder_block(&p->idx, &k);
	return k;
}

/* In the last block. */
static void add_object(struct pack *p, const struct dv_digest *id,
		       enum dv_pack_type type, uint32_t offset, size_t n,
		       uint64_t size)
{
	struct dv_pack_object o = {
		.block = p->idx.m - 1, .offset = offset,
		.length = (uint32_t)n, .type = type, .size = size };

	dv_packidx_builder_object(&p->idx, id, &o);
}

static void end(struct pack *p, struct dv_location_pack *out)
{
	struct dv_buf idx = DV_BUF_INIT, key = DV_BUF_INIT;
	uint8_t trailer[DV_PACK_TRAILER];

	dv_packidx_builder_encode(&p->idx, p->kind, p->bytes.len, &idx);
	dv_buf_add(&p->bytes, idx.data, idx.len);
	dv_pack_encode_trailer(trailer, idx.len);
	dv_buf_add(&p->bytes, trailer, sizeof(trailer));
	dv_digest_of(&out->id, algo, idx.data, idx.len);
	out->kind = p->kind;
	out->size = p->bytes.len;
	out->idx_size = idx.len;
	write_key(dv_rkey_pack(&key, &out->id, ".pack"), p->bytes.data,
		  p->bytes.len);
	write_key(dv_rkey_pack(&key, &out->id, ".idx"), idx.data, idx.len);
	dv_packidx_builder_release(&p->idx);
	dv_buf_release(&p->bytes);
	dv_buf_release(&idx);
	dv_buf_release(&key);
}

/* --- data ---------------------------------------------------------------- */

struct data {
	struct dv_digest a, b, large;
	struct dv_location_pack pack;
};

static void add_small(struct pack *p, struct data *d)
{
	const char *bytes = lies("bytes") ? "alpha\nBETA\n" : "alpha\nbeta\n";

	dv_digest_of(&d->a, algo, "alpha\n", 6);
	dv_digest_of(&d->b, algo, "beta\n", 5);
	add_block(p, bytes, 11);
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
	check(dv_recipe_encode(out, &l, NULL, NULL, &err));
	if (lies("part"))
		out->data[6] = 1;	/* its depth */
	dv_recipe_list_release(&l);
}

static void add_large(struct pack *p, struct data *d)
{
	uint8_t *bytes = dv_malloc(CHUNK * CHUNKS);
	struct dv_buf recipe = DV_BUF_INIT;
	struct dv_digest ids[CHUNKS];
	uint32_t state = 1;

	for (size_t i = 0; i < CHUNK * CHUNKS; i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(state >> 24);
	}
	dv_digest_of(&d->large, algo, bytes, CHUNK * CHUNKS);
	for (int i = 0; i < CHUNKS; i++) {
		uint8_t *chunk = bytes + (size_t)i * CHUNK;

		dv_digest_of(&ids[i], algo, chunk, CHUNK);
		if (lies("chunk") && i == 2)
			chunk[0] ^= 1;
		add_block(p, chunk, CHUNK);
		add_object(p, &ids[i], DV_PACK_PLAIN, 0, CHUNK, CHUNK);
	}
	encode_recipe(&recipe, ids, &d->large);
	add_block(p, recipe.data, recipe.len);
	add_object(p, &d->large, DV_PACK_RECIPE, 0, recipe.len,
		   CHUNK * (CHUNKS + lies("longer")));
	dv_buf_release(&recipe);
	free(bytes);
}

static void make_data(struct data *d)
{
	struct pack p;

	begin(&p, DV_PACK_DATA);
	add_small(&p, d);
	add_large(&p, d);
	end(&p, &d->pack);
}

/* --- the manifest ---------------------------------------------------------- */

struct meta {
	struct pack p;
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
	dv_digest_of(id, algo, buf, n);
	memcpy(bytes, buf, n);
	if (lies("block") && m->n == 1)
		bytes[n / 2] ^= 1;
	o->id = *id;
	o->block = add_block(&m->p, bytes, n);
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

	check(dv_manifest_writer_add(w, &e, &err));
}

static void make_manifest(struct meta *m, const struct data *d,
			  struct dv_manifest_info *info)
{
	struct dv_manifest_writer *w = dv_manifest_writer_new(algo, put, m);

	begin(&m->p, DV_PACK_META);
	add_file(w, "a", &d->a, 6);
	add_file(w, "b", &d->b, 5);
	add_file(w, "large", &d->large, CHUNK * CHUNKS);
	check(dv_manifest_writer_finish(w, NULL, 0, info, &err));
	dv_manifest_writer_free(w);
}

static void make_record(struct meta *m, const struct data *d,
			const struct dv_digest *manifest)
{
	struct dv_location_builder *b = dv_location_builder_new(algo);
	struct dv_buf bytes = DV_BUF_INIT, key = DV_BUF_INIT;
	struct dv_location_pack pack;
	uint32_t at;

	end(&m->p, &pack);
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
	write_key(dv_rkey_add_number(&key, 1), bytes.data, bytes.len);
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
	dir = argv[1];
	check(dv_algo_parse(&algo, argv[2], &err));
	lie = argv[3];
	dv_remotefmt_format(&format, algo);
	write_key(DV_RKEY_FORMAT, format.data, format.len);
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
