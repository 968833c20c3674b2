/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

static void set_fills_code_and_text(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_err_set(&err, DV_E_FORMAT, "bad '%s'", "x"),
			 -DV_E_FORMAT);
	assert_int_equal(err.code, DV_E_FORMAT);
	assert_string_equal(err.msg, "bad 'x'");
	assert_string_equal(err.hint, "");
}

static void errno_becomes_a_code(void **state)
{
	static const struct {
		int errnum;
		enum dv_code code;
	} cases[] = {
		{ ENOENT, DV_E_MISSING }, { ENOTDIR, DV_E_MISSING },
		{ EEXIST, DV_E_EXISTS }, { ENOSPC, DV_E_SPACE },
		{ EDQUOT, DV_E_SPACE }, { EACCES, DV_E_SYS },
		{ EIO, DV_E_SYS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dv_err err = DV_ERR_INIT;
		char want[200];

		snprintf(want, sizeof(want), "open 'f': %s",
			 strerror(cases[i].errnum));
		errno = cases[i].errnum;
		assert_int_equal(dv_err_sys(&err, "open '%s'", "f"),
				 -(int)cases[i].code);
		assert_string_equal(err.msg, want);
	}
}

static void prefix_goes_in_front(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	dv_err_set(&err, DV_E_SYS, "disk on fire");
	dv_err_hint(&err, "call somebody");
	assert_int_equal(dv_err_prefix(&err, "remote '%s'", "o"), -DV_E_SYS);
	assert_string_equal(err.msg, "remote 'o': disk on fire");
	assert_string_equal(err.hint, "call somebody");
}

static void an_argument_may_be_the_old_text(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	dv_err_set(&err, DV_E_SYS, "inner");
	dv_err_set(&err, DV_E_FORMAT, "outer (%s)", err.msg);
	assert_string_equal(err.msg, "outer (inner)");
}

static void overlong_text_is_cut_between_characters(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	char *text = dv_malloc(8001);

	(void)state;
	/* 2999 bytes fit: 999 times three bytes, and then "xx". */
	text[0] = '\0';
	for (int i = 0; i < 2600; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 4);
	dv_err_set(&err, DV_E_SYS, "%s", text);
	assert_int_equal(strlen(err.msg), 2997);
	dv_err_prefix(&err, "x");
	assert_int_equal(strlen(err.msg), 2997);
	dv_err_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.msg), 2999);

	memset(text, 'a', 8000);
	text[8000] = '\0';
	dv_err_set(&err, DV_E_SYS, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
	dv_err_hint(&err, "%s", text);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
	free(text);
}

static void control_characters_do_not_get_through(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	dv_err_set(&err, DV_E_SYS, "a\nb\033[31mc\177");
	assert_string_equal(err.msg, "a?b?[31mc?");
	dv_err_set(&err, DV_E_SYS, "a\302\233b\302\240\303\233");
	assert_string_equal(err.msg, "a?" "?b\302\240\303\233");
	dv_err_hint(&err, "one\ntwo\rthree");
	assert_string_equal(err.hint, "one\ntwo?three");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_fills_code_and_text),
		cmocka_unit_test(errno_becomes_a_code),
		cmocka_unit_test(prefix_goes_in_front),
		cmocka_unit_test(an_argument_may_be_the_old_text),
		cmocka_unit_test(overlong_text_is_cut_between_characters),
		cmocka_unit_test(control_characters_do_not_get_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
