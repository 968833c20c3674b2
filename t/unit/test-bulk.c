/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <pthread.h>

#include "base/bulk.h"

#define W ((size_t)DV_BULK_WINDOW)
#define SIZE (5 * W + 12345)
#define THREADS 4

static uint8_t byte_at(uint64_t off)
{
	return (uint8_t)(off * 2654435761u >> 11);
}

static uint8_t *pattern(void)
{
	uint8_t *p = dv_malloc(SIZE);

	for (size_t i = 0; i < SIZE; i++)
		p[i] = byte_at(i);
	return p;
}

static int make(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0666);

	assert_true(fd >= 0);
	return fd;
}

/* The n bytes from from on are those of the pattern, and then it ends. */
static void assert_bytes(int fd, size_t from, size_t n)
{
	uint8_t *p = dv_malloc(n + 1);

	assert_int_equal(dv_pread_full(fd, p, n + 1, from), n);
	for (size_t i = 0; i < n; i++)
		if (p[i] != byte_at(from + i))
			fail_msg("byte %zu is another one", from + i);
	free(p);
}

/* Each puts what comes next in pieces of its own length. */
struct putters {
	struct dv_bulk *b;
	const uint8_t *p;
	pthread_mutex_t lock;
	size_t next;
	unsigned threads;
};

static void *put_all(void *arg)
{
	struct putters *x = arg;
	size_t n;

	pthread_mutex_lock(&x->lock);
	n = 70001 + 30011 * x->threads++;
	for (;;) {
		size_t off = x->next;

		n = SIZE - off < n ? SIZE - off : n;
		x->next += n;
		pthread_mutex_unlock(&x->lock);
		if (!n || dv_bulk_put(x->b, off, x->p + off, n))
			return n ? x : NULL;
		pthread_mutex_lock(&x->lock);
	}
}

static void put_by_threads(size_t from, unsigned windows)
{
	uint8_t *p = pattern();
	int fd = make();
	struct putters x = { .b = dv_bulk_new(fd, from, windows), .p = p,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .next = from };
	pthread_t threads[THREADS];
	void *bad;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, put_all,
						&x), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
	assert_int_equal(dv_bulk_flush(x.b), 0);
	assert_bytes(fd, from, SIZE - from);
	dv_bulk_free(x.b);
	close(fd);
	free(p);
}

static void what_threads_put_is_in_the_file(void **state)
{
	(void)state;
	for (unsigned windows = 1; windows <= DV_BULK_WINDOWS_MAX; windows++) {
		put_by_threads(0, windows);
		put_by_threads(2 * W, windows);
	}
}

static void without_the_short_way_it_is_the_same(void **state)
{
	(void)state;
	setenv("DV_TEST_BULK", "cache", 1);
	put_by_threads(0, 2);
	unsetenv("DV_TEST_BULK");
}

static void one_may_go_on_behind_a_flush(void **state)
{
	uint8_t *p = pattern();
	int fd = make();
	struct dv_bulk *b = dv_bulk_new(fd, 0, 2);
	static const size_t ends[] = { 1, 4095, W - 1, W, W + 5, 3 * W + 777,
				       SIZE };
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		assert_int_equal(dv_bulk_put(b, at, p + at, ends[i] - at), 0);
		assert_int_equal(dv_bulk_flush(b), 0);
		at = ends[i];
		assert_bytes(fd, 0, at);
	}
	dv_bulk_free(b);
	close(fd);
	free(p);
}

static void a_file_that_cannot_be_written_is_told_each_time(void **state)
{
	uint8_t *p = pattern();
	int fd = open("/dev/full", O_WRONLY);
	struct dv_bulk *b = dv_bulk_new(fd, 0, 2);

	(void)state;
	assert_int_equal(dv_bulk_put(b, 0, p, W - 1), 0);
	assert_int_equal(dv_bulk_put(b, W - 1, p, 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(dv_bulk_put(b, W, p, 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(dv_bulk_flush(b), -1);
	assert_int_equal(errno, ENOSPC);
	dv_bulk_free(b);
	close(fd);
	free(p);
}

static void *put_later(void *arg)
{
	uint8_t *p = pattern();
	int rc = dv_bulk_put(arg, W, p, W);

	free(p);
	return rc && errno == EIO ? arg : NULL;
}

/* The first window is in the one buffer, and will never be full. */
static void nobody_waits_for_what_will_not_come(void **state)
{
	int fd = make();
	struct dv_bulk *b = dv_bulk_new(fd, 0, 1);
	pthread_t thread;
	void *told;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, put_later, b), 0);
	dv_bulk_break(b, EIO);
	pthread_join(thread, &told);
	assert_non_null(told);
	dv_bulk_free(b);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(what_threads_put_is_in_the_file),
		UNIT_TMP_TEST(without_the_short_way_it_is_the_same),
		UNIT_TMP_TEST(one_may_go_on_behind_a_flush),
		UNIT_TMP_TEST(a_file_that_cannot_be_written_is_told_each_time),
		UNIT_TMP_TEST(nobody_waits_for_what_will_not_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
