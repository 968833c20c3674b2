/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/proc.h"

#define ARGV(...) (const char *const[]){ __VA_ARGS__, NULL }

/* A child that hangs must not hang the tests. */
static int enter(void **state)
{
	alarm(120);
	return unit_enter_tmp(state);
}

static int leave(void **state)
{
	alarm(0);
	return unit_leave_tmp(state);
}

/* Run a shell script; its output replaces out. */
static int sh(const char *script, const char *input, struct dv_buf *out,
	      struct dv_err *err)
{
	dv_buf_reset(out);
	return dv_proc_run(ARGV("sh", "-c", script), NULL, NULL, input,
			   input ? strlen(input) : 0, out, err);
}

static void output_and_status_come_back(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	assert_int_equal(sh("echo hello; exit 3", NULL, &out, &err), 3);
	assert_string_equal(dv_buf_cstr(&out), "hello\n");
	assert_int_equal(sh("true", NULL, &out, &err), 0);
	assert_int_equal(out.len, 0);
	assert_int_equal(sh("kill -9 $$", NULL, &out, &err), 137);
	assert_int_equal(sh("exit 255", NULL, &out, &err), 255);
	assert_int_equal(sh("cat", "in\n", &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "in\n");
	dv_buf_release(&out);
}

static void output_is_appended(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	dv_buf_str(&out, "before ");
	assert_int_equal(dv_proc_run(ARGV("echo", "a b", "*"), NULL, NULL,
				     NULL, 0, &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "before a b *\n");
	dv_buf_release(&out);
}

static void no_input_is_an_empty_stdin(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	assert_int_equal(sh("cat; readlink /proc/self/fd/0", NULL, &out,
			    &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "/dev/null\n");
	assert_int_equal(sh("cat; echo end", "", &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "end\n");
	dv_buf_release(&out);
}

static void much_goes_both_ways_at_once(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	size_t n = 5000000;
	char *in = dv_malloc(n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		in[i] = (char)(i * 7 + (i >> 10));
	assert_int_equal(dv_proc_run(ARGV("cat"), NULL, NULL, in, n, &out,
				     &err), 0);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.data, in, n);
	dv_buf_release(&out);
	free(in);
}

static void a_child_need_not_read_its_input(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct sigaction before, after;
	sigset_t mask, pending;
	size_t n = 3000000;
	char *in = dv_calloc(1, n);

	(void)state;
	sigaction(SIGPIPE, NULL, &before);
	assert_true(before.sa_handler == SIG_DFL);
	assert_int_equal(dv_proc_run(ARGV("true"), NULL, NULL, in, n, &out,
				     &err), 0);
	assert_int_equal(dv_proc_run(ARGV("sh", "-c", "exec <&-; echo x"),
				     NULL, NULL, in, n, &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "x\n");

	/* We live, and all is as it was. */
	sigaction(SIGPIPE, NULL, &after);
	assert_true(after.sa_handler == SIG_DFL);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_false(sigismember(&mask, SIGPIPE));
	sigpending(&pending);
	assert_false(sigismember(&pending, SIGPIPE));
	dv_buf_release(&out);
	free(in);
}

/* "SigBlk" and "SigIgn" of /proc/self/status have bit 12 for SIGPIPE. */
static void a_child_gets_sigpipe_as_we_would(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	assert_int_equal(sh("sed -n 's/^Sig[BI][lg][kn]:.*\\(....\\)$/\\1/p' "
			    "/proc/self/status", "", &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "0000\n0000\n");
	dv_buf_release(&out);
}

static void environment_is_laid_over_ours(void **state)
{
	static const char *const env[] = {
		"DV_A=new", "DV_B", "DV_C=c=d", "DV_NONE", NULL
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	setenv("DV_A", "old", 1);
	setenv("DV_AA", "kept", 1);
	setenv("DV_B", "old", 1);
	assert_int_equal(dv_proc_run(ARGV("sh", "-c", "echo $DV_A $DV_AA "
					  "${DV_B-unset} $DV_C"),
				     NULL, env, NULL, 0, &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "new kept unset c=d\n");
	assert_string_equal(getenv("DV_A"), "old");
	dv_buf_release(&out);
}

static void runs_in_the_directory_asked_for(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	unit_write("d/f", "found");
	assert_int_equal(dv_proc_run(ARGV("cat", "f"), "d", NULL, NULL, 0,
				     &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "found");
	assert_int_equal(dv_proc_run(ARGV("cat", "f"), "none", NULL, NULL, 0,
				     &out, &err), -DV_E_MISSING);
	assert_non_null(strstr(err.msg, "'none'"));
	dv_buf_release(&out);
}

static void what_cannot_be_run_is_named(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	/* A PATH without directories that may not be read. */
	setenv("PATH", "/usr/bin:/bin", 1);
	assert_int_equal(dv_proc_run(ARGV("dv-no-such-program"), NULL, NULL,
				     NULL, 0, NULL, &err), -DV_E_MISSING);
	assert_string_equal(err.msg, "cannot run 'dv-no-such-program': "
			    "No such file or directory");
	unit_write("plain", "");
	assert_int_equal(dv_proc_run(ARGV("./plain"), NULL, NULL, NULL, 0,
				     NULL, &err), -DV_E_SYS);
}

static void too_much_output_ends_the_child(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out;

	(void)state;
	dv_buf_init(&out, 100000);
	assert_int_equal(dv_proc_run(ARGV("yes"), NULL, NULL, NULL, 0, &out,
				     &err), -DV_E_LIMIT);
	assert_string_equal(err.msg,
			    "output of 'yes' is larger than 100000 bytes");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	dv_buf_release(&out);
}

static void no_descriptor_leaks_into_the_child(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	int a = open("/dev/null", O_RDONLY), b = dup2(a, 77);

	(void)state;
	assert_int_equal(b, 77);
	/* 3 is the directory that ls reads. */
	assert_int_equal(dv_proc_run(ARGV("ls", "/proc/self/fd"), NULL, NULL,
				     "", 0, &out, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), "0\n1\n2\n3\n");
	close(a);
	close(b);
	dv_buf_release(&out);
}

static void no_descriptor_stays_with_us(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	int before = dup(0), after;

	(void)state;
	close(before);
	sh("cat", "x", &out, &err);
	sh("true", NULL, &out, &err);
	dv_proc_run(ARGV("dv-no-such-program"), NULL, NULL, "x", 1, &out,
		    &err);
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
	dv_buf_release(&out);
}

/* Whoever started us may have closed 0, 1 and 2. */
static void works_without_standard_descriptors(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (!pid) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf out = DV_BUF_INIT;

		close(0);
		close(1);
		close(2);
		if (sh("cat", "hello", &out, &err) ||
		    strcmp(dv_buf_cstr(&out), "hello"))
			_exit(1);
		dv_buf_release(&out);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_child_answers_while_it_runs(void **state)
{
	struct dv_child c = DV_CHILD_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct pollfd p;
	char line[8] = "";

	(void)state;
	assert_int_equal(dv_proc_start(&c, ARGV("sh", "-c", "while read x; "
			 "do echo \"<$x>\"; done; exit 7"), NULL, &err), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(send(c.in, "a\n", 2, MSG_NOSIGNAL), 2);
		p = (struct pollfd){ .fd = c.out, .events = POLLIN };
		assert_int_equal(poll(&p, 1, 10000), 1);
		assert_int_equal(read(c.out, line, sizeof(line)), 4);
		assert_memory_equal(line, "<a>\n", 4);
	}
	/* Our ends do not block. */
	assert_int_equal(read(c.out, line, 1), -1);
	assert_int_equal(dv_proc_stop(&c, 10000, &err), 7);
	assert_int_equal(dv_proc_stop(&c, 10000, &err), 0);
}

static void a_child_that_will_not_end_is_killed(void **state)
{
	struct dv_child c = DV_CHILD_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_proc_start(&c, ARGV("sleep", "100"), NULL, &err),
			 0);
	assert_int_equal(dv_proc_stop(&c, 50, &err), 128 + SIGKILL);
	assert_int_equal(dv_proc_start(&c, ARGV("dv-no-such-program"), NULL,
				       &err), -DV_E_MISSING);
	assert_int_equal(dv_proc_stop(&c, 50, &err), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_and_status_come_back),
		TEST(output_is_appended),
		TEST(no_input_is_an_empty_stdin),
		TEST(much_goes_both_ways_at_once),
		TEST(a_child_need_not_read_its_input),
		TEST(a_child_gets_sigpipe_as_we_would),
		TEST(environment_is_laid_over_ours),
		TEST(runs_in_the_directory_asked_for),
		TEST(what_cannot_be_run_is_named),
		TEST(too_much_output_ends_the_child),
		TEST(no_descriptor_leaks_into_the_child),
		TEST(no_descriptor_stays_with_us),
		TEST(works_without_standard_descriptors),
		TEST(a_child_answers_while_it_runs),
		TEST(a_child_that_will_not_end_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
