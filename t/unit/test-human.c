/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "porcelain/human.h"

static void sizes_have_at_most_four_digits(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *want;
	} v[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" }, { 10188, "9.9 KiB" },
		{ 10189, "10 KiB" }, { 1048064, "1.0 MiB" },
		{ 1048063, "1023 KiB" }, { 1u << 30, "1.0 GiB" },
		{ UINT64_MAX, "16 EiB" },
	};
	char out[DV_HUMAN_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++)
		assert_string_equal(dv_human_size(out, v[i].bytes), v[i].want);
}

static void one_is_the_singular(void **state)
{
	char out[DV_HUMAN_MAX];

	(void)state;
	assert_string_equal(dv_human_count(out, 1, "file", "files"), "1 file");
	assert_string_equal(dv_human_count(out, 0, "file", "files"),
			    "0 files");
}

static void dates_are_in_the_zone_of_who_acted(void **state)
{
	char out[DV_HUMAN_MAX];

	(void)state;
	assert_string_equal(dv_human_date(out, 1112911993, -420),
			    "Thu Apr 7 15:13:13 2005 -0700");
	assert_string_equal(dv_human_date(out, 0, 345),
			    "Thu Jan 1 05:45:00 1970 +0545");
	assert_string_equal(dv_human_iso_date(out, 1112911993, -420),
			    "2005-04-07T15:13:13-07:00");
	assert_string_equal(dv_human_iso_date(out, -1, 0),
			    "1969-12-31T23:59:59+00:00");
	assert_string_equal(dv_human_date(out, INT64_MAX / 2, 0),
			    "@4611686018427387903");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_at_most_four_digits),
		cmocka_unit_test(one_is_the_singular),
		cmocka_unit_test(dates_are_in_the_zone_of_who_acted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
