/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/chunk.h"

#define MIB ((size_t)1 << 20)

/* The outputs of SplitMix64 from that state on, little-endian. */
static uint8_t *noise(size_t n, uint64_t state)
{
	uint8_t *p = dv_malloc(n + 8);

	for (size_t i = 0; i < n; i += 8) {
		uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		z ^= z >> 31;
		for (int k = 0; k < 8; k++)
			p[i + (size_t)k] = (uint8_t)(z >> (8 * k));
	}
	return p;
}

/* Lengths of all chunks; returns how many. */
static size_t cut(const uint8_t *p, size_t n, size_t *out)
{
	struct dv_chunker c;
	size_t count = 0, len;

	dv_chunker_init(&c);
	while ((len = dv_chunker_next(&c, p, n, true)) > 0) {
		out[count++] = len;
		p += len;
		n -= len;
	}
	assert_int_equal(n, 0);
	return count;
}

static void table_is_what_the_page_says(void **state)
{
	struct dv_chunker c;

	(void)state;
	dv_chunker_init(&c);
	assert_true(c.gear[0] == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(c.gear[1] == UINT64_C(0x6e789e6aa1b965f4));
	assert_true(c.gear[255] == UINT64_C(0x5a5832bb47bcf19e));
}

/* The vectors of dv-format-recipe(5). */
static void cuts_are_what_the_page_says(void **state)
{
	static const size_t expected[] = {
		363938, 158742, 297275, 284339, 332495, 312084, 231547,
		346797, 387497, 199525, 279831, 182703, 273475, 297928,
		246128,
	};
	uint8_t *p = noise(4 * MIB, 1);
	size_t lengths[64];

	(void)state;
	assert_int_equal(cut(p, 4 * MIB, lengths),
			 sizeof(expected) / sizeof(*expected));
	assert_memory_equal(lengths, expected, sizeof(expected));
	free(p);
}

static void equal_bytes_are_cut_at_the_maximum(void **state)
{
	size_t lengths[64], n;
	uint8_t *p = dv_calloc(1, 3 * MIB + 5);

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		memset(p, byte, 3 * MIB + 5);
		n = cut(p, 3 * MIB + 5, lengths);
		assert_int_equal(n, 4);
		assert_int_equal(lengths[0], DV_CHUNK_MAX);
		assert_int_equal(lengths[3], 5);
	}
	free(p);
}

static void lengths_are_within_their_bounds(void **state)
{
	size_t n = 32 * MIB, lengths[512], count;
	uint8_t *p = noise(n, 2);

	(void)state;
	count = cut(p, n, lengths);
	for (size_t i = 0; i + 1 < count; i++) {
		assert_true(lengths[i] >= DV_CHUNK_MIN);
		assert_true(lengths[i] <= DV_CHUNK_MAX);
	}
	assert_in_range(n / count, 230 << 10, 310 << 10);
	free(p);
}

static void a_short_object_is_one_chunk(void **state)
{
	uint8_t *p = noise(DV_CHUNK_MIN, 3);
	size_t lengths[2];

	(void)state;
	assert_int_equal(cut(p, 0, lengths), 0);
	assert_int_equal(cut(p, 1, lengths), 1);
	assert_int_equal(cut(p, DV_CHUNK_MIN, lengths), 1);
	free(p);
}

/* Given less than all, the answer is "more", or the one for all. */
static void a_beginning_is_cut_as_the_whole_or_not_yet(void **state)
{
	struct dv_chunker c;
	uint8_t *p = noise(2 * MIB, 4);
	size_t whole;

	(void)state;
	dv_chunker_init(&c);
	whole = dv_chunker_next(&c, p, 2 * MIB, true);
	for (size_t n = 0; n < 2 * MIB; n += 4093) {
		size_t got = dv_chunker_next(&c, p, n, false);

		assert_true(got == 0 || got == whole);
		if (n >= DV_CHUNK_MAX || n > whole)
			assert_int_equal(got, whole);
	}
	assert_int_equal(dv_chunker_next(&c, p, whole, false), whole);
	assert_int_equal(dv_chunker_next(&c, p, whole - 1, false), 0);
	free(p);
}

/*
 * Nor is there a cut at the last of some bytes for their being the last:
 * tried where the easy bound would have one and the hard one has not.
 */
static void where_a_read_ends_makes_no_cut(void **state)
{
	const size_t n = DV_CHUNK_NORMAL - 1;
	struct dv_chunker c;
	int tried = 0;

	(void)state;
	dv_chunker_init(&c);
	for (uint64_t seed = 7; seed < 17; seed++) {
		uint8_t *p = noise(n, seed);
		uint64_t h = 0;

		for (size_t i = 0; i < n; i++) {
			h = (h << 1) + c.gear[p[i]];
			if (i < DV_CHUNK_MIN || h >> 48)
				continue;
			if (!(h >> 46))
				break;
			assert_int_equal(dv_chunker_next(&c, p, i + 1,
							 false), 0);
			tried++;
		}
		free(p);
	}
	assert_true(tried > 2);
}

/* After an insertion at the start all cuts but the first few move with
 * the content. */
static void an_insertion_moves_only_the_cuts_near_it(void **state)
{
	size_t n = 16 * MIB, a[256], b[256], na, nb;
	uint8_t *p = noise(n, 5);
	uint8_t *q = dv_malloc(n + 100);

	(void)state;
	memset(q, 'x', 100);
	memcpy(q + 100, p, n);
	na = cut(p, n, a);
	nb = cut(q, n + 100, b);
	assert_true(na > 20);
	for (size_t i = 1; i <= 20; i++)
		assert_int_equal(a[na - i], b[nb - i]);
	free(p);
	free(q);
}

/* A chunk of maximal length, alone, is one chunk again. */
static void a_chunk_alone_is_not_cut_again(void **state)
{
	size_t n = 16 * MIB, lengths[256], again[256], count, at = 0;
	uint8_t *p = noise(n, 6);

	(void)state;
	memset(p + 5 * MIB, 0, 4 * MIB);
	count = cut(p, n, lengths);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(cut(p + at, lengths[i], again), 1);
		at += lengths[i];
	}
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_what_the_page_says),
		cmocka_unit_test(cuts_are_what_the_page_says),
		cmocka_unit_test(equal_bytes_are_cut_at_the_maximum),
		cmocka_unit_test(lengths_are_within_their_bounds),
		cmocka_unit_test(a_short_object_is_one_chunk),
		cmocka_unit_test(a_beginning_is_cut_as_the_whole_or_not_yet),
		cmocka_unit_test(where_a_read_ends_makes_no_cut),
		cmocka_unit_test(an_insertion_moves_only_the_cuts_near_it),
		cmocka_unit_test(a_chunk_alone_is_not_cut_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
