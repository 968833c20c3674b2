/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/location.h"
#include "format/pack.h"

/*
 * The example of dv-format-location(5) and dv-format-remote(5): a dataset
 * of one file `a.csv` with "1,2\n".
 */
static const uint8_t golden[] = {
	0x44, 0x56, 0x4c, 0x4f, 0x01, 0x01, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x37,
	0x20, 0xcd, 0x0c, 0x2d, 0x54, 0x48, 0xa9, 0x5f,
	0xcc, 0xab, 0xb9, 0x7b, 0xbd, 0xe5, 0xa7, 0x38,
	0x89, 0x13, 0x21, 0xc1, 0xab, 0xbe, 0xa7, 0xcd,
	0x49, 0x54, 0xa4, 0x6d, 0xe8, 0x34, 0x06, 0xd1,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x29,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0xb8,
	0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0xf4, 0xf3, 0x11, 0x4b, 0x3c, 0xab, 0x3b, 0x8b,
	0xe8, 0x7f, 0x8a, 0x00, 0x1d, 0x3e, 0xd8, 0xdf,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x84,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x68,
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08,
	0x00, 0x00, 0x00, 0x59, 0x00, 0x00, 0x00, 0x59,
	0x93, 0x22, 0x6e, 0xe7, 0xad, 0x5d, 0x84, 0xe0,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x20, 0xcd, 0x0c, 0x2d,
	0x54, 0x48, 0xa9, 0x5f, 0xcc, 0xab, 0xb9, 0x7b,
	0xbd, 0xe5, 0xa7, 0x38, 0x72, 0xf8, 0x65, 0x17,
	0x18, 0x5b, 0x08, 0x2e, 0x2c, 0xb1, 0xd7, 0xfd,
	0xb4, 0xd5, 0xca, 0x8c, 0xdc, 0x70, 0x48, 0xf8,
	0xf8, 0x74, 0x7f, 0x56, 0x13, 0x49, 0xcd, 0xe1,
	0x27, 0x70, 0x5c, 0x16, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x37,
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x37, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x37, 0x00, 0x00, 0x00, 0x20,
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x57, 0x00, 0x00, 0x00, 0x02,
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x99, 0xab, 0x64, 0x76,
	0x2d, 0x6d, 0x61, 0x6e, 0x69, 0x66, 0x65, 0x73,
	0x74, 0x01, 0xa6, 0x78, 0x78, 0x68, 0x31, 0x32,
	0x38, 0x01, 0x01, 0x04, 0xc0, 0x00, 0x91, 0x94,
	0xc4, 0x05, 0x61, 0x2e, 0x63, 0x73, 0x76, 0xc4,
	0x10, 0x72, 0xf8, 0x65, 0x17, 0x18, 0x5b, 0x08,
	0x2e, 0x2c, 0xb1, 0xd7, 0xfd, 0xb4, 0xd5, 0xca,
	0x8c, 0x01, 0x20, 0xf0, 0xcf, 0xad, 0xfa, 0x9e,
	0x9f, 0x41, 0x23,
};

/* The root, the block and the configuration, as they lie in one pack. */
static const uint8_t meta[] = {
	0x99, 0xab, 0x64, 0x76, 0x2d, 0x6d, 0x61, 0x6e,
	0x69, 0x66, 0x65, 0x73, 0x74, 0x01, 0xa6, 0x78,
	0x78, 0x68, 0x31, 0x32, 0x38, 0x01, 0x01, 0x04,
	0xc0, 0x00, 0x91, 0x94, 0xc4, 0x05, 0x61, 0x2e,
	0x63, 0x73, 0x76, 0xc4, 0x10, 0x72, 0xf8, 0x65,
	0x17, 0x18, 0x5b, 0x08, 0x2e, 0x2c, 0xb1, 0xd7,
	0xfd, 0xb4, 0xd5, 0xca, 0x8c, 0x01, 0x20, 0x91,
	0x95, 0xc4, 0x05, 0x61, 0x2e, 0x63, 0x73, 0x76,
	0xcd, 0x81, 0xa4, 0x04, 0xc4, 0x10, 0xd6, 0x55,
	0x10, 0x79, 0xe6, 0x40, 0xa3, 0x98, 0x93, 0x51,
	0xd9, 0x83, 0x5e, 0x2f, 0x94, 0x1c, 0xc0, 0x7b,
	0x7d,
};
enum { ROOT = 55, BLOCK = 32, CONFIG = 2 };

