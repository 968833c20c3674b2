/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/parallel.h"

#define PIECES 1000

struct tally {
	atomic_int count[PIECES];
	atomic_int workers[256];
	size_t batch;
	int threads;
};

static int tick(void *arg, int w, size_t first, size_t n, struct dv_err *err)
{
	struct tally *t = arg;

	(void)err;
	assert(w >= 0 && w < t->threads);
	assert(n >= 1 && n <= t->batch);
	t->workers[w]++;
	for (size_t i = first; i < first + n; i++)
		t->count[i]++;
	return 0;
}

static void every_piece_is_done_once(void **state)
{
	static const struct {
		size_t total, batch;
		int threads;
	} cases[] = {
		{ PIECES, 1, 1 }, { PIECES, 1, 4 }, { PIECES, 7, 3 },
		{ PIECES, PIECES, 4 }, { PIECES, 5000, 4 }, { 1, 1, 8 },
		{ 3, 2, 2 }, { 0, 1, 4 }, { PIECES, SIZE_MAX, 2 },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		struct dv_err err = DV_ERR_INIT;
		struct tally t = { .batch = cases[k].batch,
				   .threads = cases[k].threads };

		assert_int_equal(dv_parallel_for(cases[k].total,
						 cases[k].batch,
						 cases[k].threads, tick, &t,
						 &err), 0);
		for (size_t i = 0; i < PIECES; i++)
			assert_int_equal(t.count[i], i < cases[k].total);
	}
}

static void a_batch_of_0_counts_as_1(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct tally t = { .batch = 1, .threads = 2 };

	(void)state;
	assert_int_equal(dv_parallel_for(10, 0, 2, tick, &t, &err), 0);
	assert_int_equal(t.count[9], 1);
}

static int fail_in_places(void *arg, int w, size_t first, size_t n,
			  struct dv_err *err)
{
	atomic_size_t *most = arg;

	(void)w;
	(void)n;
	if (first > *most)
		*most = first;
	if (first % 10 != 5)
		return 0;
	/* The first to fail is the last to say so. */
	if (first == 5) {
		struct timespec t = { 0, 20000000 };

		nanosleep(&t, NULL);
	}
	return dv_err_set(err, DV_E_FORMAT, "piece %zu", first);
}

static void the_first_failure_is_the_one_reported(void **state)
{
	(void)state;
	for (int threads = 1; threads <= 8; threads++) {
		struct dv_err err = DV_ERR_INIT;
		atomic_size_t most = 0;

		assert_int_equal(dv_parallel_for(100000000, 1, threads,
						 fail_in_places, &most, &err),
				 -DV_E_FORMAT);
		assert_string_equal(err.msg, "piece 5");
		/* And it ended the work. */
		assert_true(most < 90000000);
	}
}

static int same_thread(void *arg, int w, size_t first, size_t n,
		       struct dv_err *err)
{
	(void)first;
	(void)n;
	(void)err;
	return w == 0 && pthread_equal(*(pthread_t *)arg, pthread_self()) ?
		0 : -DV_E_SYS;
}

static void one_worker_is_the_caller(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	pthread_t self = pthread_self();

	(void)state;
	assert_int_equal(dv_parallel_for(50, 1, 1, same_thread, &self, &err),
			 0);
	assert_int_equal(dv_parallel_for(1, 1, 8, same_thread, &self, &err),
			 0);
}

static int needs_two(void *arg, int w, size_t first, size_t n,
		     struct dv_err *err)
{
	(void)w;
	(void)first;
	(void)n;
	(void)err;
	/* Ends only when another worker comes here too. */
	pthread_barrier_wait(arg);
	return 0;
}

static void workers_work_at_the_same_time(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	pthread_barrier_t both;

	(void)state;
	alarm(60);
	assert_int_equal(pthread_barrier_init(&both, NULL, 2), 0);
	assert_int_equal(dv_parallel_for(2, 1, 2, needs_two, &both, &err), 0);
	pthread_barrier_destroy(&both);
	alarm(0);
}

static int check_mask(void *arg, int w, size_t first, size_t n,
		      struct dv_err *err)
{
	sigset_t now;

	(void)first;
	(void)n;
	pthread_barrier_wait(arg);
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	if (sigismember(&now, SIGINT) != (w > 0))
		return dv_err_set(err, DV_E_SYS, "worker %d", w);
	return 0;
}

static void signals_are_for_the_caller(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	pthread_barrier_t all;

	(void)state;
	alarm(60);
	assert_int_equal(pthread_barrier_init(&all, NULL, 3), 0);
	assert_int_equal(dv_parallel_for(3, 1, 3, check_mask, &all, &err), 0);
	pthread_barrier_destroy(&all);
	alarm(0);
}

static void the_environment_sets_the_threads(void **state)
{
	(void)state;
	unsetenv("DV_THREADS");
	assert_in_range(dv_parallel_threads(), 1, 256);
	setenv("DV_THREADS", "7", 1);
	assert_int_equal(dv_parallel_threads(), 7);
	setenv("DV_THREADS", "1000000", 1);
	assert_int_equal(dv_parallel_threads(), 256);
	setenv("DV_THREADS", "none", 1);
	assert_in_range(dv_parallel_threads(), 1, 256);
	unsetenv("DV_THREADS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_piece_is_done_once),
		cmocka_unit_test(a_batch_of_0_counts_as_1),
		cmocka_unit_test(the_first_failure_is_the_one_reported),
		cmocka_unit_test(one_worker_is_the_caller),
		cmocka_unit_test(workers_work_at_the_same_time),
		cmocka_unit_test(signals_are_for_the_caller),
		cmocka_unit_test(the_environment_sets_the_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
