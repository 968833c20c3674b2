/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "plumbing/common/command.h"

static FILE *input(const void *bytes, size_t n)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	rewind(f);
	return f;
}

static void records_end_at_eol_or_at_the_end_of_input(void **state)
{
	struct dv_reader r = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	FILE *f = input("a\n\nlast", 7);

	(void)state;
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
	assert_string_equal(r.line, "a");
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
	assert_int_equal(r.len, 0);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
	assert_string_equal(r.line, "last");
	assert_int_equal(r.len, 4);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 0);
	dv_reader_release(&r);
	fclose(f);
}

static void records_that_end_in_nul_may_hold_newlines(void **state)
{
	struct dv_reader r = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	FILE *f = input("a\nb\0c", 6);

	(void)state;
	assert_int_equal(dv_reader_next(&r, f, '\0', &err), 1);
	assert_string_equal(r.line, "a\nb");
	assert_int_equal(dv_reader_next(&r, f, '\0', &err), 1);
	assert_string_equal(r.line, "c");
	assert_int_equal(dv_reader_next(&r, f, '\0', &err), 0);
	dv_reader_release(&r);
	fclose(f);
}

static void records_longer_than_a_read_come_whole(void **state)
{
	struct dv_reader r = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	size_t n = 200000, i;
	char *text = malloc(3 * (n + 1));
	FILE *f;

	(void)state;
	memset(text, 'x', 3 * (n + 1));
	for (i = 0; i < 3; i++)
		text[i * (n + 1) + n - i] = '\n';
	f = input(text, 3 * (n + 1));
	for (i = 0; i < 3; i++) {
		assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
		assert_int_equal(r.len, i ? n - 1 : n);
		assert_int_equal(strlen(r.line), r.len);
	}
	dv_reader_release(&r);
	fclose(f);
	free(text);
}

static void a_record_over_the_limit_is_refused(void **state)
{
	struct dv_reader r = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	size_t n = DV_READER_LINE_MAX;
	char *text = malloc(n + 2);
	FILE *f;

	(void)state;
	memset(text, 'x', n + 2);
	text[n] = '\n';
	f = input(text, n + 1);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
	assert_int_equal(r.len, n);
	dv_reader_release(&r);
	fclose(f);

	text[n] = 'x';
	text[n + 1] = '\n';
	f = input(text, n + 2);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), -DV_E_LIMIT);
	dv_reader_release(&r);
	fclose(f);
	free(text);
}

static void a_record_with_a_nul_in_it_is_refused(void **state)
{
	struct dv_reader r = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	FILE *f = input("a\nb\0c\n", 6);

	(void)state;
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), -DV_E_INVALID);
	dv_reader_release(&r);
	fclose(f);

	f = input("a\0", 2);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), -DV_E_INVALID);
	assert_non_null(strstr(err.hint, "-z"));
	dv_reader_release(&r);
	fclose(f);
}

static void a_record_is_given_before_the_next_is_written(void **state)
{
	struct dv_reader r = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	int fd[2];
	FILE *f;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	f = fdopen(fd[0], "r");
	assert_int_equal(write(fd[1], "one\n", 4), 4);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
	assert_string_equal(r.line, "one");
	assert_int_equal(write(fd[1], "two\n", 4), 4);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 1);
	assert_string_equal(r.line, "two");
	close(fd[1]);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), 0);
	dv_reader_release(&r);
	fclose(f);
}

static void a_failing_read_is_a_failure_not_an_end(void **state)
{
	struct dv_reader r = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	FILE *f = fopen("/", "r");

	(void)state;
	assert_non_null(f);
	assert_int_equal(dv_reader_next(&r, f, '\n', &err), -DV_E_SYS);
	assert_non_null(strstr(err.msg, "standard input"));
	dv_reader_release(&r);
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_end_at_eol_or_at_the_end_of_input),
		cmocka_unit_test(records_that_end_in_nul_may_hold_newlines),
		cmocka_unit_test(records_longer_than_a_read_come_whole),
		cmocka_unit_test(a_record_over_the_limit_is_refused),
		cmocka_unit_test(a_record_with_a_nul_in_it_is_refused),
		cmocka_unit_test(a_record_is_given_before_the_next_is_written),
		cmocka_unit_test(a_failing_read_is_a_failure_not_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
