/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "store/exclude.h"

static void edited(const char *text, const char *const *paths,
		   const char *want)
{
	struct dv_strlist list = DV_STRLIST_INIT;
	struct dv_buf out = DV_BUF_INIT, again = DV_BUF_INIT;

	for (; *paths; paths++)
		dv_strlist_add(&list, *paths);
	dv_exclude_edit(&out, text, strlen(text), &list);
	assert_string_equal(dv_buf_cstr(&out), want);
	dv_exclude_edit(&again, dv_buf_cstr(&out), out.len, &list);
	assert_string_equal(dv_buf_cstr(&again), want);
	dv_buf_release(&out);
	dv_buf_release(&again);
	dv_strlist_release(&list);
}

#define HEAD "# dv begin (kept by dv; edit around it)\n.dv-tmp-*\n"
#define TAIL "# dv end\n"
#define PATHS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define NONE (const char *const[]){ NULL }

static void a_block_is_put_behind_what_is_there(void **state)
{
	(void)state;
	edited("", PATHS("data"), HEAD "/data\n" TAIL);
	edited("*.o\n", PATHS("data"), "*.o\n" HEAD "/data\n" TAIL);
	edited("*.o", PATHS("data"), "*.o\n" HEAD "/data\n" TAIL);
	edited("*.o\n", NONE, "*.o\n");
}

static void an_old_block_is_replaced_and_lines_around_it_stay(void **state)
{
	(void)state;
	edited("a\n" HEAD "/old\n" TAIL "b\n", PATHS("new"),
	       "a\nb\n" HEAD "/new\n" TAIL);
	edited("a\n" HEAD "/old\n" TAIL "b\n", NONE, "a\nb\n");
	edited(HEAD "/1\n" TAIL "x\n" HEAD "/2\n" TAIL, PATHS("3"),
	       "x\n" HEAD "/3\n" TAIL);
}

static void a_block_whose_end_was_cut_off_takes_no_other_lines(void **state)
{
	(void)state;
	edited(HEAD "/old\n", PATHS("new"), HEAD "/new\n" TAIL);
	edited(HEAD "/old\n*.o\n# mine\n", PATHS("new"),
	       "*.o\n# mine\n" HEAD "/new\n" TAIL);
	edited(HEAD "/old", NONE, "");
}

static void what_a_pattern_would_read_otherwise_is_quoted(void **state)
{
	(void)state;
	edited("", PATHS("a*b", "c?d", "e[f]", "g\\h", "i j", "k ", "#l", "!m",
			 "n\no", "p/q"),
	       HEAD "/a\\*b\n/c\\?d\n/e\\[f]\n/g\\\\h\n/i j\n/k\\ \n/#l\n/!m\n"
	       "/n?o\n/p/q\n" TAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_is_put_behind_what_is_there),
		cmocka_unit_test(
			an_old_block_is_replaced_and_lines_around_it_stay),
		cmocka_unit_test(
			a_block_whose_end_was_cut_off_takes_no_other_lines),
		cmocka_unit_test(what_a_pattern_would_read_otherwise_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
