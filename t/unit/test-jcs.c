/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <math.h>

#include "format/jcs.h"
#include "format/json.h"

static void check(const char *text, const char *expect)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v;

	if (dv_json_parse(&v, text, strlen(text), "x", &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(dv_jcs_write(&out, &v, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), expect);
	dv_value_release(&v);

	/* The canonical form of the canonical form is itself. */
	assert_int_equal(dv_json_parse(&v, out.data, out.len, "y", &err), 0);
	dv_buf_reset(&out);
	assert_int_equal(dv_jcs_write(&out, &v, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), expect);
	dv_value_release(&v);
	dv_buf_release(&out);
}

/* Section 3.2.2 and its result in 3.2.3. */
static void rfc8785_section_3_2(void **state)
{
	(void)state;
	check("{\n  \"numbers\": [333333333.33333329, 1E30, 4.50,\n"
	      "              2e-3, 0.000000000000000000000000001],\n"
	      "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c"
	      "\\\\\\\"\\/\",\n"
	      "  \"literals\": [null, true, false]\n}",
	      "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,"
	      "1e+30,4.5,0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B"
	      "\\\"\\\\\\\\\\\"/\"}");
}

/* The sample of section 3.2.3 for the order of keys. */
static void rfc8785_order_of_keys(void **state)
{
	(void)state;
	check("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
	      "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\","
	      "\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\","
	      "\"\\u0080\":\"Control\","
	      "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
	      "{\"\\r\":\"Carriage Return\",\"1\":\"One\","
	      "\"\xc2\x80\":\"Control\","
	      "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
	      "\"\xe2\x82\xac\":\"Euro Sign\","
	      "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
	      "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

static void keys_sort_by_utf16_code_units(void **state)
{
	(void)state;
	check("{\"\\ue000\":1,\"\\ud800\\udc00\":2,\"\\ud7ff\":3,"
	      "\"\\udbff\\udfff\":4,\"\\uffff\":5,\"\\u007f\":6,\"\":7,"
	      "\"a\\u0000\":8,\"a\":9}",
	      "{\"\":7,\"a\":9,\"a\\u0000\":8,\"\x7f\":6,\"\xed\x9f\xbf\":3,"
	      "\"\xf0\x90\x80\x80\":2,\"\xf4\x8f\xbf\xbf\":4,"
	      "\"\xee\x80\x80\":1,\"\xef\xbf\xbf\":5}");
}

static void numbers_of_one_value_are_one_text(void **state)
{
	(void)state;
	check("[1, 1.0, 1e0, 10E-1, 100e-2]", "[1,1,1,1,1]");
	check("[0, -0, 0.0, -0.0, 0e5]", "[0,0,0,0,0]");
	check("[9007199254740991, 9007199254740992.0]",
	      "[9007199254740991,9007199254740992]");
}

/* The deviation: ECMAScript would round these. */
static void integers_past_2_53_keep_their_digits(void **state)
{
	(void)state;
	check("[9007199254740993, -9007199254740993, 9223372036854775808,"
	      "1000000000000000000000, 1e21]",
	      "[9007199254740993,-9007199254740993,9223372036854775808,"
	      "1000000000000000000000,1e+21]");
}

static void refuse(struct dv_value v, const char *msg)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	assert_int_equal(dv_jcs_write(&out, &v, &err), -DV_E_FORMAT);
	assert_string_equal(err.msg, msg);
	dv_value_release(&v);
	dv_buf_release(&out);
}

static void what_has_no_canonical_form_is_refused(void **state)
{
	struct dv_value map = dv_value_map(), list = dv_value_array();

	(void)state;
	refuse(dv_value_str("\xed\xa0\x80", 3), "text is not UTF-8");
	refuse(dv_value_plain("\xff", 1), "text is not UTF-8");
	refuse(dv_value_real(NAN), "a number is not finite");
	*dv_value_push(&list) = dv_value_real(-INFINITY);
	refuse(list, "a number is not finite");
	dv_value_add(&map, "\xc0\x80", 2);
	refuse(map, "text is not UTF-8");
	map = dv_value_map();
	dv_value_add(&map, "a", 1);
	dv_value_add(&map, "b", 1);
	dv_value_add(&map, "a", 1);
	refuse(map, "key 'a' is there twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8785_section_3_2),
		cmocka_unit_test(rfc8785_order_of_keys),
		cmocka_unit_test(keys_sort_by_utf16_code_units),
		cmocka_unit_test(numbers_of_one_value_are_one_text),
		cmocka_unit_test(integers_past_2_53_keep_their_digits),
		cmocka_unit_test(what_has_no_canonical_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
