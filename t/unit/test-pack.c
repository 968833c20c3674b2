/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/compress.h"
#include "format/pack.h"

/* --- making packs ------------------------------------------------------- */

struct maker {
	struct dv_buf bytes;
	struct dv_packidx_builder b;
	enum dv_algo algo;
};

static void begin(struct maker *m, enum dv_algo algo)
{
	uint8_t header[DV_PACK_HEADER];

	dv_buf_init(&m->bytes, 0);
	dv_packidx_builder_init(&m->b, algo);
	m->algo = algo;
	dv_pack_encode_header(header, DV_PACK_DATA, algo);
	dv_buf_add(&m->bytes, header, sizeof(header));
}

/* A block of one plain object. */
static void add(struct maker *m, const void *p, size_t n, bool compress)
{
	struct dv_pack_block k = { .offset = m->bytes.len,
				   .plain = (uint32_t)n };
	struct dv_pack_object o = { .length = (uint32_t)n,
				    .type = DV_PACK_PLAIN, .size = n };
	size_t start = m->bytes.len;
	struct dv_digest id;

	if (compress)
		dv_compress(&m->bytes, p, n, 3);
	else
		dv_buf_add(&m->bytes, p, n);
	k.codec = compress ? DV_PACK_ZSTD : DV_PACK_STORED;
	k.stored = (uint32_t)(m->bytes.len - start);
	k.check = dv_hash64(m->bytes.data + start, k.stored);
	o.block = dv_packidx_builder_block(&m->b, &k);
	dv_digest_of(&id, m->algo, p, n);
	dv_packidx_builder_object(&m->b, &id, &o);
}

static void end(struct maker *m)
{
	uint8_t trailer[DV_PACK_TRAILER];
	size_t at = m->bytes.len;

	dv_packidx_builder_encode(&m->b, DV_PACK_DATA, at, &m->bytes);
	dv_pack_encode_trailer(trailer, m->bytes.len - at);
	dv_buf_add(&m->bytes, trailer, sizeof(trailer));
	dv_packidx_builder_release(&m->b);
}

/* Everything that fsck looks at.  p may end at the end of a page. */
static int check(const void *p, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_pack pack;
	int rc;

	rc = dv_pack_open(&pack, p, n, &err);
	if (!rc)
		rc = dv_pack_check(&pack, &err);
	for (uint32_t b = 0; !rc && b < pack.idx.m; b++)
		rc = dv_pack_check_block(&pack, b, &err);
	assert_true(rc <= 0 && (rc == 0) == (err.code == 0));
	return rc;
}

/* --- the example of dv-format-pack(5) ------------------------------------ */

static void the_pages_example_is_written(void **state)
{
	static const uint8_t head[] = {
		0x44, 0x56, 0x50, 0x4b, 0x01, 0x01, 0x01, 0x00,
		0x31, 0x2c, 0x32, 0x0a,
		0x44, 0x56, 0x50, 0x49, 0x01, 0x01, 0x01, 0x00,
		0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0c,
	};
	static const uint8_t tail[] = {
		0xd6, 0x55, 0x10, 0x79, 0xe6, 0x40, 0xa3, 0x98,
		0x93, 0x51, 0xd9, 0x83, 0x5e, 0x2f, 0x94, 0x1c,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x04, 0x01, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08,
		0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x04,
		0xe9, 0xb9, 0xea, 0x6e, 0x71, 0x12, 0x1c, 0xfc,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x76, 0xac, 0x52, 0x5f, 0x8d, 0x7d, 0xcc, 0xe1,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x68,
		0x44, 0x56, 0x50, 0x4b, 0x45, 0x4e, 0x44, 0x0a,
	};
	char hex[DV_DIGEST_TEXT];
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest name;
	struct dv_pack pack;
	struct maker m;

	(void)state;
	begin(&m, DV_ALGO_XXH128);
	add(&m, "1,2\n", 4, false);
	end(&m);
	assert_int_equal(m.bytes.len, sizeof(head) + 1024 + sizeof(tail));
	assert_memory_equal(m.bytes.data, head, sizeof(head));
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(dv_get_be32(m.bytes.data + sizeof(head) +
					     4 * i), i >= 0xd6);
	assert_memory_equal(m.bytes.data + sizeof(head) + 1024, tail,
			    sizeof(tail));

	assert_int_equal(dv_pack_open(&pack, m.bytes.data, m.bytes.len, &err),
			 0);
	dv_pack_id(&pack, &name);
	assert_string_equal(dv_digest_hex(hex, &name), "f4f3114b3cab3b8be87f8a001d3ed8df");
	dv_buf_release(&m.bytes);
}

