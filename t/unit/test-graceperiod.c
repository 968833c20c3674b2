/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "porcelain/graceperiod.h"

#define NOW 1759449600		/* 2025-10-03T00:00:00Z */

static void spans_count_back_from_now(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} v[] = {
		{ "now", 0 }, { "0", 0 }, { "3600", 3600 }, { "90s", 90 },
		{ "5m", 300 }, { "36h", 129600 }, { "14d", 1209600 },
		{ "2w", 1209600 }, { "2025-10-03", 0 },
		{ "2025-10-01", 172800 },
	};
	struct dv_err err = DV_ERR_INIT;
	int64_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		got = -1;
		assert_int_equal(dv_graceperiod_parse(&got, v[i].text, NOW,
						      &err), 0);
		assert_int_equal(got, v[i].want);
	}
}

static void what_is_no_span_is_refused(void **state)
{
	static const char *const v[] = {
		"", "-1", "+1", " 1", "1x", "1dd", "1.5h", "never", "d",
		"99999999999999999999", "9223372036854775807w",
		"2025-10-04", "2025-13-01", "2025-10-01x", "2025-10",
	};
	int64_t got = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(dv_graceperiod_parse(&got, v[i], NOW, &err),
				 -DV_E_INVALID);
		assert_int_equal(got, 77);
		assert_true(*err.hint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_count_back_from_now),
		cmocka_unit_test(what_is_no_span_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
