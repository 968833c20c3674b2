/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/lock.h"

struct child {
	pid_t pid;
	int say;		/* close it to end the child */
};

/* A child that has the lock; it ends when told, or after hold_ms. */
static struct child hold(enum dv_lock_kind kind, int hold_ms)
{
	struct dv_err err = DV_ERR_INIT;
	int ready[2], say[2];
	struct child c;
	char byte;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(say), 0);
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (!c.pid) {
		struct dv_lock l = DV_LOCK_INIT;
		struct timespec t = { 0, hold_ms * 1000000L };

		close(say[1]);
		if (dv_lock_take(&l, "L", kind, 0, &err))
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		if (hold_ms)
			nanosleep(&t, NULL);
		else if (read(say[0], &byte, 1) < 0)
			_exit(1);
		dv_lock_release(&l);
		_exit(0);
	}
	close(ready[1]);
	close(say[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	c.say = say[1];
	return c;
}

static void end(struct child c)
{
	int status;

	close(c.say);
	assert_int_equal(waitpid(c.pid, &status, 0), c.pid);
	assert_int_equal(status, 0);
}

static int take(struct dv_lock *l, enum dv_lock_kind kind, int ms,
		struct dv_err *err)
{
	return dv_lock_take(l, "L", kind, ms, err);
}

static void an_exclusive_lock_keeps_all_others_out(void **state)
{
	struct child c = hold(DV_LOCK_EXCLUSIVE, 0);
	struct dv_lock l = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;
	char who[100];

	(void)state;
	snprintf(who, sizeof(who), "'L' is locked by process %ld %s",
		 (long)c.pid, "");
	assert_int_equal(take(&l, DV_LOCK_EXCLUSIVE, 0, &err), -DV_E_LOCKED);
	assert_memory_equal(err.msg, who, strlen(who));
	assert_int_equal(l.fd, -1);
	assert_int_equal(take(&l, DV_LOCK_SHARED, 30, &err), -DV_E_LOCKED);
	assert_memory_equal(err.msg, who, strlen(who));
	assert_string_not_equal(err.hint, "");

	end(c);
	assert_int_equal(take(&l, DV_LOCK_EXCLUSIVE, 0, &err), 0);
	dv_lock_release(&l);
	assert_int_equal(l.fd, -1);
	dv_lock_release(&l);
}

static void shared_locks_go_together(void **state)
{
	struct child c = hold(DV_LOCK_SHARED, 0);
	struct dv_lock l = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(take(&l, DV_LOCK_SHARED, 0, &err), 0);
	dv_lock_release(&l);
	assert_int_equal(take(&l, DV_LOCK_EXCLUSIVE, 20, &err),
			 -DV_E_LOCKED);
	assert_string_equal(err.msg, "'L' is locked by another process");
	end(c);
	assert_int_equal(take(&l, DV_LOCK_EXCLUSIVE, 0, &err), 0);
	dv_lock_release(&l);
}

static void one_who_waits_gets_it(void **state)
{
	struct child c = hold(DV_LOCK_EXCLUSIVE, 150);
	struct dv_lock l = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(take(&l, DV_LOCK_EXCLUSIVE, 60000, &err), 0);
	dv_lock_release(&l);
	end(c);
}

static void one_who_waits_gives_up_in_time(void **state)
{
	struct child c = hold(DV_LOCK_EXCLUSIVE, 0);
	struct dv_lock l = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct timespec a, b;
	long ms;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(take(&l, DV_LOCK_SHARED, 250, &err), -DV_E_LOCKED);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
	assert_in_range(ms, 249, 30000);
	end(c);
}

static void a_killed_holder_holds_nothing(void **state)
{
	struct child c = hold(DV_LOCK_EXCLUSIVE, 0);
	struct dv_lock l = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;
	int status;

	(void)state;
	kill(c.pid, SIGKILL);
	assert_int_equal(waitpid(c.pid, &status, 0), c.pid);
	close(c.say);
	assert_int_equal(take(&l, DV_LOCK_SHARED, 0, &err), 0);
	dv_lock_release(&l);

	/* And it is not named for a lock that a reader holds. */
	c = hold(DV_LOCK_SHARED, 0);
	assert_int_equal(take(&l, DV_LOCK_EXCLUSIVE, 0, &err), -DV_E_LOCKED);
	assert_string_equal(err.msg, "'L' is locked by another process");
	end(c);
}

static void two_handles_of_one_process_exclude_each_other(void **state)
{
	struct dv_lock a = DV_LOCK_INIT, b = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(take(&a, DV_LOCK_EXCLUSIVE, 0, &err), 0);
	assert_int_equal(take(&b, DV_LOCK_SHARED, 0, &err), -DV_E_LOCKED);
	dv_lock_release(&a);
	assert_int_equal(take(&b, DV_LOCK_SHARED, 0, &err), 0);
	dv_lock_release(&b);
}

static void a_lock_that_cannot_be_opened_is_named(void **state)
{
	struct dv_lock l = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_lock_take(&l, "no/L", DV_LOCK_SHARED, 0, &err),
			 -DV_E_MISSING);
	assert_non_null(strstr(err.msg, "'no/L'"));
}

/* Its holder's name must not be written over what a link points to. */
static void a_link_is_no_lock(void **state)
{
	static const enum dv_lock_kind kinds[] = { DV_LOCK_SHARED,
						   DV_LOCK_EXCLUSIVE };
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;

	(void)state;
	unit_write("file", "precious");
	assert_int_equal(symlink("file", "L"), 0);
	for (int i = 0; i < 2; i++) {
		struct dv_lock l = DV_LOCK_INIT;

		assert_int_equal(dv_lock_take(&l, "L", kinds[i], 0, &err),
				 -DV_E_SYS);
		assert_non_null(strstr(err.msg, "'L'"));
	}
	assert_int_equal(dv_file_read(&text, AT_FDCWD, "file", 100, &err), 0);
	assert_string_equal(text.data, "precious");
	dv_buf_release(&text);
}

static void a_reader_needs_no_write_permission(void **state)
{
	struct dv_lock l = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	unit_write("L", "");
	assert_int_equal(chmod("L", 0444), 0);
	assert_int_equal(take(&l, DV_LOCK_SHARED, 0, &err), 0);
	dv_lock_release(&l);
	if (geteuid() != 0)
		assert_int_equal(take(&l, DV_LOCK_EXCLUSIVE, 0, &err),
				 -DV_E_SYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(an_exclusive_lock_keeps_all_others_out),
		UNIT_TMP_TEST(shared_locks_go_together),
		UNIT_TMP_TEST(one_who_waits_gets_it),
		UNIT_TMP_TEST(one_who_waits_gives_up_in_time),
		UNIT_TMP_TEST(a_killed_holder_holds_nothing),
		UNIT_TMP_TEST(two_handles_of_one_process_exclude_each_other),
		UNIT_TMP_TEST(a_lock_that_cannot_be_opened_is_named),
		UNIT_TMP_TEST(a_link_is_no_lock),
		UNIT_TMP_TEST(a_reader_needs_no_write_permission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
