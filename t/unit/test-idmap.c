/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/idmap.h"

#define N 20000

static void make_id(struct dv_digest *id, enum dv_algo algo, int i)
{
	dv_digest_of(id, algo, &i, sizeof(i));
}

static int count_up(const struct dv_digest *id, uint64_t value, void *arg)
{
	uint8_t *seen = arg;
	struct dv_digest want;

	assert_true(value < N);
	make_id(&want, id->algo, (int)value);
	assert_true(dv_digest_eq(id, &want));
	seen[value]++;
	return 0;
}

static void keeps_every_id_once(void **state)
{
	static const enum dv_algo algos[] = { DV_ALGO_XXH128, DV_ALGO_SHA256 };

	(void)state;
	for (int a = 0; a < 2; a++) {
		uint8_t *seen = dv_calloc(N, 1);
		struct dv_idmap m;
		struct dv_digest id;
		uint64_t v;

		dv_idmap_init(&m, algos[a]);
		for (int i = 0; i < N; i++) {
			make_id(&id, algos[a], i);
			assert_false(dv_idmap_get(&m, &id, NULL));
			assert_true(dv_idmap_add(&m, &id, (uint64_t)i));
			assert_false(dv_idmap_add(&m, &id, 0));
		}
		assert_int_equal(m.n, N);
		for (int i = 0; i < N; i++) {
			make_id(&id, algos[a], i);
			assert_true(dv_idmap_get(&m, &id, &v));
			assert_int_equal(v, i);
		}
		assert_int_equal(dv_idmap_each(&m, count_up, seen), 0);
		for (int i = 0; i < N; i++)
			assert_int_equal(seen[i], 1);
		dv_idmap_release(&m);
		assert_int_equal(m.algo, algos[a]);
		free(seen);
	}
}

static int stop(const struct dv_digest *id, uint64_t value, void *arg)
{
	(void)id;
	(void)value;
	return ++*(int *)arg == 3 ? -42 : 0;
}

static void each_stops_where_it_is_told(void **state)
{
	struct dv_idmap m;
	struct dv_digest id;
	int n = 0;

	(void)state;
	dv_idmap_init(&m, DV_ALGO_XXH128);
	assert_int_equal(dv_idmap_each(&m, stop, &n), 0);
	for (int i = 0; i < 10; i++) {
		make_id(&id, DV_ALGO_XXH128, i);
		dv_idmap_add(&m, &id, 0);
	}
	assert_int_equal(dv_idmap_each(&m, stop, &n), -42);
	assert_int_equal(n, 3);
	dv_idmap_release(&m);
}

/* Also ids that somebody made up: the one of zeros, and near ones. */
static void any_bytes_are_an_id(void **state)
{
	struct dv_digest id = { .algo = DV_ALGO_XXH128 };
	struct dv_idmap m;
	uint64_t v;

	(void)state;
	dv_idmap_init(&m, DV_ALGO_XXH128);
	assert_false(dv_idmap_get(&m, &id, &v));
	for (int i = 0; i < 1000; i++) {
		dv_put_be32(id.b + 12, (unsigned)i);
		assert_true(dv_idmap_add(&m, &id, (uint64_t)i));
	}
	for (int i = 0; i < 1000; i++) {
		dv_put_be32(id.b + 12, (unsigned)i);
		assert_true(dv_idmap_get(&m, &id, &v));
		assert_int_equal(v, i);
	}
	dv_idmap_release(&m);
}

/* Room for values is made when the first that is not 0 comes. */
static void a_value_may_come_late(void **state)
{
	struct dv_idmap m;
	struct dv_digest id;
	uint64_t v;

	(void)state;
	dv_idmap_init(&m, DV_ALGO_SHA256);
	for (int i = 0; i < 300; i++) {
		make_id(&id, DV_ALGO_SHA256, i);
		dv_idmap_add(&m, &id, i == 100 ? 7 : 0);
	}
	for (int i = 0; i < 300; i++) {
		make_id(&id, DV_ALGO_SHA256, i);
		assert_true(dv_idmap_get(&m, &id, &v));
		assert_int_equal(v, i == 100 ? 7 : 0);
	}
	dv_idmap_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_every_id_once),
		cmocka_unit_test(each_stops_where_it_is_told),
		cmocka_unit_test(any_bytes_are_an_id),
		cmocka_unit_test(a_value_may_come_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
