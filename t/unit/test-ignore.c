/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/ignore.h"
#include "format/wildmatch.h"

static bool match(const char *pattern, const char *text, bool path)
{
	struct dv_wildmatch *w = dv_wildmatch_new(pattern, strlen(pattern),
						  path);
	bool yes = w && dv_wildmatch_match(w, text, strlen(text));

	dv_wildmatch_free(w);
	return yes;
}

#define YES(p, t) assert_true(match(p, t, true))
#define NO(p, t) assert_false(match(p, t, true))

static void literals_stars_and_question_marks(void **state)
{
	(void)state;
	YES("", "");
	NO("", "a");
	YES("abc", "abc");
	NO("abc", "abcd");
	NO("abc", "ab");
	YES("*", "");
	YES("*", "abc");
	NO("*", "a/b");
	YES("a*c", "ac");
	YES("a*c", "abbbc");
	NO("a*c", "abbbd");
	NO("a*c", "a/c");
	YES("?", "a");
	NO("?", "");
	NO("?", "/");
	YES("*.csv", "x.csv");
	YES("*a*a*a", "aaaaaaa");
	assert_true(match("*", "a/b", false));
	assert_true(match("?", "/", false));
}

static void two_stars_match_directories(void **state)
{
	(void)state;
	YES("**", "a/b/c");
	YES("**/b", "b");
	YES("**/b", "a/b");
	YES("**/b", "a/c/b");
	NO("**/b", "ab");
	NO("**/b", "a/bb");
	YES("a/**", "a/b");
	YES("a/**", "a/b/c");
	NO("a/**", "a");
	YES("a/**/b", "a/b");
	YES("a/**/b", "a/x/b");
	YES("a/**/b", "a/x/y/b");
	NO("a/**/b", "ab");
	NO("a/**/b", "a/xb");
	NO("a**b", "a/b");
	YES("a**b", "axyb");
	YES("**/a/**", "x/a/y");
	YES("***/b", "a/b");
}

static void sets(void **state)
{
	(void)state;
	YES("[abc]", "b");
	NO("[abc]", "d");
	YES("[a-c]x", "bx");
	NO("[!a-c]", "b");
	YES("[!a-c]", "d");
	YES("[^a-c]", "d");
	NO("[!a]", "/");
	YES("[]a]", "]");
	YES("[a-]", "-");
	YES("[[:digit:]]", "5");
	NO("[[:digit:]]", "x");
	YES("[[:alpha:]_]", "_");
	YES("[\\]]", "]");
	NO("[abc", "a");
	NO("[abc", "[abc");
	NO("[[:nonsense:]]", "a");
}

static void a_backslash_quotes(void **state)
{
	(void)state;
	YES("\\*", "*");
	NO("\\*", "a");
	YES("a\\?", "a?");
	YES("\\a", "a");
	NO("a\\", "a\\");
	NO("a\\", "a");
}

static void no_pattern_takes_long(void **state)
{
	char pattern[4096], text[4095];

	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	for (int i = 0; i < 20; i++) {
		struct dv_wildmatch *w;

		w = dv_wildmatch_new(pattern, sizeof(pattern), true);
		assert_non_null(w);
		assert_false(dv_wildmatch_match(w, text, sizeof(text)));
		dv_wildmatch_free(w);
	}
	assert_null(dv_wildmatch_new(pattern, sizeof(pattern) + 1, true));
}

static enum dv_ignore_answer ask(const char *text, const char *base,
				 const char *path, bool dir)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_ignore *ig;
	enum dv_ignore_answer a;

	assert_int_equal(dv_ignore_parse(&ig, text, strlen(text), base, "f",
					 &err), 0);
	a = dv_ignore_match(ig, path, strlen(path), dir);
	dv_ignore_free(ig);
	return a;
}

static void rules_of_one_file(void **state)
{
	(void)state;
	assert_int_equal(ask("", "", "a", false), DV_IGNORE_SILENT);
	assert_int_equal(ask("# a\n\n", "", "a", false), DV_IGNORE_SILENT);
	assert_int_equal(ask("a\n", "", "x/y/a", false), DV_IGNORE_YES);
	assert_int_equal(ask("a", "", "x/y/a", false), DV_IGNORE_YES);
	assert_int_equal(ask("/a\n", "", "x/a", false), DV_IGNORE_SILENT);
	assert_int_equal(ask("/a\n", "", "a", false), DV_IGNORE_YES);
	assert_int_equal(ask("x/a\n", "", "y/x/a", false), DV_IGNORE_SILENT);
	assert_int_equal(ask("a/\n", "", "a", false), DV_IGNORE_SILENT);
	assert_int_equal(ask("a/\n", "", "x/a", true), DV_IGNORE_YES);
	assert_int_equal(ask("*.x\n!a.x\n", "", "a.x", false), DV_IGNORE_NO);
	assert_int_equal(ask("!a.x\n*.x\n", "", "a.x", false), DV_IGNORE_YES);
	assert_int_equal(ask("\\#a\n", "", "#a", false), DV_IGNORE_YES);
	assert_int_equal(ask("\\!a\n", "", "!a", false), DV_IGNORE_YES);
	assert_int_equal(ask("a  \n", "", "a", false), DV_IGNORE_YES);
	assert_int_equal(ask("a\\ \n", "", "a ", false), DV_IGNORE_YES);
	assert_int_equal(ask("a\r\n", "", "a", false), DV_IGNORE_YES);
	assert_int_equal(ask("\xef\xbb\xbf" "a\n", "", "a", false),
			 DV_IGNORE_YES);
}

static void rules_hold_below_their_file(void **state)
{
	(void)state;
	assert_int_equal(ask("/a\n", "d/e", "d/e/a", false), DV_IGNORE_YES);
	assert_int_equal(ask("/a\n", "d/e", "a", false), DV_IGNORE_SILENT);
	assert_int_equal(ask("a\n", "d/e", "d/a", false), DV_IGNORE_SILENT);
	assert_int_equal(ask("a\n", "d/e", "d/e/f/a", false), DV_IGNORE_YES);
	assert_int_equal(ask("a\n", "d/e", "d/ea", false), DV_IGNORE_SILENT);
}

static void a_line_that_is_too_long_is_refused(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_ignore *ig;
	char text[DV_IGNORE_LINE_MAX + 3];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[0] = '\n';
	assert_int_equal(dv_ignore_parse(&ig, text, sizeof(text), "", "f",
					 &err), -DV_E_LIMIT);
	assert_non_null(strstr(err.msg, "line 2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_stars_and_question_marks),
		cmocka_unit_test(two_stars_match_directories),
		cmocka_unit_test(sets),
		cmocka_unit_test(a_backslash_quotes),
		cmocka_unit_test(no_pattern_takes_long),
		cmocka_unit_test(rules_of_one_file),
		cmocka_unit_test(rules_hold_below_their_file),
		cmocka_unit_test(a_line_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
