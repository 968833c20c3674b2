/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/tmpfile.h"

static size_t files_in(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(dir);
	return n;
}

/* Run fn in a child that catches signals; it says when it may be killed. */
static int end_child(void (*fn)(void), int sig)
{
	int ready[2], status;
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(ready[1], 3);
		dv_tmpfile_catch_signals();
		fn();
		if (write(3, "x", 1) != 1)
			_exit(99);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	assert_int_equal(kill(pid, sig), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

static char *make_one(const char *dir)
{
	struct dv_err err = DV_ERR_INIT;
	char *path;
	int fd;

	if (dv_tmpfile(&fd, &path, dir, &err) < 0)
		_exit(98);
	close(fd);
	return path;
}

/* Of each kind one that goes, and one that is to stay. */
static void make_all_kinds(void)
{
	struct dv_err err = DV_ERR_INIT;
	char *path, *dir;
	int fd;

	make_one(".");
	path = make_one(".");
	if (rename(path, "stays"))
		_exit(97);
	dv_tmpfile_forget(path);
	path = make_one(".");
	if (dv_tmpfile_rename(path, "goes"))
		_exit(97);
	dv_tmpfile_remove(make_one("."));

	if (dv_tmpfile_dir(&dir, "dir-", &err) < 0)
		_exit(96);
	make_one(dir);
	path = dv_asprintf("%s/by another name", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	close(fd);

	fd = open("below", O_RDONLY | O_DIRECTORY);
	close(dv_tmpfile_open(fd, "other", O_RDWR, 0600));
}

static void test_signals_take_what_is_temporary(void **state)
{
	const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	(void)state;
	assert_int_equal(mkdir("below", 0700), 0);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		assert_int_equal(end_child(make_all_kinds, signals[i]),
				 signals[i]);
		assert_int_equal(files_in("below"), 0);
		assert_int_equal(files_in("."), 2);
		assert_int_equal(unlink("stays"), 0);
	}
}

static void test_kill_9_leaves_it(void **state)
{
	(void)state;
	assert_int_equal(mkdir("below", 0700), 0);
	assert_int_equal(end_child(make_all_kinds, SIGKILL), SIGKILL);
	assert_int_equal(files_in("below"), 1);
}

static void *make_many(void *arg)
{
	char *kept[8] = { NULL };

	(void)arg;
	for (unsigned i = 0;; i++) {
		dv_tmpfile_remove(kept[i % 8]);
		free(kept[i % 8]);
		kept[i % 8] = make_one(".");
	}
	return NULL;
}

static void begin_many(void)
{
	pthread_t t;

	for (int i = 0; i < 4; i++)
		if (pthread_create(&t, NULL, make_many, NULL))
			_exit(95);
}

/* At whatever point of making and removing the threads are. */
static void test_threads_that_make_files(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(end_child(begin_many, SIGTERM), SIGTERM);
		assert_int_equal(files_in("."), 0);
	}
}

static void ignore_hup(void)
{
	/* nohup does so before the program begins */
	dv_tmpfile_catch_signals();
	if (signal(SIGHUP, SIG_IGN) == SIG_ERR)
		_exit(94);
	dv_tmpfile_catch_signals();
	make_one(".");
	raise(SIGHUP);
	if (files_in(".") != 1)
		_exit(93);
}

static void test_a_signal_that_is_ignored_stays_so(void **state)
{
	(void)state;
	assert_int_equal(end_child(ignore_hup, SIGTERM), SIGTERM);
	assert_int_equal(files_in("."), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(test_signals_take_what_is_temporary),
		UNIT_TMP_TEST(test_kill_9_leaves_it),
		UNIT_TMP_TEST(test_threads_that_make_files),
		UNIT_TMP_TEST(test_a_signal_that_is_ignored_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