/* A pack whose one block holds the objects of these lengths at p. */
static void add_pack(struct dv_location_builder *l, enum dv_algo algo,
		     enum dv_pack_kind kind, const void *p,
		     const size_t *lengths, size_t n)
{
	struct dv_packidx_builder b;
	struct dv_buf idx = DV_BUF_INIT;
	struct dv_pack_block k = { .offset = DV_PACK_HEADER };
	struct dv_location_pack pack = { .kind = kind };
	struct dv_digest ids[4];
	struct dv_pack_object o[4];

	for (size_t i = 0; i < n; i++) {
		o[i] = (struct dv_pack_object){
			.offset = k.plain, .length = (uint32_t)lengths[i],
			.type = DV_PACK_PLAIN, .size = lengths[i]
		};
		dv_digest_of(&ids[i], algo, (const char *)p + k.plain,
			     lengths[i]);
		k.plain += (uint32_t)lengths[i];
	}
	k.stored = k.plain;
	k.check = dv_hash64(p, k.plain);

	dv_packidx_builder_init(&b, algo);
	dv_packidx_builder_block(&b, &k);
	for (size_t i = 0; i < n; i++)
		dv_packidx_builder_object(&b, &ids[i], &o[i]);
	dv_packidx_builder_encode(&b, kind, k.offset + k.stored, &idx);
	dv_digest_of(&pack.id, algo, idx.data, idx.len);
	pack.idx_size = idx.len;
	pack.size = k.offset + k.stored + idx.len + DV_PACK_TRAILER;

	for (size_t i = 0; i < n; i++) {
		struct dv_location_object to = {
			.id = ids[i], .block = k, .offset = o[i].offset,
			.length = o[i].length, .type = o[i].type,
			.size = o[i].size
		};

		to.pack = dv_location_builder_pack(l, &pack);
		if (kind == DV_PACK_META)
			dv_location_builder_object(l, &to);
	}
	dv_packidx_builder_release(&b);
	dv_buf_release(&idx);
}

static void build(struct dv_buf *out, enum dv_algo algo)
{
	struct dv_location_builder *l = dv_location_builder_new(algo);
	struct dv_digest id;

	add_pack(l, algo, DV_PACK_META, meta,
		 (size_t[]){ ROOT, BLOCK, CONFIG }, 3);
	add_pack(l, algo, DV_PACK_DATA, "1,2\n", (size_t[]){ 4 }, 1);
	add_pack(l, algo, DV_PACK_DATA, "1,2\n", (size_t[]){ 4 }, 1);
	dv_digest_of(&id, algo, meta, ROOT);
	dv_location_builder_encode(l, &id, meta, ROOT, out);
	dv_location_builder_free(l);
}

static int open_copy(const void *p, size_t n, struct dv_err *err)
{
	uint8_t *copy = dv_malloc(n);
	struct dv_location l;
	int rc;

	if (n)
		memcpy(copy, p, n);
	rc = dv_location_open(&l, copy, n, err);
	free(copy);
	return rc;
}

/* With the checksum made to fit again. */
static int open_forged(const uint8_t *p, size_t n, struct dv_err *err)
{
	uint8_t copy[sizeof(golden)];

	memcpy(copy, p, n);
	dv_put_be64(copy + n - 8, dv_hash64(copy, n - 8));
	return open_copy(copy, n, err);
}

