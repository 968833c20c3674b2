/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plumbing/common/command.h"

static const char *const usage[] = {
	"dv sample [-v] [--name=<n>] <arg>...",
	"dv sample --stdin",
	NULL
};

/* What the sample command's options set. */
struct sample {
	bool verbose, stdin_too, force, recurse;
	const char *name, *color;
	int64_t jobs;
	struct dv_strlist config;
};

static struct sample s;
static const struct dv_opt spec[] = {
	DV_OPT_BOOL('v', "verbose", &s.verbose, "say more"),
	DV_OPT_BOOL(0, "stdin", &s.stdin_too, "read names from stdin"),
	DV_OPT_BOOL('f', NULL, &s.force, "force"),
	DV_OPT_BOOL(0, "no-recurse", &s.recurse, "stay here"),
	DV_OPT_STR('n', "name", &s.name, "<n>", "name it"),
	DV_OPT_OPTSTR('c', "color", &s.color, "<when>", "use color"),
	DV_OPT_INT('j', "jobs", &s.jobs, "<n>", "threads"),
	DV_OPT_LIST(0, "config", &s.config, "<file>", "configuration"),
	DV_OPT_END
};

static const char *args[16];
static int dashdash;

#define PARSE(...) parse((const char *const []){ __VA_ARGS__, NULL })

static int parse(const char *const *words)
{
	int argc = 0;

	dv_strlist_release(&s.config);
	s = (struct sample){ 0 };
	for (; words[argc]; argc++)
		args[argc] = words[argc];
	args[argc] = NULL;
	return dv_opt_parse_dd(argc, args, spec, usage, &dashdash);
}

