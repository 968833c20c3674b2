/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/buf.h"
#include "format/json.h"
#include "format/scalar.h"

static void check(const char *text, const char *expect)
{
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v;

	dv_scalar_parse(&v, text, strlen(text));
	dv_json_write(&out, &v);
	if (strcmp(dv_buf_cstr(&out), expect))
		fail_msg("'%s' is %s, not %s", text, out.data, expect);
	dv_value_release(&v);
	dv_buf_release(&out);
}

static void check_all(const char *const *words, enum dv_value_type type)
{
	for (; *words; words++) {
		struct dv_value v;

		dv_scalar_parse(&v, *words, strlen(*words));
		if (v.type != type)
			fail_msg("'%s' is of type %d", *words, (int)v.type);
		if (type == DV_VALUE_STR || type == DV_VALUE_PLAIN)
			assert_string_equal(v.u.str.s, *words);
		dv_value_release(&v);
	}
}

static void where_the_versions_agree_there_is_a_type(void **state)
{
	(void)state;
	check("", "null");
	check("~", "null");
	check("Null", "null");
	check("true", "true");
	check("TRUE", "true");
	check("False", "false");
	check("0", "0");
	check("-0", "0");
	check("+12", "12");
	check("-7", "-7");
	check("123456789012345678901", "123456789012345678901");
	check("1.5", "1.5");
	check("1.0", "1.0");
	check(".5", "0.5");
	check("-.5", "-0.5");
	check("5.", "5.0");
	check("007.5", "7.5");
	check("1.5e+3", "1500.0");
	check("1.5E-3", "0.0015");
	check("0x1F", "31");
	check("0x7fffffffffffffff", "9223372036854775807");
}

static void where_they_do_not_the_text_is_kept(void **state)
{
	static const char *const words[] = {
		"y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO",
		"on", "On", "ON", "off", "Off", "OFF", "=", "<<",
		"0755", "00", "-01", "+010", "089", "0_7",
		"0o755", "0b101", "-0b1_0", "+0x1F", "-0x1f", "0x1_F",
		"0x8000000000000000", "0xffffffffffffffffff",
		"1_000", "-1_000_000", "1_0.5", "1.5_0", "1_",
		"1e3", "1e-4", "1E+5", "1.5e3", ".5e1", "5.e1",
		"12:30", "12:30:00", "-1:00", "190:20:30.15", "08:30",
		"2001-12-14", "2001-12-14T21:59:43.10-05:00",
		"2001-12-14 21:59:43.10 -5", "2001-1-2 1:02:03",
		"2001-12-14t21:59:43Z", "2001-12-14 21:59:43 Z",
		".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN",
		"1.5e+999", "-1.5e+999", NULL
	};

	(void)state;
	check_all(words, DV_VALUE_PLAIN);
}

static void what_neither_types_is_a_string(void **state)
{
	static const char *const words[] = {
		"a", "nO", "tRUE", "nULL", "yess", "nan", "NaN", "inf",
		"Infinity", ".", "..", "-", "+", "--1", "+-1", "1.2.3",
		"1.2.3e+4", "v1", "1a", "0x", "0xg", "0o8", "0o", "-0o7",
		"0b", "0b2", "_1", "._1", "1e", "1e+", "e3", ".e3", "1 000",
		"12:", ":30", "12:60", "12:345", "1::2", "127.0.0.1:80",
		"2001-12", "2001-1-2", "01-12-14", "2001-12-14T",
		"2001-12-14 21:59", "2001-12-14x", "2001-12-14 21:59:43 x",
		"20011-12-14", "2001-12-14 21:59:43 +", "==", "<", "~~",
		" 1", "1 ", "\xc3\xa9", "1\n2", NULL
	};

	(void)state;
	check_all(words, DV_VALUE_STR);
}

static void a_nul_is_no_digit(void **state)
{
	static const char *const words[] = { "1\0", "\0", "1.\0", "0x\0" };
	static const size_t len[] = { 2, 1, 3, 3 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct dv_value v;

		dv_scalar_parse(&v, words[i], len[i]);
		assert_int_equal(v.type, DV_VALUE_STR);
		assert_int_equal(v.u.str.n, len[i]);
		dv_value_release(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_the_versions_agree_there_is_a_type),
		cmocka_unit_test(where_they_do_not_the_text_is_kept),
		cmocka_unit_test(what_neither_types_is_a_string),
		cmocka_unit_test(a_nul_is_no_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
