/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/buf.h"
#include "base/hex.h"
#include "format/json.h"
#include "format/mp.h"
#include "format/mpvalue.h"

/* Bytes of hex with blanks in it. */
static size_t from_hex(uint8_t *out, const char *hex)
{
	size_t n = 0;

	for (; *hex; hex += 2) {
		while (*hex == ' ')
			hex++;
		if (!*hex)
			break;
		assert_int_equal(dv_hex_parse(out + n++, hex, 1), 0);
	}
	return n;
}

static bool accepts(const uint8_t *p, size_t n)
{
	/* In memory of exactly n bytes: sanitizers see what is read. */
	uint8_t *copy = dv_malloc(n);
	struct dv_mp in;
	bool ok;

	memcpy(copy, p, n);
	dv_mp_init(&in, copy, n);
	ok = dv_mp_skip(&in) && dv_mp_at_end(&in);
	free(copy);
	return ok;
}

static const struct {
	const char *hex, *json;
} good[] = {
	{ "c0", "null" },
	{ "c2", "false" },
	{ "c3", "true" },
	{ "00", "0" },
	{ "7f", "127" },
	{ "cc 80", "128" },
	{ "cc ff", "255" },
	{ "cd 01 00", "256" },
	{ "cd ff ff", "65535" },
	{ "ce 00 01 00 00", "65536" },
	{ "ce ff ff ff ff", "4294967295" },
	{ "cf 00 00 00 01 00 00 00 00", "4294967296" },
	{ "cf ff ff ff ff ff ff ff ff", "18446744073709551615" },
	{ "ff", "-1" },
	{ "e0", "-32" },
	{ "d0 df", "-33" },
	{ "d0 80", "-128" },
	{ "d1 ff 7f", "-129" },
	{ "d1 80 00", "-32768" },
	{ "d2 ff ff 7f ff", "-32769" },
	{ "d2 80 00 00 00", "-2147483648" },
	{ "d3 ff ff ff ff 7f ff ff ff", "-2147483649" },
	{ "d3 80 00 00 00 00 00 00 00", "-9223372036854775808" },
	{ "c7 14 01 31 38 34 34 36 37 34 34 30 37 33 37 30 39 35 35 31 36 31 36",
	  "18446744073709551616" },
	{ "c7 14 01 2d 39 32 32 33 33 37 32 30 33 36 38 35 34 37 37 35 38 30 39",
	  "-9223372036854775809" },
	{ "cb 3f f0 00 00 00 00 00 00", "1.0" },
	{ "cb 3f f8 00 00 00 00 00 00", "1.5" },
	{ "a0", "\"\"" },
	{ "a1 61", "\"a\"" },
	{ "a3 e2 82 ac", "\"\xe2\x82\xac\"" },
	{ "90", "[]" },
	{ "92 01 02", "[1,2]" },
	{ "80", "{}" },
	{ "82 a1 61 01 a2 61 61 02", "{\"a\":1,\"aa\":2}" },
	{ "81 a0 c0", "{\"\":null}" },
};

static void values_have_one_encoding(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t n = from_hex(bytes, good[i].hex);
		const char *json = good[i].json;
		struct dv_value v;

		assert_int_equal(dv_json_parse(&v, json, strlen(json), "test",
					       &err), 0);
		dv_buf_reset(&out);
		assert_int_equal(dv_mpvalue_encode(&out, &v, &err), 0);
		dv_value_release(&v);
		assert_int_equal(out.len, n);
		assert_memory_equal(out.data, bytes, n);

		assert_true(accepts(bytes, n));
		dv_buf_reset(&out);
		assert_int_equal(dv_mpvalue_write_json(&out, bytes, n, &err),
				 0);
		assert_string_equal(dv_buf_cstr(&out), json);
	}
	dv_buf_release(&out);
}

