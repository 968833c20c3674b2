/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/json.h"

/* What text says, written again. */
static void check(const char *text, const char *expect)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v, again;

	if (dv_json_parse(&v, text, strlen(text), "x.json", &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	dv_json_write(&out, &v);
	assert_string_equal(dv_buf_cstr(&out), expect);

	/* And what is written says the same. */
	assert_int_equal(dv_json_parse(&again, out.data, out.len, "again",
				       &err), 0);
	assert_true(dv_value_eq(&v, &again));
	dv_value_release(&again);
	dv_value_release(&v);
	dv_buf_release(&out);
}

static void refuse_n(const char *text, size_t n, int code, const char *msg)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v = DV_VALUE_INIT;

	if (dv_json_parse(&v, text, n, "x.json", &err) != -code)
		fail_msg("%s: %d %s", text, err.code, err.msg);
	assert_int_equal(v.type, DV_VALUE_NULL);
	assert_string_equal(err.msg, msg);
}

static void refuse(const char *text, int code, const char *msg)
{
	refuse_n(text, strlen(text), code, msg);
}

static void values_of_every_type(void **state)
{
	(void)state;
	check("null", "null");
	check(" [ true , false ] ", "[true,false]");
	check("{\"b\":1,\"a\":{}}", "{\"b\":1,\"a\":{}}");
	check("\"\"", "\"\"");
	check("\xef\xbb\xbf{}", "{}");
}

static void reals_stay_reals_and_integers_integers(void **state)
{
	(void)state;
	check("[1, 1.0, -0, -0.0, 1e2, 1e21, 1E-7]",
	      "[1,1.0,0,-0.0,100.0,1e+21,1e-7]");
	check("[1.12345678901234567890123]", "[1.1234567890123457]");
}

static void integers_keep_their_digits(void **state)
{
	(void)state;
	check("[9223372036854775807,-9223372036854775808]",
	      "[9223372036854775807,-9223372036854775808]");
	check("123456789012345678901234567890",
	      "123456789012345678901234567890");
	check("{\"a\":-99999999999999999999}",
	      "{\"a\":-99999999999999999999}");
}

/* The marks that long integers travel under are data elsewhere. */
static void strings_are_never_taken_for_marks(void **state)
{
	(void)state;
	check("[\"\\u0001i55\",\"\\u0001\",\"\\u00010\",\"\\\\u00011\"]",
	      "[\"\\u0001i55\",\"\\u0001\",\"\\u00010\",\"\\\\u00011\"]");
	check("{\"\\u0001i55\":\"1234567890123456789012345\"}",
	      "{\"\\u0001i55\":\"1234567890123456789012345\"}");
}

static void nul_is_a_character(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	const char *text = "{\"a\\u0000b\":\"\\u0000\"}";
	struct dv_value v;

	(void)state;
	check(text, text);
	assert_int_equal(dv_json_parse(&v, text, strlen(text), "x", &err), 0);
	assert_int_equal(dv_value_get(&v, "a\0b", 3)->u.str.n, 1);
	dv_value_release(&v);
}