/* --- looking up ------------------------------------------------------------ */

static void what_was_added_is_found_and_nothing_else(void **state)
{
	static const uint32_t counts[] = { 0, 1, 2, 255, 1000, 20000 };

	(void)state;
	for (int i = 0; i < 12; i++) {
		uint32_t n = counts[i / 2];
		struct dv_err err = DV_ERR_INIT;
		struct dv_pack pack;
		struct maker m;

		begin(&m, i % 2 ? DV_ALGO_SHA256 : DV_ALGO_XXH128);
		for (uint32_t k = 0; k < n; k++)
			add(&m, &k, sizeof(k), false);
		end(&m);
		assert_int_equal(check(m.bytes.data, m.bytes.len), 0);
		assert_int_equal(dv_pack_open(&pack, m.bytes.data,
					      m.bytes.len, &err), 0);
		assert_int_equal(pack.idx.n, n);
		for (uint32_t k = 0; k < 2 * n + 2; k++) {
			struct dv_pack_object o;
			struct dv_pack_block b;
			struct dv_digest id;
			uint32_t at;

			dv_digest_of(&id, m.algo, &k, sizeof(k));
			assert_int_equal(dv_packidx_find(&pack.idx, &id, &at),
					 k < n);
			if (k >= n)
				continue;
			assert_int_equal(dv_packidx_object(&pack.idx, at, &o,
							   &err), 0);
			assert_int_equal(dv_packidx_block(&pack.idx, o.block,
							  &b, &err), 0);
			assert_memory_equal(m.bytes.data + b.offset +
					    o.offset, &k, sizeof(k));
			assert_int_equal(dv_packidx_lower(&pack.idx, &id), at);
		}
		dv_buf_release(&m.bytes);
	}
}

/* Ids that somebody chose to lie close together are found as well. */
static void ids_that_are_not_spread_are_found(void **state)
{
	struct dv_packidx_builder b;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_pack_block k = { .offset = DV_PACK_HEADER };
	struct dv_pack_object o = { .type = DV_PACK_PLAIN };
	struct dv_digest id = { .algo = DV_ALGO_XXH128 };
	struct dv_packidx x;
	uint32_t at;

	(void)state;
	dv_packidx_builder_init(&b, DV_ALGO_XXH128);
	dv_packidx_builder_block(&b, &k);
	for (unsigned i = 0; i < 3000; i++) {
		memset(id.b, i % 3 ? 0xff : 0x00, 16);
		dv_put_be32(id.b + 8, i * 7);
		dv_packidx_builder_object(&b, &id, &o);
	}
	dv_packidx_builder_encode(&b, DV_PACK_META, DV_PACK_HEADER, &out);
	assert_int_equal(dv_packidx_open(&x, out.data, out.len, &err), 0);
	assert_int_equal(dv_packidx_check(&x, &err), 0);
	for (unsigned i = 0; i < 3000; i++) {
		memset(id.b, i % 3 ? 0xff : 0x00, 16);
		dv_put_be32(id.b + 8, i * 7);
		assert_true(dv_packidx_find(&x, &id, &at));
		dv_put_be32(id.b + 8, i * 7 + 1);
		assert_false(dv_packidx_find(&x, &id, &at));
	}
	dv_packidx_builder_release(&b);
	dv_buf_release(&out);
}

/* --- refusing --------------------------------------------------------------- */

