/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "remote/awsini.h"

static int parse(struct dv_awsini *ini, const char *text, struct dv_err *err)
{
	return dv_awsini_parse(ini, text, strlen(text), "file", err);
}

static void sections_have_settings(void **state)
{
	static const char text[] =
		"# comment\n"
		"\n"
		"[default]\n"
		"region=eu-1\r\n"
		"  ; an indented comment\n"
		"Output = json = text\n"
		"[profile  lab one ] # theirs\n"
		"region = eu-2\n"
		"s3 =\n"
		"   addressing_style = path\n"
		"\tmax = 3\n"
		"empty =\n"
		"[sso-session x]\n"
		"region = eu-3";
	struct dv_awsini ini = DV_AWSINI_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(parse(&ini, text, &err), 0);
	assert_int_equal(ini.sections.n, 3);
	assert_string_equal(ini.sections.v[1], "lab one");
	assert_string_equal(dv_awsini_get(&ini, "default", "region"), "eu-1");
	assert_string_equal(dv_awsini_get(&ini, "default", "output"),
			    "json = text");
	assert_string_equal(dv_awsini_get(&ini, "lab one", "region"), "eu-2");
	assert_string_equal(dv_awsini_get(&ini, "lab one",
					  "s3.addressing_style"), "path");
	assert_string_equal(dv_awsini_get(&ini, "lab one", "s3.max"), "3");
	assert_string_equal(dv_awsini_get(&ini, "lab one", "empty"), "");
	assert_string_equal(dv_awsini_get(&ini, "sso-session x", "region"),
			    "eu-3");
	assert_null(dv_awsini_get(&ini, "default", "reg"));
	assert_null(dv_awsini_get(&ini, "lab", "region"));
	dv_awsini_release(&ini);
}

static void the_last_one_counts(void **state)
{
	struct dv_awsini ini = DV_AWSINI_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(parse(&ini, "[a]\nx=1\n[a]\nx=2\n", &err), 0);
	assert_string_equal(dv_awsini_get(&ini, "a", "x"), "2");
	dv_awsini_release(&ini);
}

static void what_is_neither_is_refused_by_line_and_not_shown(void **state)
{
	static const char *const bad[] = {
		"[a]\nsecret\n", "[a]\n[secret\n", "\nsecret = x\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_awsini ini = DV_AWSINI_INIT;
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(parse(&ini, bad[i], &err), -DV_E_FORMAT);
		assert_non_null(strstr(err.msg, "'file', line 2"));
		assert_null(strstr(err.msg, "secret"));
		dv_awsini_release(&ini);
	}
}

static void a_missing_file_is_empty(void **state)
{
	struct dv_awsini ini = DV_AWSINI_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_awsini_read(&ini, "nothing", &err), 0);
	assert_int_equal(ini.sections.n, 0);
	unit_write("file", "[a]\nx = 1\n");
	assert_int_equal(dv_awsini_read(&ini, "file", &err), 0);
	assert_string_equal(dv_awsini_get(&ini, "a", "x"), "1");
	dv_awsini_release(&ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_have_settings),
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(
			what_is_neither_is_refused_by_line_and_not_shown),
		UNIT_TMP_TEST(a_missing_file_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