static void escapes_are_the_shortest(void **state)
{
	(void)state;
	check("\"\\b\\t\\n\\u000b\\f\\r\\u001f\\u007f\\/\\\"\\\\\\u00e9\"",
	      "\"\\b\\t\\n\\u000b\\f\\r\\u001f\x7f/\\\"\\\\\xc3\xa9\"");
	check("\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"");
}

static void plain_is_written_as_a_map(void **state)
{
	struct dv_value v = dv_value_plain("no", 2);
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	dv_json_write(&out, &v);
	assert_string_equal(dv_buf_cstr(&out), "{\"!plain\":\"no\"}");
	dv_buf_release(&out);
	dv_value_release(&v);
}

static void faults_are_named_with_line_and_column(void **state)
{
	(void)state;
	refuse("{\"a\":1,\n \"b\":2, \"a\":3}", DV_E_EXISTS,
	       "'x.json', line 2, column 9: key \"a\" is there twice");
	refuse("{\"\\u0061\":1,\"a\":2}", DV_E_EXISTS,
	       "'x.json', line 1, column 13: key \"a\" is there twice");
	refuse("{\"\\\"\":1,\"\\\"\":2}", DV_E_EXISTS,
	       "'x.json', line 1, column 9: key \"\\\"\" is there twice");
	refuse("{\"\\u0000\\\\\":1,\"\\u0000\\\\\":2}", DV_E_EXISTS, "'x.json', "
	       "line 1, column 15: key \"\\u0000\\\\\" is there twice");
	refuse("[1,\n\n  ?]", DV_E_FORMAT,
	       "'x.json', line 3, column 3: invalid token");
	refuse("[12345678901234567890,\"\\u0000\\u0001\",\"\xc3\xa9\",?]",
	       DV_E_FORMAT, "'x.json', line 1, column 42: invalid token");
	refuse("", DV_E_FORMAT,
	       "'x.json', line 1, column 1: the text ends too early");
	refuse("[1e999]", DV_E_LIMIT,
	       "'x.json', line 1, column 6: the number is too large");
	refuse("[1] 2", DV_E_FORMAT,
	       "'x.json', line 1, column 5: end of file expected");
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const bad[] = {
		"[1,]", "{\"a\"}", "{a:1}", "[01]", "[+1]", "[.5]", "[1.]",
		"[1e]", "[--1]", "[NaN]", "[Infinity]", "'a'", "\"a", "[",
		"\"\t\"", "\"\\x41\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
		"\"\xff\"", "\"\xed\xa0\x80\"", "\"\xc0\x80\"", "[1 2]",
		"[12345678901234567890abc]", "[-]", "[0123456789012345678901]",
		"{12345678901234567890 :1}", "[12345678901234567890-5]", "#",
		"[1]//", "\"\\u00\"", "\"\\", "\"\\u000", "\xef\xbb\xbf",
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!dv_json_parse(&v, bad[i], strlen(bad[i]), "x", &err))
			fail_msg("'%s' was accepted", bad[i]);
	refuse_n("[1]\0", 4, DV_E_FORMAT,
		 "'x.json', line 1, column 4: end of file expected");
}

static void depth_has_a_limit(void **state)
{
	char text[2 * DV_VALUE_DEPTH_MAX + 2];
	size_t n = DV_VALUE_DEPTH_MAX;
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;

	(void)state;
	memset(text, '[', n);
	memset(text + n, ']', n);
	assert_int_equal(dv_json_parse(&v, text, 2 * n, "x", &err), 0);
	dv_value_release(&v);
	memset(text, '[', n + 1);
	memset(text + n + 1, ']', n + 1);
	refuse_n(text, 2 * n + 2, DV_E_LIMIT,
		 "'x.json', line 1, column 257: nested too deeply");
}

static void no_beginning_of_a_text_is_accepted(void **state)
{
	static const char whole[] =
		"{\"a\":[1,-2.5e3,12345678901234567890,\"\\u0000\\ud83d"
		"\\ude00\xc3\xa9\",null,true,{\"b\\u0001\":{}}]}";
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *cut = dv_malloc(n + 1);

		memcpy(cut, whole, n);
		assert_true(dv_json_parse(&v, cut, n, "x", &err) < 0);
		free(cut);
	}
}

/* Where a key begins is looked for from its end. */
static void a_long_key_that_comes_twice_takes_no_time(void **state)
{
	const size_t n = 1 << 20;
	struct dv_value v = DV_VALUE_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		dv_buf_str(&text, i ? "1,\"" : "{\"");
		memset(dv_buf_reserve(&text, n), '\\', n);
		dv_buf_setlen(&text, text.len + n);
		dv_buf_str(&text, "\":");
	}
	dv_buf_str(&text, "2}");
	alarm(60);
	assert_int_equal(dv_json_parse(&v, text.data, text.len, "x.json",
				       &err), -DV_E_EXISTS);
	alarm(0);
	dv_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_every_type),
		cmocka_unit_test(reals_stay_reals_and_integers_integers),
		cmocka_unit_test(integers_keep_their_digits),
		cmocka_unit_test(strings_are_never_taken_for_marks),
		cmocka_unit_test(nul_is_a_character),
		cmocka_unit_test(escapes_are_the_shortest),
		cmocka_unit_test(plain_is_written_as_a_map),
		cmocka_unit_test(faults_are_named_with_line_and_column),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(no_beginning_of_a_text_is_accepted),
		cmocka_unit_test(a_long_key_that_comes_twice_takes_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