static void no_other_encoding_is_taken(void **state)
{
	static const char *const bad[] = {
		"",
		"c1",				/* never used */
		"c4 01 61",			/* bin in a value */
		"cc 7f", "cd 00 ff", "ce 00 00 ff ff",
		"cf 00 00 00 00 ff ff ff ff",	/* fit into less */
		"d0 05", "d0 ff", "d0 e0",	/* not negative; fits */
		"d1 ff 80", "d2 ff ff 80 00",
		"d3 ff ff ff ff 80 00 00 00",
		"d3 00 00 00 00 00 00 00 01",
		"ca 3f 80 00 00",		/* float32 */
		"cb 7f f0 00 00 00 00 00 00",	/* infinity */
		"cb ff f0 00 00 00 00 00 00",
		"cb 7f f8 00 00 00 00 00 00",	/* NaN */
		"d9 01 61", "da 00 01 61",	/* long form of a string */
		"a1 ff", "a2 c0 80", "a3 ed a0 80",	/* not UTF-8 */
		"dc 00 01 c0", "dd 00 00 00 01 c0",
		"de 00 01 a0 c0", "df 00 00 00 01 a0 c0",
		"81 01 01",			/* key that is no string */
		"82 a1 61 01 a1 61 01",		/* key twice */
		"82 a1 62 01 a1 61 01",		/* keys not ascending */
		"82 a2 61 61 01 a1 61 02",
		"d4 01 31", "c7 01 02 31",	/* ext of another kind */
		"c7 01 01 31",			/* it fits into an integer */
		"c7 14 01 31 38 34 34 36 37 34 34 30 37 33 37 30 39 35 35 31 36 31 35",
		"c7 15 01 30 31 38 34 34 36 37 34 34 30 37 33 37 30 39 35 35 31 36 31 36",
		"c7 14 01 31 38 34 34 36 37 34 34 30 37 33 37 30 39 35 35 31 36 31 78",
		"c8 00 14 01 31 38 34 34 36 37 34 34 30 37 33 37 30 39 35 35 31 36 31 36",
		"c0 c0",			/* bytes left over */
		"dd ff ff ff ff", "df ff ff ff ff",	/* absurd lengths */
		"db ff ff ff ff 61", "c9 ff ff ff ff 01 31",
	};
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n = from_hex(bytes, bad[i]);

		if (accepts(bytes, n))
			fail_msg("accepted: %s", bad[i]);
	}
}

static void a_value_cut_short_is_refused(void **state)
{
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t n = from_hex(bytes, good[i].hex);

		for (size_t cut = 0; cut < n; cut++)
			assert_false(accepts(bytes, cut));
	}
}

/* Whatever is accepted is what would be written. */
static void check_canonical(const uint8_t *bytes, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v;

	if (!accepts(bytes, n))
		return;
	assert_int_equal(dv_mpvalue_decode(&v, bytes, n, &err), 0);
	assert_int_equal(dv_mpvalue_encode(&out, &v, &err), 0);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.data, bytes, n);
	dv_value_release(&v);
	dv_buf_release(&out);
}

static void what_is_accepted_is_what_would_be_written(void **state)
{
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t n = from_hex(bytes, good[i].hex);

		for (size_t bit = 0; bit < 8 * n; bit++) {
			bytes[bit / 8] ^= 1u << bit % 8;
			check_canonical(bytes, n);
			bytes[bit / 8] ^= 1u << bit % 8;
		}
	}
	/* All of two bytes, all first bytes before some zeros. */
	for (unsigned u = 0; u < 65536; u++) {
		bytes[0] = u >> 8;
		bytes[1] = u & 255;
		for (size_t n = 2; n < 12; n++) {
			bytes[n] = 0;
			check_canonical(bytes, n);
		}
	}
}

