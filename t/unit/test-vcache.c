/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/vcache.h"

static const uint8_t key[DV_VCACHE_KEY] = "fifteen letters";

#define ROWS 5

static struct dv_vcache_row row(const char *dataset, const char *id,
				int64_t time, const char *record)
{
	struct dv_vcache_row r = {
		.dataset = dataset, .id = id, .time = time, .record = record,
		.record_len = strlen(record)
	};

	dv_digest_of(&r.manifest, DV_ALGO_XXH128, id, strlen(id));
	return r;
}

static void make(struct dv_buf *out)
{
	struct dv_vcache_row rows[ROWS] = {
		row("a", "bbbbbbbbbb-11111111-22222222", 30, "record one"),
		row("a", "aaaaaaaaaa-11111111-22222222", 20, "record two"),
		row("a", "aaaaaaaaaa-dirty-11111111-22222222", 20, ""),
		row("b/c", "aaaaaaaaaa-11111111-22222222", 40, "x"),
		row("\xff", "0000000000-11111111-22222222", -1, "last"),
	};

	strcpy(rows[0].tag, "055beaf1ac80a45d36bb54659d779de358df9e43");
	dv_vcache_encode(out, DV_ALGO_XXH128, key, 1234567890123456789, rows,
			 ROWS);
}

static void what_is_read_is_what_was_written(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf buf = DV_BUF_INIT;
	struct dv_vcache_row r;
	struct dv_vcache c;
	size_t first, n, k;

	(void)state;
	make(&buf);
	assert_int_equal(dv_vcache_decode(&c, buf.data, buf.len, &err), 0);
	assert_int_equal(c.algo, DV_ALGO_XXH128);
	assert_memory_equal(c.key, key, sizeof(key));
	assert_int_equal(c.stamp, 1234567890123456789);
	assert_int_equal(c.n, ROWS);
	assert_int_equal(c.n_datasets, 3);

	assert_int_equal(dv_vcache_find_dataset(&c, "a"), 0);
	assert_int_equal(dv_vcache_find_dataset(&c, "b/c"), 1);
	assert_int_equal(dv_vcache_find_dataset(&c, "\xff"), 2);
	assert_int_equal(dv_vcache_find_dataset(&c, "b"), -1);
	assert_int_equal(dv_vcache_find_dataset(&c, ""), -1);
	assert_string_equal(dv_vcache_dataset(&c, 0, &first, &n), "a");
	assert_int_equal(first, 0);
	assert_int_equal(n, 3);

	dv_vcache_get(&c, 0, &r);
	assert_string_equal(r.id, "bbbbbbbbbb-11111111-22222222");
	assert_string_equal(r.tag, "055beaf1ac80a45d36bb54659d779de358df9e43");
	assert_int_equal(r.time, 30);
	dv_vcache_get(&c, 4, &r);
	assert_string_equal(r.tag, "");
	assert_int_equal(r.time, -1);
	assert_memory_equal(dv_vcache_record(&c, 0, &n), "record one", 10);
	assert_int_equal(n, 10);
	assert_non_null(dv_vcache_record(&c, 2, &n));
	assert_int_equal(n, 0);

	assert_int_equal(dv_vcache_match(&c, 0, 3, "aaaaaaaaaa", &k), 2);
	assert_int_equal(k, 0);
	assert_int_equal(dv_vcache_match(&c, 0, 3, "aaaaaaaaaa-d", &k), 1);
	assert_int_equal(dv_vcache_by_id(&c, 0, k), 2);
	assert_int_equal(dv_vcache_match(&c, 0, 3, "b", &k), 1);
	assert_int_equal(dv_vcache_by_id(&c, 0, k), 0);
	assert_int_equal(dv_vcache_match(&c, 0, 3, "c", &k), 0);
	assert_int_equal(dv_vcache_match(&c, 0, 3, "", &k), 3);
	dv_buf_release(&buf);
}

static void an_empty_one_is_one(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf buf = DV_BUF_INIT;
	struct dv_vcache c;

	(void)state;
	dv_vcache_encode(&buf, DV_ALGO_SHA256, key, 0, NULL, 0);
	assert_int_equal(buf.len, DV_VCACHE_HEADER);
	assert_int_equal(dv_vcache_decode(&c, buf.data, buf.len, &err), 0);
	assert_int_equal(c.n, 0);
	assert_int_equal(dv_vcache_find_dataset(&c, "a"), -1);
	dv_buf_release(&buf);
}