static void the_pages_example_is_written_and_read(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_location_object o;
	struct dv_location_pack k;
	struct dv_location l;
	struct dv_digest id;

	(void)state;
	build(&b, DV_ALGO_XXH128);
	assert_int_equal(b.len, sizeof(golden));
	assert_memory_equal(b.data, golden, b.len);

	assert_int_equal(dv_location_open(&l, golden, sizeof(golden), &err),
			 0);
	assert_int_equal(l.packs, 2);
	assert_int_equal(l.objects, 3);
	assert_int_equal(l.root_len, ROOT);
	assert_memory_equal(l.root, meta, ROOT);
	dv_location_pack(&l, 1, &k);
	assert_int_equal(k.kind, DV_PACK_DATA);
	assert_int_equal(k.idx_size, 1128);
	assert_int_equal(k.size, 1156);
	dv_digest_of(&id, DV_ALGO_XXH128, "{}", 2);
	assert_true(dv_location_find(&l, &id, &o));
	assert_true(dv_digest_eq(&o.id, &id));
	assert_int_equal(o.offset, ROOT + BLOCK);
	assert_int_equal(o.length, CONFIG);
	assert_int_equal(o.block.offset, DV_PACK_HEADER);
	assert_int_equal(o.block.plain, sizeof(meta));
	dv_location_pack(&l, o.pack, &k);
	assert_int_equal(k.kind, DV_PACK_META);
	dv_digest_of(&id, DV_ALGO_XXH128, "{ }", 3);
	assert_false(dv_location_find(&l, &id, &o));
	dv_digest_of(&id, DV_ALGO_SHA256, "{}", 2);
	assert_false(dv_location_find(&l, &id, &o));
	dv_buf_release(&b);
}

static void it_is_written_in_sha256_too(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_location l;

	(void)state;
	build(&b, DV_ALGO_SHA256);
	assert_int_equal(dv_location_open(&l, b.data, b.len, &err), 0);
	assert_int_equal(l.algo, DV_ALGO_SHA256);
	assert_int_equal(l.packs, 2);
	dv_buf_release(&b);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(golden); n++) {
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(open_copy(golden, n, &err), -DV_E_FORMAT);
	}
}

