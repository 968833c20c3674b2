/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/dvconfig.h"

static int parse(struct dv_dvconfig *out, const char *text,
		 struct dv_err *err)
{
	return dv_dvconfig_parse(out, text, strlen(text), ".dvconfig", err);
}

/* The same that git config --list says of such a file. */
static void settings_are_read_as_git_reads_them(void **state)
{
	static const struct {
		const char *text, *key, *value;
	} cases[] = {
		{ "[dv]\nobjectFormat = sha256\n", "dv.objectformat", "sha256" },
		{ "[DV]\n\tOBJECTformat=sha256", "dv.objectformat", "sha256" },
		{ "[dv]objectFormat=sha256", "dv.objectformat", "sha256" },
		{ "[dv]\r\na = b\r\n", "dv.a", "b" },
		{ "\xef\xbb\xbf[dv]\na=b\n", "dv.a", "b" },
		{ "# x\n; y\n[dv] # z\na = b # c\n", "dv.a", "b" },
		{ "[dv]\na = \"b # c\" ; d\n", "dv.a", "b # c" },
		{ "[dv]\na =   b  c   \n", "dv.a", "b  c" },
		{ "[dv]\na = \" b \"\n", "dv.a", " b " },
		{ "[dv]\na = b\\\n  c\n", "dv.a", "b  c" },
		{ "[dv]\na = \\\"b\\\\\\n\\t\\b\n", "dv.a", "\"b\\\n\t\b" },
		{ "[dv]\na = b\" c\"d\n", "dv.a", "b cd" },
		{ "[dv]\na\n", "dv.a", "true" },
		{ "[dv]\na # x\n", "dv.a", "true" },
		{ "[dv]\na =\n", "dv.a", "" },
		{ "[dv]\na = 1\na = 2\n", "dv.a", "2" },
		{ "[dv]\na = 1\n[x]\nb = 2\n[dv]\na = 3\n", "dv.a", "3" },
		{ "[remote \"My Lab\"]\nurl = x\n", "remote.My Lab.url", "x" },
		{ "[remote \"a\\\"b\\\\c\"]\nurl = x\n", "remote.a\"b\\c.url",
		  "x" },
		{ "[remote.Lab]\nurl = x\n", "remote.lab.url", "x" },
		{ "[a-b]\nc-1 = x\n", "a-b.c-1", "x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_dvconfig c;
		const char *value;

		if (parse(&c, cases[i].text, &err) < 0)
			fail_msg("case %zu: %s", i, err.msg);
		value = dv_dvconfig_get(&c, cases[i].key);
		assert_non_null(value);
		assert_string_equal(value, cases[i].value);
		dv_dvconfig_release(&c);
	}
}

static void all_values_of_a_key_come_in_order(void **state)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_dvconfig c;

	(void)state;
	assert_int_equal(parse(&c, "[dv]\nconfig = a\nx = y\nconfig = b\n",
			       &err), 0);
	dv_dvconfig_all(&c, "dv.config", &all);
	assert_int_equal(all.n, 2);
	assert_string_equal(all.v[0], "a");
	assert_string_equal(all.v[1], "b");
	assert_null(dv_dvconfig_get(&c, "dv.other"));
	dv_strlist_release(&all);
	dv_dvconfig_release(&c);
}

static void anything_else_is_refused_with_its_line(void **state)
{
	static const char *const bad[] = {
		"\na = b\n", "\n[dv\n", "\n[]\n", "\n[d v]\n", "\n[dv \"x]\n",
		"\n[dv \"x\" ]\n", "\n[dv \"x\"\n", "\n[dv]\n1a = b\n",
		"\n[dv]\na_b = c\n", "\n[dv]\na b\n", "\n[dv]\na = \"b\n",
		"\n[dv]\na = b\\x\n", "\n[dv]\n= b\n", "\n[dv]\n-a = b\n",
		"\n[dv]]\n", "\n<<<<<<< HEAD\n", "\n[dv]\na = b\\",
		"\n[dv \"a\nb\"]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_dvconfig c;

		if (parse(&c, bad[i], &err) != -DV_E_FORMAT)
			fail_msg("taken: %s", bad[i]);
		assert_non_null(strstr(err.msg, "'.dvconfig', line "));
	}
}

static void no_other_file_is_included(void **state)
{
	static const char *const bad[] = {
		"[include]\npath = ~/.netrc\n", "[Include]\nPATH = x\n",
		"[includeIf \"gitdir:/\"]\npath = x\n", "[include.x]\npath=y\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_dvconfig c;

		assert_int_equal(parse(&c, bad[i], &err), -DV_E_INVALID);
	}
}

static void a_nul_is_refused_anywhere(void **state)
{
	static const char good[] = "[dv \"x\"]\nab = \"c d\" # e\nf = g\n";

	(void)state;
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		struct dv_err err = DV_ERR_INIT;
		char text[sizeof(good)];
		struct dv_dvconfig c;
		int rc;

		memcpy(text, good, sizeof(good));
		text[i] = '\0';
		rc = dv_dvconfig_parse(&c, text, sizeof(good) - 1, "x", &err);
		if (!rc) {	/* in a comment it says nothing */
			assert_true(i > (size_t)(strchr(good, '#') - good));
			dv_dvconfig_release(&c);
		}
	}
}

static void a_long_one_is_refused_unread(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_dvconfig c;
	char *text = dv_malloc(DV_DVCONFIG_MAX + 1);

	(void)state;
	memset(text, '\n', DV_DVCONFIG_MAX + 1);
	assert_int_equal(dv_dvconfig_parse(&c, text, DV_DVCONFIG_MAX + 1, "x",
					   &err), -DV_E_LIMIT);
	assert_int_equal(dv_dvconfig_parse(&c, text, DV_DVCONFIG_MAX, "x",
					   &err), 0);
	dv_dvconfig_release(&c);
	free(text);
}

static void what_is_written_is_read_back(void **state)
{
	static const char *const values[] = {
		"x", "", " x ", "a # b", "a;b", "\"", "\\", "a\nb", "\t", "\b",
		"a \"b\" c", "caf\xc3\xa9", "=", "[x]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf text = DV_BUF_INIT;
		struct dv_dvconfig c;

		dv_buf_str(&text, "[dv]\n");
		dv_dvconfig_format(&text, "namespace", values[i]);
		assert_int_equal(parse(&c, text.data, &err), 0);
		assert_string_equal(dv_dvconfig_get(&c, "dv.namespace"),
				    values[i]);
		dv_dvconfig_release(&c);
		dv_buf_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read_as_git_reads_them),
		cmocka_unit_test(all_values_of_a_key_come_in_order),
		cmocka_unit_test(anything_else_is_refused_with_its_line),
		cmocka_unit_test(no_other_file_is_included),
		cmocka_unit_test(a_nul_is_refused_anywhere),
		cmocka_unit_test(a_long_one_is_refused_unread),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