/* Parse in a child, which is to exit; its output goes to text. */
static int parse_exit(const char *const *words, int fd, char *text, size_t n)
{
	int status, pipefd[2];
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(pipefd), 0);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(pipefd[1], fd);
		parse(words);
		_exit(0);
	}
	close(pipefd[1]);
	while (len < n - 1 &&
	       (got = read(pipefd[0], text + len, n - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	close(pipefd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define MISUSE(message, ...) \
	misuse((const char *const []){ __VA_ARGS__, NULL }, message)

static void misuse(const char *const *words, const char *message)
{
	char text[4096];

	assert_int_equal(parse_exit(words, STDERR_FILENO, text, sizeof(text)),
			 129);
	assert_non_null(strstr(text, message));
	assert_non_null(strstr(text, "\nusage: dv sample [-v]"));
}

static void arguments_keep_their_order_around_options(void **state)
{
	(void)state;
	assert_int_equal(PARSE("a", "-v", "b", "--stdin", "-"), 3);
	assert_string_equal(args[0], "a");
	assert_string_equal(args[1], "b");
	assert_string_equal(args[2], "-");
	assert_null(args[3]);
	assert_true(s.verbose);
	assert_true(s.stdin_too);
	assert_int_equal(dashdash, -1);
}

static void letters_bundle_and_take_a_value_attached_or_not(void **state)
{
	(void)state;
	assert_int_equal(PARSE("-vfn", "x", "y"), 1);
	assert_true(s.verbose && s.force);
	assert_string_equal(s.name, "x");

	assert_int_equal(PARSE("-vnfx"), 0);
	assert_string_equal(s.name, "fx");
	assert_false(s.force);
}

static void a_name_takes_a_value_with_equals_or_after_it(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--name=a=b", "rest"), 1);
	assert_string_equal(s.name, "a=b");
	assert_int_equal(PARSE("--name", "-v", "rest"), 1);
	assert_string_equal(s.name, "-v");
	assert_false(s.verbose);
	assert_int_equal(PARSE("--name="), 0);
	assert_string_equal(s.name, "");
}

static void the_last_string_counts_and_a_list_keeps_all(void **state)
{
	(void)state;
	PARSE("-n", "a", "--name=b", "--config=x", "--config", "y");
	assert_string_equal(s.name, "b");
	assert_int_equal(s.config.n, 2);
	assert_string_equal(s.config.v[0], "x");
	assert_string_equal(s.config.v[1], "y");
}

static void a_unique_beginning_is_enough(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--verb", "--na=x"), 0);
	assert_true(s.verbose);
	assert_string_equal(s.name, "x");
	MISUSE("error: option '--co' could mean '--color' or '--config'",
	       "--co");
}

static void no_takes_back_what_was_said(void **state)
{
	(void)state;
	PARSE("-v", "--no-verbose", "-nx", "--no-name", "--config=x",
	      "--no-config");
	assert_false(s.verbose);
	assert_null(s.name);
	assert_int_equal(s.config.n, 0);

	PARSE("--no-recurse");
	assert_true(s.recurse);
	PARSE("--no-recurse", "--recurse");
	assert_false(s.recurse);
	MISUSE("error: option '--no-verbose' takes no value",
	       "--no-verbose=x");
}

static void an_optional_value_must_be_attached(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--color", "always"), 1);
	assert_string_equal(s.color, "");
	assert_int_equal(PARSE("--color=always"), 0);
	assert_string_equal(s.color, "always");
	assert_int_equal(PARSE("-calways", "-v"), 0);
	assert_string_equal(s.color, "always");
}

static void a_number_is_whole_and_in_range(void **state)
{
	(void)state;
	PARSE("-j4");
	assert_int_equal(s.jobs, 4);
	PARSE("--jobs=-7");
	assert_int_equal(s.jobs, -7);
	MISUSE("takes a whole number, not '4x'", "-j4x");
	MISUSE("takes a whole number, not ''", "--jobs=");
	MISUSE("takes a whole number, not ' 4'", "--jobs", " 4");
	MISUSE("out of range: '9223372036854775808'",
	       "--jobs=9223372036854775808");
}

static void two_dashes_end_options_and_are_counted(void **state)
{
	(void)state;
	assert_int_equal(PARSE("a", "--", "-v", "--", "b"), 4);
	assert_int_equal(dashdash, 1);
	assert_string_equal(args[1], "-v");
	assert_string_equal(args[2], "--");
	assert_false(s.verbose);

	assert_int_equal(PARSE("--end-of-options", "-v", "--", "b"), 2);
	assert_int_equal(dashdash, 1);
	assert_string_equal(args[0], "-v");
}

static void misuse_names_the_option_and_shows_the_usage(void **state)
{
	(void)state;
	MISUSE("error: unknown option '--nonsense'", "--nonsense");
	MISUSE("error: unknown option '--nonsense=1'", "--nonsense=1");
	MISUSE("error: unknown option '-x'", "-vx");
	MISUSE("error: option '-n' needs a value", "-n");
	MISUSE("error: option '--name' needs a value", "--name");
	MISUSE("error: option '--stdin' takes no value", "--stdin=1");
	MISUSE("error: unknown option '--=x'", "--=x");
	/* A terminal is not steered by what somebody typed. */
	MISUSE("error: unknown option '--?[31m'", "--\033[31m");
}

static void help_goes_to_stdout_and_exits_as_git_does(void **state)
{
	static const char *const help[] = { "-h", NULL };
	char text[4096];

	(void)state;
	assert_int_equal(parse_exit(help, STDOUT_FILENO, text, sizeof(text)),
			 129);
	assert_string_equal(text,
		"usage: dv sample [-v] [--name=<n>] <arg>...\n"
		"   or: dv sample --stdin\n"
		"\n"
		"    -v, --verbose         say more\n"
		"    --stdin               read names from stdin\n"
		"    -f                    force\n"
		"    --no-recurse          stay here\n"
		"    -n, --name <n>        name it\n"
		"    -c, --color[=<when>]  use color\n"
		"    -j, --jobs <n>        threads\n"
		"    --config <file>       configuration\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_keep_their_order_around_options),
		cmocka_unit_test(letters_bundle_and_take_a_value_attached_or_not),
		cmocka_unit_test(a_name_takes_a_value_with_equals_or_after_it),
		cmocka_unit_test(the_last_string_counts_and_a_list_keeps_all),
		cmocka_unit_test(a_unique_beginning_is_enough),
		cmocka_unit_test(no_takes_back_what_was_said),
		cmocka_unit_test(an_optional_value_must_be_attached),
		cmocka_unit_test(a_number_is_whole_and_in_range),
		cmocka_unit_test(two_dashes_end_options_and_are_counted),
		cmocka_unit_test(misuse_names_the_option_and_shows_the_usage),
		cmocka_unit_test(help_goes_to_stdout_and_exits_as_git_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
