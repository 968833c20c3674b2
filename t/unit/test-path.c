/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdlib.h>

#include "base/path.h"

static int check(const char *path)
{
	struct dv_err err = DV_ERR_INIT;

	return dv_path_check(path, strlen(path), &err);
}

static void plain_names_are_good(void **state)
{
	static const char *const good[] = {
		"a", "a/b", ".a", "..a", "a..", "a.", "...", "a b", " ",
		"-", "~", "a\\b", "a:b", "CON", "\xff\xfe", "a\nb", "\"",
		".g", ".gi", ".gitx", ".git-x", ".git_", ".gitignore",
		".gitmodules", "git", "git~2", "git~10", "git~1x", "xgit~1",
		"x.git", "a.git/b", ".gitx:y", "gi~1", ".git\xc3\xa4",
		"a\\b.git", "a\\.gitx", ".g\xc3\xa4it", ".\xe2\x82\xacgit",
		"data.git.d/x", "\xe2\x80\x8c.gitx",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (check(good[i]))
			fail_msg("'%s' is refused", good[i]);
}

static void bad_paths_are_refused_by_name(void **state)
{
	static const struct {
		const char *path, *msg;
	} bad[] = {
		{ "", "path '' is empty" },
		{ "/", "path '/' is not relative" },
		{ "/a", "path '/a' is not relative" },
		{ "a/", "path 'a/' has an empty component" },
		{ "a//b", "path 'a//b' has an empty component" },
		{ ".", "path '.' has a component '.'" },
		{ "./a", "path './a' has a component '.'" },
		{ "a/.", "path 'a/.' has a component '.'" },
		{ "..", "path '..' has a component '..'" },
		{ "../a", "path '../a' has a component '..'" },
		{ "a/../b", "path 'a/../b' has a component '..'" },
		{ "a\n/..", "path \"a\\n/..\" has a component '..'" },
		{ ".git", "path '.git' has a component that may be taken "
			  "for '.git'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(dv_path_check(bad[i].path,
					       strlen(bad[i].path), &err),
				 -DV_E_INVALID);
		assert_string_equal(err.msg, bad[i].msg);
	}
}

/* The vectors of git's own tests, and neighbours of them. */
static void git_is_known_in_every_disguise(void **state)
{
	static const char *const disguises[] = {
		".git", ".GIT", ".Git", ".gIt", ".giT",
		".git ", ".git.", ".git...", ".git . .", ".GIT. ",
		".git:", ".git:x", ".git::$INDEX_ALLOCATION",
		".git ::$INDEX_ALLOCATION", ".Git:$DATA",
		".git\\", ".git\\config", ".git. \\x", "a\\.git",
		"a\\b\\.GIT \\c", "\\.git", "a\\git~1",
		"git~1", "GIT~1", "Git~1 ", "git~1.", "git~1:x", "git~1\\x",
		".git\xe2\x80\x8c", "\xe2\x80\x8c.git", ".\xe2\x80\x8dgit",
		".g\xe2\x80\x8eit", ".gi\xe2\x80\x8ft", ".gI\xe2\x80\xaaT",
		".g\xe2\x80\xaei\xe2\x80\xact", ".\xe2\x81\xaagit",
		".g\xe2\x81\xafit", "\xef\xbb\xbf.git",
		".\xef\xbb\xbfg\xef\xbb\xbfi\xef\xbb\xbft\xef\xbb\xbf",
		".git\xff", ".git\xe2\x80", ".g\xe2\x80\x8ci\xe2\x80\x8ct\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(disguises) / sizeof(*disguises); i++) {
		char path[100];
		const char *s = disguises[i];

		if (dv_path_component_ok(s, strlen(s)))
			fail_msg("'%s' passes", s);
		snprintf(path, sizeof(path), "a/%s", s);
		assert_int_equal(check(path), -DV_E_INVALID);
		snprintf(path, sizeof(path), "%s/hooks/x", s);
		assert_int_equal(check(path), -DV_E_INVALID);
	}
}