static void small_pack(struct maker *m)
{
	char text[2000];

	memset(text, 'x', sizeof(text));
	begin(m, DV_ALGO_XXH128);
	add(m, "hello\n", 6, false);
	add(m, text, sizeof(text), true);
	add(m, "", 0, false);
	end(m);
	assert_int_equal(check(m->bytes.data, m->bytes.len), 0);
}

static void every_truncation_is_refused(void **state)
{
	struct maker m;

	(void)state;
	small_pack(&m);
	for (size_t n = 0; n < m.bytes.len; n++) {
		uint8_t *p = dv_malloc(n ? n : 1);

		memcpy(p, m.bytes.data, n);
		assert_true(check(p, n) < 0);
		free(p);
	}
	dv_buf_release(&m.bytes);
}

static void every_flipped_bit_is_found(void **state)
{
	struct maker m;

	(void)state;
	small_pack(&m);
	for (size_t bit = 0; bit < 8 * m.bytes.len; bit++) {
		m.bytes.data[bit / 8] ^= (char)(1u << bit % 8);
		assert_true(check(m.bytes.data, m.bytes.len) < 0);
		m.bytes.data[bit / 8] ^= (char)(1u << bit % 8);
	}
	dv_buf_release(&m.bytes);
}

static void bytes_before_and_behind_are_refused(void **state)
{
	struct maker m;
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	small_pack(&m);
	dv_buf_add(&b, m.bytes.data, m.bytes.len);
	dv_buf_char(&b, 0);
	assert_true(check(b.data, b.len) < 0);
	assert_true(check(b.data + 1, b.len - 2) < 0);
	dv_buf_release(&b);
	dv_buf_release(&m.bytes);
}

/* Give the index another value at that place and a checksum that fits. */
static int check_with(size_t at, int width, uint64_t value)
{
	struct dv_pack pack;
	struct dv_err err = DV_ERR_INIT;
	struct maker m;
	uint8_t *idx;
	int rc;

	small_pack(&m);
	assert_int_equal(dv_pack_open(&pack, m.bytes.data, m.bytes.len, &err),
			 0);
	idx = (uint8_t *)m.bytes.data + pack.idx.end;
	if (width == 1)
		idx[at] = (uint8_t)value;
	else if (width == 4)
		dv_put_be32(idx + at, (unsigned)value);
	else
		dv_put_be64(idx + at, value);
	dv_put_be64(idx + pack.idx.len - 8,
		    dv_hash64(idx, pack.idx.len - 8));
	rc = check(m.bytes.data, m.bytes.len);
	dv_buf_release(&m.bytes);
	return rc;
}

/* Three objects, three blocks: where the parts of the index begin. */
#define IDS (24 + 1024)
#define OBJECTS (IDS + 3 * 16)
#define BLOCKS (OBJECTS + 3 * 24)

static void lies_with_a_fitting_checksum_are_refused(void **state)
{
	(void)state;
	assert_int_equal(check_with(7, 1, 0), 0);	/* no change */

	assert_int_equal(check_with(4, 1, 2), -DV_E_UNSUPPORTED);
	assert_int_equal(check_with(5, 1, 2), -DV_E_FORMAT);	/* kind */
	assert_int_equal(check_with(5, 1, 3), -DV_E_FORMAT);
	assert_int_equal(check_with(6, 1, 3), -DV_E_FORMAT);	/* format */
	assert_int_equal(check_with(7, 1, 1), -DV_E_FORMAT);
	assert_int_equal(check_with(8, 4, 2), -DV_E_FORMAT);	/* counts */
	assert_int_equal(check_with(8, 4, UINT32_MAX), -DV_E_FORMAT);
	assert_int_equal(check_with(12, 4, UINT32_MAX), -DV_E_FORMAT);
	assert_int_equal(check_with(16, 8, 8), -DV_E_FORMAT);	/* end */
	assert_int_equal(check_with(16, 8, UINT64_MAX), -DV_E_FORMAT);
	assert_int_equal(check_with(24, 4, 1), -DV_E_FORMAT);	/* fan-out */
	assert_int_equal(check_with(24 + 1020, 4, 2), -DV_E_FORMAT);
	assert_int_equal(check_with(24 + 1020, 4, 4), -DV_E_FORMAT);
	assert_int_equal(check_with(IDS, 1, 0xff), -DV_E_FORMAT); /* order */

	assert_int_equal(check_with(OBJECTS, 4, 3), -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 4, 4, 2001), -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 4, 4, UINT32_MAX),
			 -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 8, 4, UINT32_MAX),
			 -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 12, 1, 0), -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 12, 1, 3), -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 13, 1, 1), -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 16, 8, 1 << 20), -DV_E_FORMAT);
	assert_int_equal(check_with(OBJECTS + 16, 8, UINT64_MAX),
			 -DV_E_FORMAT);

	assert_int_equal(check_with(BLOCKS, 8, 0), -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS, 8, 9), -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS, 8, UINT64_MAX), -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS + 8, 4, 5), -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS + 8, 4, UINT32_MAX),
			 -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS + 12, 4, 7), -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS + 12, 4, (1 << 20) + 1),
			 -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS + 16, 8, 7), -DV_E_DIGEST);
	assert_int_equal(check_with(BLOCKS + 24, 1, 2), -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS + 25, 1, 1), -DV_E_FORMAT);
	assert_int_equal(check_with(BLOCKS + 28, 4, 1), -DV_E_FORMAT);
}

