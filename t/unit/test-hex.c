/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/hex.h"

static void all_bytes_go_there_and_back(void **state)
{
	uint8_t in[256], out[256];
	char text[513];

	(void)state;
	for (int i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	dv_hex_format(text, in, sizeof(in));
	assert_int_equal(strlen(text), 512);
	assert_memory_equal(text + 2 * 0x9a, "9a9b9c", 6);
	assert_true(dv_hex_is(text, 512));
	assert_int_equal(dv_hex_parse(out, text, 256), 0);
	assert_memory_equal(in, out, 256);
}

static void only_hex_digits_are_digits(void **state)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(digits, c) : NULL;
		int v = !at ? -1 : at - digits < 16 ? (int)(at - digits) :
			(int)(at - digits) - 6;
		char pair[2] = { '0', (char)c };
		uint8_t b;

		assert_int_equal(dv_hex_digit((char)c), v);
		assert_int_equal(dv_hex_parse(&b, pair, 1), at ? 0 : -1);
		pair[0] = (char)c;
		pair[1] = '0';
		assert_int_equal(dv_hex_parse(&b, pair, 1), at ? 0 : -1);
		assert_int_equal(dv_hex_is(pair, 2), at && at - digits < 16);
	}
}

static void upper_case_parses_and_is_not_lower_case_hex(void **state)
{
	uint8_t b[2];

	(void)state;
	assert_int_equal(dv_hex_parse(b, "aBCd", 2), 0);
	assert_memory_equal(b, "\xab\xcd", 2);
	assert_false(dv_hex_is("aBCd", 4));
	assert_true(dv_hex_is("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_bytes_go_there_and_back),
		cmocka_unit_test(only_hex_digits_are_digits),
		cmocka_unit_test(upper_case_parses_and_is_not_lower_case_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