static void nul_and_length_are_checked(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	char *text = dv_malloc(5000);

	(void)state;
	assert_int_equal(dv_path_check("a\0b", 3, &err), -DV_E_INVALID);
	assert_string_equal(err.msg,
			    "path \"a\\000b\" has a NUL byte in it");

	memset(text, 'a', 5000);
	assert_int_equal(dv_path_check(text, 4095, &err), 0);
	assert_int_equal(dv_path_check(text, 4096, &err), -DV_E_INVALID);
	assert_non_null(strstr(err.msg, "...' is longer than 4095 bytes"));
	free(text);
}

/* Read nothing behind n: the copies are exactly that long. */
static void every_prefix_is_judged_by_itself(void **state)
{
	static const char path[] = "ab/.git\xe2\x80\x8c/git~1/..";

	(void)state;
	for (size_t n = 0; n < sizeof(path); n++) {
		struct dv_err err = DV_ERR_INIT;
		char *copy = dv_malloc(n);
		bool good = (n >= 1 && n <= 2) || (n >= 4 && n <= 6);

		memcpy(copy, path, n);
		/* "ab/." is no good. */
		if (n == 4)
			good = false;
		assert_int_equal(!dv_path_check(copy, n, &err), good);
		free(copy);
	}
}

static void a_component_has_no_slash(void **state)
{
	(void)state;
	assert_true(dv_path_component_ok("a", 1));
	assert_false(dv_path_component_ok("a/b", 3));
	assert_false(dv_path_component_ok("", 0));
	assert_false(dv_path_component_ok("..", 2));
	assert_true(dv_path_component_ok("..", 0 + 1) == false);
	assert_false(dv_path_component_ok("a\0", 2));
}

static void order_is_bytewise_then_length(void **state)
{
	static const char *const sorted[] = {
		"", "a", "a-b", "a.b", "a/b", "a0", "aa", "b", "\xc3\xa4",
	};
	size_t n = sizeof(sorted) / sizeof(*sorted);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			int c = dv_path_cmp(sorted[i], strlen(sorted[i]),
					    sorted[k], strlen(sorted[k]));

			assert_int_equal((c > 0) - (c < 0),
					 (i > k) - (i < k));
		}
}

static bool inside(const char *dir, const char *path)
{
	return dv_path_inside(dir, strlen(dir), path, strlen(path));
}

static void inside_is_below_a_slash(void **state)
{
	(void)state;
	assert_true(inside("a", "a/b"));
	assert_true(inside("a", "a/b/c"));
	assert_true(inside("a/b", "a/b/c"));
	assert_true(inside("", "a"));
	assert_false(inside("", ""));
	assert_false(inside("a", "a"));
	assert_false(inside("a", "a/"));
	assert_false(inside("a", "ab"));
	assert_false(inside("a", "ab/c"));
	assert_false(inside("a/b", "a"));
	assert_false(inside("b", "a/b"));
}

static void relative(const char *path, const char *prefix, const char *want)
{
	char *got = dv_path_relative(path, prefix);

	assert_string_equal(got, want);
	free(got);
}

static void relative_is_as_typed_in_the_prefix(void **state)
{
	(void)state;
	relative("a", "", "a");
	relative("a/b", "", "a/b");
	relative("a/b", "a/", "b");
	relative("a", "a/", ".");
	relative("a", "a/b/", "..");
	relative("a", "a/b/c/", "../..");
	relative("a/b", "a/b/c/", "..");
	relative("a/b", "c/", "../a/b");
	relative("a/b", "c/d/", "../../a/b");
	relative("ab", "a/", "../ab");
	relative("a", "ab/", "../a");
	relative("a/bc", "a/b/", "../bc");
	relative("a/b", "a/bc/", "../b");
	relative("a/b/c", "a/d/", "../b/c");
	relative("", "", ".");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_names_are_good),
		cmocka_unit_test(bad_paths_are_refused_by_name),
		cmocka_unit_test(git_is_known_in_every_disguise),
		cmocka_unit_test(nul_and_length_are_checked),
		cmocka_unit_test(every_prefix_is_judged_by_itself),
		cmocka_unit_test(a_component_has_no_slash),
		cmocka_unit_test(order_is_bytewise_then_length),
		cmocka_unit_test(inside_is_below_a_slash),
		cmocka_unit_test(relative_is_as_typed_in_the_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
