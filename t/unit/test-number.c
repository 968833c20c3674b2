/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <math.h>

#include "format/number.h"

static double from_bits(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

/* RFC 8785, appendix B, without NaN and infinities. */
static void rfc8785_appendix_b(void **state)
{
	static const struct {
		uint64_t bits;
		const char *text;
	} samples[] = {
		{ 0x0000000000000000, "0" },
		{ 0x8000000000000000, "0" },
		{ 0x0000000000000001, "5e-324" },
		{ 0x8000000000000001, "-5e-324" },
		{ 0x7fefffffffffffff, "1.7976931348623157e+308" },
		{ 0xffefffffffffffff, "-1.7976931348623157e+308" },
		{ 0x4340000000000000, "9007199254740992" },
		{ 0xc340000000000000, "-9007199254740992" },
		{ 0x4430000000000000, "295147905179352830000" },
		{ 0x44b52d02c7e14af5, "9.999999999999997e+22" },
		{ 0x44b52d02c7e14af6, "1e+23" },
		{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
		{ 0x444b1ae4d6e2ef4e, "999999999999999700000" },
		{ 0x444b1ae4d6e2ef4f, "999999999999999900000" },
		{ 0x444b1ae4d6e2ef50, "1e+21" },
		{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
		{ 0x3eb0c6f7a0b5ed8d, "0.000001" },
		{ 0x41b3de4355555553, "333333333.3333332" },
		{ 0x41b3de4355555554, "333333333.33333325" },
		{ 0x41b3de4355555555, "333333333.3333333" },
		{ 0x41b3de4355555556, "333333333.3333334" },
		{ 0x41b3de4355555557, "333333333.33333343" },
		{ 0xbecbf647612f3696, "-0.0000033333333333333333" },
		{ 0x43143ff3c1cb0959, "1424953923781206.2" },
	};
	char text[DV_NUMBER_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		assert_string_equal(
			dv_number_format(text, from_bits(samples[i].bits)),
			samples[i].text);
}

/*
 * Powers of two, where the shortest text may not be the rounded one; the
 * expected texts are those of an ECMAScript engine.
 */
static void the_shortest_text_below_a_power_of_two(void **state)
{
	char text[DV_NUMBER_TEXT];

	(void)state;
	assert_string_equal(dv_number_format(text, ldexp(1, -24)),
			    "5.960464477539063e-8");
	assert_string_equal(dv_number_format(text, ldexp(1, -44)),
			    "5.684341886080802e-14");
	assert_string_equal(dv_number_format(text, ldexp(1, 89)),
			    "6.189700196426902e+26");
	assert_string_equal(dv_number_format(text, ldexp(1, -1022)),
			    "2.2250738585072014e-308");
	assert_string_equal(dv_number_format(text, ldexp(1, 1023)),
			    "8.98846567431158e+307");
}

static void check_there_and_back(double d)
{
	char text[DV_NUMBER_TEXT];

	dv_number_format(text, d);
	assert_true(strlen(text) < DV_NUMBER_TEXT - 6);
	if (dv_number_parse(text, strlen(text)) != d)
		fail_msg("%a became %s", d, text);
}

static void text_reads_back_as_the_same_double(void **state)
{
	uint64_t x = 88172645463325252;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		if (isfinite(from_bits(x)))
			check_there_and_back(from_bits(x));
	}
	for (uint64_t e = 0; e < 2047; e++)
		for (uint64_t k = 0; k < 3; k++)
			check_there_and_back(from_bits((e << 52) + k));
}

static void texts_that_are_read(void **state)
{
	static const struct {
		const char *text;
		double d;
	} cases[] = {
		{ "0", 0 }, { ".5", 0.5 }, { "5.", 5 }, { "+1.25", 1.25 },
		{ "-1.5e+3", -1500 }, { "1E2", 100 }, { "1e-2", 0.01 },
		{ "0.000000000000000000000000001", 1e-27 },
		{ "12345678901234567890.125", 12345678901234567890.125 },
		{ "1e400", INFINITY }, { "-1e400", -INFINITY },
		{ "1e99999999999999999999", INFINITY },
		{ "1e-99999999999999999999", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_true(dv_number_parse(cases[i].text,
					    strlen(cases[i].text)) ==
			    cases[i].d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8785_appendix_b),
		cmocka_unit_test(the_shortest_text_below_a_power_of_two),
		cmocka_unit_test(text_reads_back_as_the_same_double),
		cmocka_unit_test(texts_that_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
