/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/value.h"

static struct dv_value small_map(const char *a, const char *b)
{
	struct dv_value v = dv_value_map();

	*dv_value_add(&v, a, strlen(a)) = dv_value_int(1);
	*dv_value_add(&v, b, strlen(b)) = dv_value_str("x", 1);
	return v;
}

static void digits_fit_or_are_kept(void **state)
{
	static const struct {
		const char *text;
		int64_t i;
		const char *big;
	} cases[] = {
		{ "0", 0, NULL },
		{ "-0", 0, NULL },
		{ "+12", 12, NULL },
		{ "00012", 12, NULL },
		{ "9223372036854775807", INT64_MAX, NULL },
		{ "-9223372036854775807", -INT64_MAX, NULL },
		{ "-9223372036854775808", INT64_MIN, NULL },
		{ "9223372036854775808", 0, "9223372036854775808" },
		{ "-9223372036854775809", 0, "-9223372036854775809" },
		{ "+009223372036854775810", 0, "9223372036854775810" },
		{ "-009223372036854775810", 0, "-9223372036854775810" },
		{ "99999999999999999999", 0, "99999999999999999999" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i].text;
		struct dv_value v = dv_value_digits(text, strlen(text));

		if (cases[i].big) {
			assert_int_equal(v.type, DV_VALUE_BIGINT);
			assert_string_equal(v.u.str.s, cases[i].big);
			assert_int_equal(v.u.str.n, strlen(cases[i].big));
		} else {
			assert_int_equal(v.type, DV_VALUE_INT);
			assert_true(v.u.i == cases[i].i);
		}
		dv_value_release(&v);
	}
}

static void a_copy_is_equal_and_its_own(void **state)
{
	struct dv_value a = dv_value_array(), b;

	(void)state;
	*dv_value_push(&a) = small_map("k", "l");
	*dv_value_push(&a) = dv_value_digits("123456789012345678901", 21);
	*dv_value_push(&a) = dv_value_real(0.5);
	*dv_value_push(&a) = dv_value_plain("no", 2);
	*dv_value_push(&a) = dv_value_str("a\0b", 3);
	*dv_value_push(&a) = dv_value_bool(true);
	dv_value_push(&a);

	dv_value_copy(&b, &a);
	assert_true(dv_value_eq(&a, &b));
	b.u.array.v[4].u.str.s[2] = 'c';
	assert_false(dv_value_eq(&a, &b));
	dv_value_release(&a);
	assert_int_equal(a.type, DV_VALUE_NULL);
	assert_int_equal(b.u.array.n, 7);
	dv_value_release(&b);
}

static void types_are_part_of_equality(void **state)
{
	struct dv_value v[] = {
		DV_VALUE_INIT, dv_value_bool(false), dv_value_bool(true),
		dv_value_int(1), dv_value_real(1), dv_value_str("1", 1),
		dv_value_plain("1", 1), dv_value_array(), dv_value_map(),
	};
	size_t n = sizeof(v) / sizeof(*v);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			assert_int_equal(dv_value_eq(&v[i], &v[j]), i == j);
	for (size_t i = 0; i < n; i++)
		dv_value_release(&v[i]);
}

static void maps_are_equal_in_any_order(void **state)
{
	struct dv_value a = dv_value_map(), b = dv_value_map();

	(void)state;
	*dv_value_add(&a, "y", 1) = dv_value_int(1);
	*dv_value_add(&a, "x", 1) = dv_value_int(2);
	*dv_value_add(&b, "x", 1) = dv_value_int(2);
	*dv_value_add(&b, "y", 1) = dv_value_int(1);
	assert_true(dv_value_eq(&a, &b));
	*dv_value_set(&b, "y", 1) = dv_value_int(3);
	assert_false(dv_value_eq(&a, &b));
	*dv_value_set(&b, "y", 1) = dv_value_int(1);
	dv_value_set(&b, "z", 1);
	assert_false(dv_value_eq(&a, &b));
	dv_value_release(&a);
	dv_value_release(&b);
}

static void members_are_found_sorted_or_not(void **state)
{
	struct dv_value map = dv_value_map(), none = dv_value_int(1);
	char key[8];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(key, sizeof(key), "%d", i * 37 % 200);
		dv_value_add(&map, key, strlen(key))->u.i = i * 37 % 200;
	}
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < 200; i++) {
			snprintf(key, sizeof(key), "%d", i);
			assert_int_equal(
				dv_value_get(&map, key, strlen(key))->u.i, i);
		}
		assert_null(dv_value_get(&map, "200", 3));
		assert_null(dv_value_get(&map, "", 0));
		assert_null(dv_value_sort(&map));
	}
	for (size_t i = 1; i < map.u.map.n; i++)
		assert_true(strcmp(map.u.map.m[i - 1].key,
				   map.u.map.m[i].key) < 0);
	assert_null(dv_value_get(&none, "1", 1));
	dv_value_release(&map);
}

static void sorting_finds_a_key_that_is_there_twice(void **state)
{
	struct dv_value v = dv_value_array();

	(void)state;
	*dv_value_push(&v) = small_map("b", "a");
	*dv_value_push(&v) = small_map("b", "b");
	assert_string_equal(dv_value_sort(&v)->key, "b");
	assert_string_equal(v.u.array.v[0].u.map.m[0].key, "a");
	dv_value_release(&v);
}

static void keys_differ_behind_a_nul(void **state)
{
	struct dv_value map = dv_value_map();

	(void)state;
	*dv_value_set(&map, "a\0b", 3) = dv_value_int(1);
	*dv_value_set(&map, "a\0c", 3) = dv_value_int(2);
	*dv_value_set(&map, "a", 1) = dv_value_int(3);
	assert_null(dv_value_sort(&map));
	assert_int_equal(map.u.map.n, 3);
	assert_int_equal(dv_value_get(&map, "a\0c", 3)->u.i, 2);
	assert_int_equal(map.u.map.m[0].val.u.i, 3);
	dv_value_release(&map);
}

static void text_is_well_formed_utf8(void **state)
{
	static const char *const good[] = {
		"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
		"\xe0\x9f\xbf", "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff", "\xf0\x90\x80", "a\xe2\x82",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(dv_value_is_text(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(dv_value_is_text(bad[i], strlen(bad[i])));
	assert_true(dv_value_is_text("\0", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_fit_or_are_kept),
		cmocka_unit_test(a_copy_is_equal_and_its_own),
		cmocka_unit_test(types_are_part_of_equality),
		cmocka_unit_test(maps_are_equal_in_any_order),
		cmocka_unit_test(members_are_found_sorted_or_not),
		cmocka_unit_test(sorting_finds_a_key_that_is_there_twice),
		cmocka_unit_test(keys_differ_behind_a_nul),
		cmocka_unit_test(text_is_well_formed_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
