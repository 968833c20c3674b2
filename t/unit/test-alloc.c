/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <sys/wait.h>

/* Status and stderr of a child that asks for n elements of size bytes. */
static int ask_for(size_t n, size_t size, char text[100])
{
	int ends[2], status;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(ends[1], 2);
		free(dv_reallocarray(NULL, n, size));
		_exit(0);
	}
	close(ends[1]);
	got = dv_read_full(ends[0], text, 99);
	assert_true(got >= 0);
	text[got] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void too_much_is_out_of_memory(void **state)
{
	char text[100];

	(void)state;
	assert_int_equal(ask_for(SIZE_MAX / 2, 3, text), 128);
	assert_string_equal(text, "fatal: out of memory\n");
	assert_int_equal(ask_for(100, 3, text), 0);
	assert_string_equal(text, "");
}

static void nothing_is_memory_too(void **state)
{
	void *p;

	(void)state;
	p = dv_malloc(0);
	assert_non_null(p);
	p = dv_realloc(p, 0);
	assert_non_null(p);
	free(p);
	p = dv_calloc(0, 5);
	assert_non_null(p);
	free(p);
}

static void strings_are_copied(void **state)
{
	char *s;

	(void)state;
	s = dv_strdup("abc");
	assert_string_equal(s, "abc");
	free(s);
	s = dv_strndup("abc", 2);
	assert_string_equal(s, "ab");
	free(s);
	s = dv_strndup("abc", 10);
	assert_string_equal(s, "abc");
	free(s);
	s = dv_asprintf("%d-%s", 1, "x");
	assert_string_equal(s, "1-x");
	free(s);
}

static void arrays_grow_by_more_than_they_must(void **state)
{
	size_t cap = 0, times = 0;
	int *v = NULL;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		size_t before = cap;

		dv_grow(&v, &cap, (size_t)i + 1, sizeof(*v));
		times += cap != before;
		v[i] = i;
	}
	for (int i = 0; i < 100000; i++)
		assert_int_equal(v[i], i);
	assert_in_range(times, 1, 40);
	dv_grow(&v, &cap, 10 * cap, sizeof(*v));
	assert_in_range(cap, 1000000, 2000000);
	free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_much_is_out_of_memory),
		cmocka_unit_test(nothing_is_memory_too),
		cmocka_unit_test(strings_are_copied),
		cmocka_unit_test(arrays_grow_by_more_than_they_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