static void lengths_take_their_shortest_form(void **state)
{
	static const size_t at[] = { 15, 16, 31, 32, 255, 256, 65535, 65536 };
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		char *text = dv_malloc(at[i]);
		const uint8_t *p;
		const char *s;
		struct dv_mp in;
		size_t n;

		memset(text, 'x', at[i]);
		dv_buf_reset(&out);
		dv_mp_write_str(&out, text, at[i]);
		assert_true(accepts((uint8_t *)out.data, out.len));
		dv_mp_init(&in, out.data, out.len);
		assert_true(dv_mp_read_str(&in, &s, &n));
		assert_int_equal(n, at[i]);

		dv_buf_reset(&out);
		dv_mp_write_bin(&out, text, at[i]);
		dv_mp_init(&in, out.data, out.len);
		assert_true(dv_mp_read_bin(&in, &p, &n));
		assert_int_equal(n, at[i]);

		dv_buf_reset(&out);
		dv_mp_write_array(&out, at[i]);
		for (size_t k = 0; k < at[i]; k++)
			dv_mp_write_nil(&out);
		assert_true(accepts((uint8_t *)out.data, out.len));
		free(text);
	}
	dv_buf_release(&out);
}

static void nesting_is_bounded(void **state)
{
	uint8_t bytes[DV_MP_DEPTH_MAX + 2];

	(void)state;
	memset(bytes, 0x91, sizeof(bytes));
	bytes[DV_MP_DEPTH_MAX] = 0xc0;
	assert_true(accepts(bytes, DV_MP_DEPTH_MAX + 1));
	bytes[DV_MP_DEPTH_MAX] = 0x91;
	bytes[DV_MP_DEPTH_MAX + 1] = 0xc0;
	assert_false(accepts(bytes, sizeof(bytes)));
}

static void failures_name_the_byte(void **state)
{
	const uint8_t bytes[] = { 0x92, 0x01, 0xcc, 0x01 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_mp in;

	(void)state;
	dv_mp_init(&in, bytes, sizeof(bytes));
	assert_false(dv_mp_skip(&in));
	assert_int_equal(dv_mp_fail(&in, &err), -DV_E_FORMAT);
	assert_string_equal(err.msg, "byte 2: not the shortest encoding");
}

/* YAML text without a clear type keeps the form that JSON gives it. */
static void plain_text_becomes_its_json_form(void **state)
{
	struct dv_value v = dv_value_plain("no", 2);
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT, json = DV_BUF_INIT;

	(void)state;
	assert_int_equal(dv_mpvalue_encode(&out, &v, &err), 0);
	assert_int_equal(dv_mpvalue_write_json(&json, (uint8_t *)out.data,
					       out.len, &err), 0);
	assert_string_equal(dv_buf_cstr(&json), "{\"!plain\":\"no\"}");
	dv_value_release(&v);
	dv_buf_release(&out);
	dv_buf_release(&json);
}

static void keys_are_sorted_and_come_once(void **state)
{
	struct dv_value v = dv_value_map();
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	dv_value_add(&v, "b", 1);
	dv_value_add(&v, "a", 1);
	assert_int_equal(dv_mpvalue_encode(&out, &v, &err), 0);
	assert_int_equal(out.len, 7);
	assert_memory_equal(out.data, "\x82\xa1" "a\xc0\xa1" "b\xc0", 7);

	dv_value_add(&v, "a", 1);
	assert_int_equal(dv_mpvalue_encode(&out, &v, &err), -DV_E_INVALID);
	assert_string_equal(err.msg, "key 'a' comes twice");
	dv_value_release(&v);
	dv_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_one_encoding),
		cmocka_unit_test(no_other_encoding_is_taken),
		cmocka_unit_test(a_value_cut_short_is_refused),
		cmocka_unit_test(what_is_accepted_is_what_would_be_written),
		cmocka_unit_test(lengths_take_their_shortest_form),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(failures_name_the_byte),
		cmocka_unit_test(plain_text_becomes_its_json_form),
		cmocka_unit_test(keys_are_sorted_and_come_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
