/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/compress.h"
#include "base/parallel.h"

/* The frame of `printf 'aaaaaaaaaaaaaaaaaaaa' | zstd --no-check`. */
static const uint8_t golden[] = {
	0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x14, 0x45, 0x00, 0x00, 0x10, 0x61,
	0x61, 0x01, 0x00, 0x1e, 0xc0, 0x02,
};
#define GOLDEN_SIZE 20
#define GOLDEN_TEXT "aaaaaaaaaaaaaaaaaaaa"

static void fill(char *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		p[i] = (char)("abcdefgh"[seed >> 16 & 7]);
	}
}

static void comes_back_at_every_size_and_level(void **state)
{
	static const size_t sizes[] = { 0, 1, 17, 4096, 100000, 3000000 };
	static const int levels[] = { 1, 3, 9, 1 };
	char *p = dv_malloc(3000000);

	(void)state;
	fill(p, 3000000, 1);
	for (size_t i = 0; i < 4 * sizeof(sizes) / sizeof(*sizes); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf z = DV_BUF_INIT, b = DV_BUF_INIT;
		size_t n = sizes[i / 4];

		dv_buf_str(&z, "head");
		dv_buf_str(&b, "front");
		dv_compress(&z, p, n, levels[i % 4]);
		assert_memory_equal(z.data, "head", 4);
		if (n >= 4096)
			assert_true(z.len < n / 2);
		assert_int_equal(dv_decompress(&b, n, z.data + 4, z.len - 4,
					       &err), 0);
		assert_int_equal(b.len, 5 + n);
		assert_memory_equal(b.data, "front", 5);
		assert_memory_equal(b.data + 5, p, n);
		assert_int_equal(b.data[b.len], 0);
		dv_buf_release(&z);
		dv_buf_release(&b);
	}
	free(p);
}

static void reads_what_zstd_writes(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	assert_int_equal(dv_decompress(&b, GOLDEN_SIZE, golden,
				       sizeof(golden), &err), 0);
	assert_string_equal(b.data, GOLDEN_TEXT);
	dv_buf_release(&b);
}

static void refuse(const void *in, size_t n, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	char *copy = dv_malloc(n);

	memcpy(copy, in, n);
	dv_buf_str(&b, "kept");
	assert_int_equal(dv_decompress(&b, size, copy, n, &err),
			 -DV_E_FORMAT);
	assert_string_equal(b.data, "kept");
	dv_buf_release(&b);
	free(copy);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(golden); n++)
		refuse(golden, n, GOLDEN_SIZE);
}

/* Without a checksum a flip may go unseen, but only in the content. */
static void no_flipped_bit_gives_another_size(void **state)
{
	uint8_t in[sizeof(golden)];

	(void)state;
	for (size_t i = 0; i < 8 * sizeof(golden); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf b = DV_BUF_INIT;
		int rc;

		memcpy(in, golden, sizeof(in));
		in[i / 8] ^= (uint8_t)(1 << i % 8);
		rc = dv_decompress(&b, GOLDEN_SIZE, in, sizeof(in), &err);
		if (rc)
			assert_int_equal(rc, -DV_E_FORMAT);
		assert_int_equal(b.len, rc ? 0 : GOLDEN_SIZE);
		dv_buf_release(&b);
	}
}

static void size_and_end_must_be_as_told(void **state)
{
	static const uint8_t skippable[] = {
		0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2
	};
	uint8_t two[2 * sizeof(golden)];

	(void)state;
	refuse(golden, sizeof(golden), GOLDEN_SIZE - 1);
	refuse(golden, sizeof(golden), GOLDEN_SIZE + 1);
	refuse(golden, sizeof(golden), 0);
	refuse("not compressed at all", 21, 21);
	refuse(skippable, sizeof(skippable), 0);
	refuse(skippable, sizeof(skippable), 2);

	memcpy(two, golden, sizeof(golden));
	memcpy(two + sizeof(golden), golden, sizeof(golden));
	refuse(two, sizeof(golden) + 1, GOLDEN_SIZE);
	refuse(two, sizeof(two), GOLDEN_SIZE);
	refuse(two, sizeof(two), 2 * GOLDEN_SIZE);
	memcpy(two + sizeof(golden), skippable, sizeof(skippable));
	refuse(two, sizeof(golden) + sizeof(skippable), GOLDEN_SIZE);
}

static void max_counts_what_is_kept(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	char text[4096];
	struct dv_buf b;

	(void)state;
	memset(text, 'x', sizeof(text));
	dv_buf_init(&b, 100);
	dv_compress(&b, text, sizeof(text), 3);
	assert_false(b.overflow);
	assert_in_range(b.len, 1, 100);
	dv_buf_release(&b);

	dv_buf_init(&b, 5);
	dv_compress(&b, text, sizeof(text), 3);
	assert_true(b.overflow);
	assert_int_equal(b.len, 0);
	dv_buf_reset(&b);
	assert_int_equal(dv_decompress(&b, GOLDEN_SIZE, golden,
				       sizeof(golden), &err), -DV_E_LIMIT);
	dv_buf_release(&b);
}

static int there_and_back(void *arg, int w, size_t first, size_t n,
			  struct dv_err *err)
{
	struct dv_buf z = DV_BUF_INIT, b = DV_BUF_INIT;
	char text[5000];
	int rc;

	(void)arg;
	(void)w;
	(void)n;
	fill(text, sizeof(text), (unsigned)first);
	dv_compress(&z, text, sizeof(text), 1 + (int)(first % 5));
	rc = dv_decompress(&b, sizeof(text), z.data, z.len, err);
	if (!rc && memcmp(text, b.data, sizeof(text)))
		rc = dv_err_set(err, DV_E_DIGEST, "other bytes came back");
	dv_buf_release(&z);
	dv_buf_release(&b);
	return rc;
}

static void threads_do_not_meet(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_parallel_for(500, 1, 4, there_and_back, NULL,
					 &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_at_every_size_and_level),
		cmocka_unit_test(reads_what_zstd_writes),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(no_flipped_bit_gives_another_size),
		cmocka_unit_test(size_and_end_must_be_as_told),
		cmocka_unit_test(max_counts_what_is_kept),
		cmocka_unit_test(threads_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
