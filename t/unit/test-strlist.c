/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/strlist.h"

static void list_is_null_ended_and_sorted_bytewise(void **state)
{
	static const char *const in[] = { "b", "B", "\xc3\xa4", "", "a", "b" };
	static const char *const want[] = { "", "B", "a", "b", "\xc3\xa4" };
	struct dv_strlist l = DV_STRLIST_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(in) / sizeof(*in); i++) {
		dv_strlist_add(&l, in[i]);
		assert_int_equal(l.n, i + 1);
		assert_null(l.v[l.n]);
	}
	dv_strlist_uniq(&l);
	assert_int_equal(l.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(l.v[i], want[i]);
	assert_null(l.v[5]);

	assert_true(dv_strlist_has(&l, "B"));
	assert_false(dv_strlist_has(&l, "C"));
	dv_strlist_release(&l);
	assert_int_equal(l.n, 0);
}

static void an_empty_list_needs_no_memory(void **state)
{
	struct dv_strlist l = DV_STRLIST_INIT;

	(void)state;
	dv_strlist_sort(&l);
	dv_strlist_uniq(&l);
	assert_false(dv_strlist_has(&l, ""));
	assert_null(l.v);
	dv_strlist_release(&l);
}

static void take_owns_what_it_is_given(void **state)
{
	struct dv_strlist l = DV_STRLIST_INIT;
	char *s = dv_strdup("mine");

	(void)state;
	dv_strlist_take(&l, s);
	assert_ptr_equal(l.v[0], s);
	dv_strlist_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_is_null_ended_and_sorted_bytewise),
		cmocka_unit_test(an_empty_list_needs_no_memory),
		cmocka_unit_test(take_owns_what_it_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