static void no_cut_is_taken(void **state)
{
	struct dv_buf buf = DV_BUF_INIT;

	(void)state;
	make(&buf);
	for (size_t n = 0; n < buf.len; n++) {
		struct dv_err err = DV_ERR_INIT;
		uint8_t *copy = dv_malloc(n);
		struct dv_vcache c;

		memcpy(copy, buf.data, n);
		assert_true(dv_vcache_decode(&c, copy, n, &err) < 0);
		free(copy);
	}
	dv_buf_release(&buf);
}

/* A bit of the tables is noticed at once, one of a record when it is read. */
static void no_flipped_bit_is_overlooked(void **state)
{
	struct dv_buf buf = DV_BUF_INIT;
	size_t records;

	(void)state;
	make(&buf);
	records = (size_t)dv_get_be64(buf.data + 48);
	for (size_t bit = 0; bit < 8 * buf.len; bit++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_vcache c;
		size_t n, lost = 0;
		int rc;

		/* key, stamp: what they say is for the caller to judge */
		if (bit / 8 >= 16 && bit / 8 < 40)
			continue;
		/* another object format, which the caller compares */
		if (bit / 8 == 5)
			continue;
		buf.data[bit / 8] ^= (char)(1 << bit % 8);
		rc = dv_vcache_decode(&c, buf.data, buf.len, &err);
		if (bit / 8 < records) {
			assert_true(rc < 0);
		} else {
			assert_int_equal(rc, 0);
			for (size_t i = 0; i < c.n; i++)
				lost += !dv_vcache_record(&c, i, &n);
			assert_int_equal(lost, 1);
		}
		buf.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	dv_buf_release(&buf);
}

/* With its check made right again, as one would who means harm. */
static int decode_again(struct dv_buf *buf, struct dv_vcache *c)
{
	struct dv_err err = DV_ERR_INIT;
	size_t records = (size_t)dv_get_be64(buf->data + 48);

	dv_put_be64(buf->data + 56, dv_hash64(buf->data + 64, records - 64));
	return dv_vcache_decode(c, buf->data, buf->len, &err);
}

static void damage_behind_a_right_check_is_found(void **state)
{
	enum { SETS = 64, ROW = SETS + 3 * 16, ORDER = ROW + ROWS * 128,
	       NAMES = ORDER + ROWS * 4 };
	static const struct {
		size_t at;
		uint8_t value;
	} edits[] = {
		{ 43, 4 }, { 43, 2 }, { 47, 6 }, { 47, 4 },
		{ SETS + 3, 1 }, { SETS + 7, 2 }, { SETS + 4, 0xff },
		{ SETS + 11, 1 }, { SETS + 15, 0 }, { SETS + 15, 4 },
		{ SETS + 12, 0xff },
		{ ROW, 0x80 },			/* time: before the next */
		{ ROW + 8 + 20, 1 },		/* manifest: behind 16 bytes */
		{ ROW + 60, 0xff },		/* length of the record */
		{ ROW + 64, 'g' }, { ROW + 64 + 39, 1 },
		{ ROW + 104, 0xff },		/* offset of the record */
		{ ROW + 120, 1 },
		{ ORDER + 3, 0 }, { ORDER + 3, 4 }, { ORDER, 0xff },
		{ ORDER + 7, 1 },
		{ NAMES, 'c' }, { NAMES + 1, 'a' }, { NAMES, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
		struct dv_buf buf = DV_BUF_INIT;
		struct dv_vcache c;

		make(&buf);
		assert_int_equal(decode_again(&buf, &c), 0);
		assert_true((uint8_t)buf.data[edits[i].at] != edits[i].value);
		buf.data[edits[i].at] = (char)edits[i].value;
		if (!decode_again(&buf, &c))
			fail_msg("edit %zu at %zu", i, edits[i].at);
		dv_buf_release(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(an_empty_one_is_one),
		cmocka_unit_test(no_cut_is_taken),
		cmocka_unit_test(no_flipped_bit_is_overlooked),
		cmocka_unit_test(damage_behind_a_right_check_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