static void every_flipped_bit_is_refused(void **state)
{
	uint8_t p[sizeof(golden)];

	(void)state;
	memcpy(p, golden, sizeof(p));
	for (size_t bit = 0; bit < 8 * sizeof(p); bit++) {
		struct dv_err err = DV_ERR_INIT;
		int rc;

		p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		rc = open_copy(p, sizeof(p), &err);
		if (rc != -DV_E_UNSUPPORTED && rc != -DV_E_LIMIT)
			assert_int_equal(rc, -DV_E_FORMAT);
		/* Whoever forges it: refused, or read within its bounds. */
		open_forged(p, sizeof(p), &err);
		p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* Where the tables of the example begin. */
enum {
	AT_PACKS = 24 + 16,
	AT_BLOCKS = AT_PACKS + 2 * 40,
	AT_BLOCK_PACKS = AT_BLOCKS + 32,
	AT_IDS = AT_BLOCK_PACKS + 4,
	AT_OBJECTS = AT_IDS + 3 * 16,
	AT_ROOT = AT_OBJECTS + 3 * 24,
};

static void each_lie_has_its_sentence(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *say;
	} lies[] = {
		{ 0, 0x44564c50, "does not begin as one" },
		{ 4, 0x01030000, "unknown object format" },
		{ 4, 0x01010001, "a reserved field" },
		{ 8, 3, "length is not that" },
		{ 12, 4, "absurd counts" },
		{ 20, 54, "length is not that" },
		{ 24, 0, "not that of its manifest" },
		{ AT_PACKS, 0xffffffff, "packs out of order" },
		{ AT_PACKS + 16, 0x80000000, "impossible size" },
		{ AT_PACKS + 20, 1, "impossible size" },
		{ AT_PACKS + 28, 8, "impossible size" },
		{ AT_PACKS + 28, 100000, "impossible size" },
		{ AT_PACKS + 32, 0x03000000, "unknown kind" },
		{ AT_PACKS + 32, 0x02000100, "a reserved field" },
		{ AT_PACKS + 36, 1, "a reserved field" },
		{ AT_PACKS + 32, 0x01000000, "a pack of data" },
		{ AT_BLOCKS + 4, 7, "outside the pack" },
		{ AT_BLOCKS + 4, 9, "outside the pack" },
		{ AT_BLOCKS + 12, 90, "forbidden length" },
		{ AT_BLOCKS + 24, 0x02000000, "unknown codec" },
		{ AT_BLOCK_PACKS, 2, "pack that is not there" },
		{ AT_BLOCK_PACKS, 1, "a pack of data" },
		{ AT_IDS, 0xffffffff, "objects out of order" },
		{ AT_OBJECTS, 1, "a block that is not there" },
		{ AT_OBJECTS + 12, 0x03000000, "unknown type" },
		{ AT_OBJECTS + 24 + 4, 0xffffffff, "reaches out" },
		{ AT_ROOT, 0, "not that of its manifest" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		struct dv_err err = DV_ERR_INIT;
		uint8_t p[sizeof(golden)];

		memcpy(p, golden, sizeof(p));
		dv_put_be32(p + lies[i].at, lies[i].value);
		assert_int_equal(open_forged(p, sizeof(p), &err),
				 -DV_E_FORMAT);
		if (!strstr(err.msg, lies[i].say))
			fail_msg("lie %zu: '%s', not '%s'", i, err.msg,
				 lies[i].say);
	}
}

static void limits_and_newer_versions_are_named(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	uint8_t p[sizeof(golden)];

	(void)state;
	memcpy(p, golden, sizeof(p));
	p[4] = 2;
	assert_int_equal(open_copy(p, sizeof(p), &err), -DV_E_UNSUPPORTED);
	assert_non_null(strstr(err.msg, "version 2"));
	assert_true(*err.hint);
	p[4] = 1;
	dv_put_be32(p + 8, DV_LOCATION_PACKS_MAX + 1);
	assert_int_equal(open_copy(p, sizeof(p), &err), -DV_E_LIMIT);
}

static uint64_t random_below(uint64_t *state, uint64_t n)
{
	*state = dv_hash64(state, sizeof(*state)) + 1;
	return *state % n;
}

/* Objects of many blocks of many packs, in any order. */
static void fill(struct dv_location_builder *b, uint64_t seed, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t pack = (uint32_t)random_below(&seed, 20);
		struct dv_location_pack k = {
			.kind = DV_PACK_META, .idx_size = 5000,
			.size = 1000000 + pack
		};
		uint32_t slot = (uint32_t)random_below(&seed, 50);
		struct dv_location_object o = {
			.block = { .offset = 8 + slot * 100, .stored = 100,
				   .plain = 100, .check = slot },
			.offset = 10, .length = (uint32_t)(i % 90),
			.type = DV_PACK_PLAIN, .size = i % 90
		};

		dv_digest_of(&k.id, DV_ALGO_XXH128, &pack, sizeof(pack));
		dv_digest_of(&o.id, DV_ALGO_XXH128, &i, sizeof(i));
		o.pack = dv_location_builder_pack(b, &k);
		dv_location_builder_object(b, &o);
	}
}

static void what_is_put_in_is_found_again(void **state)
{
	struct dv_location_builder *b = dv_location_builder_new(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf bytes = DV_BUF_INIT, again = DV_BUF_INIT;
	struct dv_location_object o;
	struct dv_location l;
	struct dv_digest id;

	(void)state;
	fill(b, 7, 3000);
	fill(b, 8, 10);		/* these are there already */
	dv_digest_of(&id, DV_ALGO_XXH128, "root", 4);
	dv_location_builder_encode(b, &id, "root", 4, &bytes);
	dv_location_builder_free(b);
	assert_int_equal(dv_location_open(&l, bytes.data, bytes.len, &err),
			 0);
	assert_int_equal(l.objects, 3000);
	assert_int_equal(l.packs, 20);
	for (size_t i = 0; i < 3000; i++) {
		dv_digest_of(&id, DV_ALGO_XXH128, &i, sizeof(i));
		assert_true(dv_location_find(&l, &id, &o));
		assert_int_equal(o.length, i % 90);
		assert_int_equal(o.block.offset, 8 + o.block.check * 100);
	}

	/* Taken over by another builder, it is the same again. */
	b = dv_location_builder_new(DV_ALGO_XXH128);
	dv_location_builder_add(b, &l);
	dv_location_builder_add(b, &l);
	dv_location_builder_encode(b, &l.manifest, l.root, l.root_len, &again);
	assert_int_equal(again.len, bytes.len);
	assert_memory_equal(again.data, bytes.data, bytes.len);
	dv_location_builder_free(b);
	dv_buf_release(&bytes);
	dv_buf_release(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pages_example_is_written_and_read),
		cmocka_unit_test(it_is_written_in_sha256_too),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(each_lie_has_its_sentence),
		cmocka_unit_test(limits_and_newer_versions_are_named),
		cmocka_unit_test(what_is_put_in_is_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
