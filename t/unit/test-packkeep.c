/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>

#include "store/packkeep.h"

static bool is_there(const char *path)
{
	return !access(path, F_OK);
}

static void test_kept_until_released(void **state)
{
	struct dv_packkeeps k = { .n = 0 };
	struct dv_err err = DV_ERR_INIT;
	int fd;

	(void)state;
	assert_false(dv_packkeep_is_held("a"));
	assert_int_equal(dv_packkeep_add(&k, "a", &err), 0);
	assert_int_equal(dv_packkeep_add(&k, "b", &err), 0);
	assert_true(dv_packkeep_is_held("a"));
	assert_true(dv_packkeep_is_held("b"));
	assert_int_equal(dv_packkeep_seize("b", &fd, &err), 0);
	assert_int_equal(dv_packkeep_prune(".", &err), 0);
	assert_true(is_there("a.keep"));

	dv_packkeep_release(&k);
	assert_false(is_there("a.keep"));
	assert_false(is_there("b.keep"));
	assert_false(dv_packkeep_is_held("a"));
}

static void test_two_keep_one(void **state)
{
	struct dv_packkeeps k = { .n = 0 }, l = { .n = 0 };
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_packkeep_add(&k, "a", &err), 0);
	assert_int_equal(dv_packkeep_add(&l, "b", &err), 0);
	assert_int_equal(dv_packkeep_add(&k, "b", &err), 0);
	assert_int_equal(dv_packkeep_add(&l, "a", &err), 0);

	dv_packkeep_release(&k);
	assert_true(dv_packkeep_is_held("a"));
	assert_true(dv_packkeep_is_held("b"));
	dv_packkeep_release(&l);
	assert_false(dv_packkeep_is_held("a"));
	assert_false(dv_packkeep_is_held("b"));
	assert_int_equal(dv_packkeep_prune(".", &err), 0);
	assert_false(is_there("a.keep"));
	assert_false(is_there("b.keep"));
}

static void test_seized(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	int fd, other;

	(void)state;
	assert_int_equal(dv_packkeep_seize("a", &fd, &err), 1);
	assert_int_equal(dv_packkeep_seize("a", &other, &err), 0);
	dv_packkeep_let_go("a", fd);
	assert_false(is_there("a.keep"));
	assert_int_equal(dv_packkeep_seize("a", &fd, &err), 1);
	dv_packkeep_let_go("a", fd);
}

/* A child keeps what k says until it is killed. */
static pid_t keep_in_child(const char *base)
{
	struct dv_packkeeps k = { .n = 0 };
	struct dv_err err = DV_ERR_INIT;
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (dv_packkeep_add(&k, base, &err) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void test_one_who_dies_keeps_nothing(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	pid_t pid = keep_in_child("a");

	(void)state;
	assert_true(dv_packkeep_is_held("a"));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(is_there("a.keep"));
	assert_false(dv_packkeep_is_held("a"));
	assert_int_equal(dv_packkeep_prune(".", &err), 0);
	assert_false(is_there("a.keep"));
}

/*
 * One takes packs away, others make them anew and keep them: what is kept
 * is there.
 */
#define ROUNDS 300

static void make_and_keep(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct dv_packkeeps k = { .n = 0 };
		struct dv_err err = DV_ERR_INIT;
		char *tmp = dv_asprintf("tmp-%ld", (long)getpid());

		unit_write(tmp, "pack");
		if (dv_packkeep_add(&k, "a", &err) || rename(tmp, "a.pack"))
			_exit(1);
		usleep(100);
		if (!is_there("a.pack"))
			_exit(2);
		dv_packkeep_release(&k);
		free(tmp);
	}
	_exit(0);
}

static void test_kept_beside_one_who_takes_away(void **state)
{
	int ended = 0, status;
	pid_t pid[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (!pid[i])
			make_and_keep();
	}
	while (ended < 2) {
		struct dv_err err = DV_ERR_INIT;
		int fd;

		if (dv_packkeep_seize("a", &fd, &err) > 0) {
			unlink("a.pack");
			dv_packkeep_let_go("a", fd);
		}
		if (waitpid(-1, &status, WNOHANG) <= 0)
			continue;
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		ended++;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(test_kept_until_released),
		UNIT_TMP_TEST(test_two_keep_one),
		UNIT_TMP_TEST(test_seized),
		UNIT_TMP_TEST(test_one_who_dies_keeps_nothing),
		UNIT_TMP_TEST(test_kept_beside_one_who_takes_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