/* Look-ups in an index that was opened and never checked read nothing
 * outside of it, whatever it says (ASan watches). */
static void look_ups_in_a_lying_index_stay_inside(void **state)
{
	struct maker m;
	uint64_t r = 1;

	(void)state;
	small_pack(&m);
	for (int round = 0; round < 20000; round++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_pack_object o;
		struct dv_pack_block b;
		struct dv_packidx x;
		struct dv_digest id;
		struct dv_pack pack;
		uint8_t *p;
		uint32_t at;

		assert_int_equal(dv_pack_open(&pack, m.bytes.data,
					      m.bytes.len, &err), 0);
		p = dv_malloc(pack.idx.len);
		memcpy(p, pack.idx.p, pack.idx.len);
		for (int k = 0; k < 4; k++) {
			r = r * 6364136223846793005u + 1442695040888963407u;
			p[24 + (r >> 33) % (pack.idx.len - 24)] =
				(uint8_t)(r >> 25);
		}
		dv_digest_of(&id, DV_ALGO_XXH128, &r, sizeof(r));
		assert_int_equal(dv_packidx_open(&x, p, pack.idx.len, &err),
				 0);
		dv_packidx_find(&x, &id, &at);
		for (uint32_t i = 0; i < x.n; i++)
			if (!dv_packidx_object(&x, i, &o, &err))
				assert_true(o.block < x.m);
		for (uint32_t i = 0; i < x.m; i++)
			if (!dv_packidx_block(&x, i, &b, &err))
				assert_true(b.offset + b.stored <= x.end);
		free(p);
	}
	dv_buf_release(&m.bytes);
}

/* What the writer takes as checksum without computing it. */
static void xxh3_64_is_the_low_half_of_xxh3_128(void **state)
{
	static const size_t sizes[] = { 241, 1000, 4096, 65537, 1 << 20 };
	uint8_t *p = dv_malloc(1 << 20);

	(void)state;
	for (size_t i = 0; i < 1 << 20; i++)
		p[i] = (uint8_t)(i * i >> 7);
	for (size_t i = 0; i < 5; i++) {
		struct dv_digest id;

		dv_digest_of(&id, DV_ALGO_XXH128, p, sizes[i]);
		assert_true(dv_get_be64(id.b + 8) == dv_hash64(p, sizes[i]));
	}
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pages_example_is_written),
		cmocka_unit_test(what_was_added_is_found_and_nothing_else),
		cmocka_unit_test(ids_that_are_not_spread_are_found),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_flipped_bit_is_found),
		cmocka_unit_test(bytes_before_and_behind_are_refused),
		cmocka_unit_test(lies_with_a_fitting_checksum_are_refused),
		cmocka_unit_test(look_ups_in_a_lying_index_stay_inside),
		cmocka_unit_test(xxh3_64_is_the_low_half_of_xxh3_128),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
