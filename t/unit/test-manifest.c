/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "entries.h"
#include "memstore.h"
#include "reread.h"

#include "base/digest.h"
#include "format/cut.h"
#include "format/manifest.h"

static const enum dv_algo algos[] = { DV_ALGO_XXH128, DV_ALGO_SHA256 };

/* Does e come out as it went in? */
static bool same(const struct dv_entry *a, const struct dv_entry *b)
{
	return entries_cmp(a, b) == 0 && dv_entry_same(a, b);
}

static void what_is_read_is_what_was_written(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		struct memstore s = { .algo = algos[seed % 2] };
		struct dv_err err = DV_ERR_INIT;
		struct entries l = { NULL, 0, 0 };
		struct dv_manifest_info info;
		struct dv_manifest_iter *it;
		const struct dv_entry *e;
		struct dv_manifest *m;
		size_t i = 0, n;

		entries_random(&l, s.algo, seed < 4 ? seed : seed * 100, seed);
		info = entries_write(&l, s.algo, seed % 3 ? NULL : "{\"a\":1}",
				     memstore_put, &s);
		assert_int_equal(info.entries, l.n);

		assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get,
						  &s, &err), 0);
		assert_memory_equal(dv_manifest_get_info(m), &info,
				    sizeof(info));
		assert_int_equal(dv_manifest_get_meta(m, &n) == NULL,
				 seed % 3 != 0);
		assert_int_equal(dv_manifest_iter_open(&it, m, "", &err), 0);
		while (dv_manifest_iter_next(it, &e, &err) > 0)
			assert_true(same(e, &l.v[i++]));
		assert_int_equal(err.code, 0);
		assert_int_equal(i, l.n);
		assert_int_equal(dv_manifest_iter_next(it, &e, &err), 0);
		dv_manifest_iter_close(it);
		dv_manifest_close(m);
		entries_release(&l);
		memstore_release(&s);
	}
}

static void writing_what_was_read_gives_the_same_objects(void **state)
{
	(void)state;
	for (uint64_t seed = 100; seed < 140; seed++) {
		struct memstore s = { .algo = algos[seed % 2] };
		struct memstore to = { .algo = s.algo };
		struct dv_err err = DV_ERR_INIT;
		struct entries l = { NULL, 0, 0 };
		struct dv_manifest_info info, again;
		size_t n;

		entries_random(&l, s.algo, 2000, seed);
		info = entries_write(&l, s.algo, NULL, memstore_put, &s);
		assert_int_equal(reread(&s, &info.id, &to, &again, &n, &err),
				 0);
		assert_memory_equal(&info, &again, sizeof(info));
		assert_int_equal(s.n, to.n);
		for (size_t i = 0; i < s.n; i++)
			assert_non_null(memstore_find(&to, &s.v[i].id));
		entries_release(&l);
		memstore_release(&s);
		memstore_release(&to);
	}
}

/* Wherever it is put in, blocks before and behind stay what they are. */
static void one_more_entry_changes_one_block_and_the_root(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries l = { NULL, 0, 0 };
	size_t before;

	(void)state;
	entries_add_many(&l, 20000);
	entries_write(&l, s.algo, NULL, memstore_put, &s);
	before = s.n;
	assert_true(before > 20);
	for (size_t at = 0; at < 20000; at += 997) {
		struct entries more = { NULL, 0, 0 };
		char path[80];

		snprintf(path, sizeof(path), "%s+", l.v[at].path);
		before = s.n;
		for (size_t i = 0; i < l.n; i++) {
			entries_add_file(&more, l.v[i].path, i);
			if (i == at)
				entries_add_file(&more, path, i);
		}
		entries_write(&more, s.algo, NULL, memstore_put, &s);
		assert_in_range(s.n - before, 2, 3);
		entries_release(&more);
	}
	entries_release(&l);
	memstore_release(&s);
}

static void blocks_end_at_their_limits_too(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info, again;
	char *json = dv_malloc(DV_VALUE_INLINE_MAX);
	size_t n = 0;

	(void)state;
	/* Paths none of which ends a block: 4096 entries do. */
	for (size_t i = 0; n < 5000; i++) {
		char path[32];

		snprintf(path, sizeof(path), "f%07zu", i);
		if ((dv_hash64(path, strlen(path)) & DV_CUT_MASK) == 0)
			continue;
		entries_add_file(&l, path, i);
		n++;
	}
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(s.n, 3);
	assert_int_equal(reread(&s, &info.id, &s, &again, &n, &err), 0);
	entries_release(&l);
	memstore_release(&s);

	/* Values of 60,000 bytes: 14 of them take a block over 768 KiB. */
	s.algo = DV_ALGO_XXH128;
	memset(json, 'x', 60000);
	json[0] = json[59999] = '"';
	json[60000] = '\0';
	for (size_t i = 0; l.n < 20; i++) {
		char path[32];
		struct dv_entry *e;

		snprintf(path, sizeof(path), "f%07zu", i);
		if ((dv_hash64(path, strlen(path)) & DV_CUT_MASK) == 0)
			continue;
		e = entries_add(&l, path);
		e->mode = DV_MODE_VALUE;
		e->value = entries_json(json, &e->value_len);
		e->size = e->value_len;
	}
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(s.n, 3);
	for (size_t i = 0; i < s.n; i++)
		assert_true(s.v[i].n <= DV_BLOCK_BYTES_MAX);
	assert_int_equal(reread(&s, &info.id, &s, &again, &n, &err), 0);
	assert_int_equal(n, 20);
	free(json);
	entries_release(&l);
	memstore_release(&s);
}

/* n paths each of which ends a block, so that there are n blocks. */
static void add_enders(struct entries *l, size_t n)
{
	char path[16] = "f000000000000";

	while (n) {
		size_t i = strlen(path);

		while (path[--i] == '9')
			path[i] = '0';
		path[i]++;
		if ((dv_hash64(path, strlen(path)) & DV_CUT_MASK) == 0) {
			entries_add_file(l, path, n);
			n--;
		}
	}
}

static void more_than_4096_blocks_are_in_lists(void **state)
{
	static const struct {
		size_t blocks;
		unsigned lists;
	} cases[] = { { 4096, 0 }, { 4097, 257 }, { 70000, 4375 + 274 } };
	struct entries l = { NULL, 0, 0 };

	(void)state;
	add_enders(&l, 70000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct memstore s = { .algo = DV_ALGO_XXH128 };
		struct memstore to = { .algo = DV_ALGO_XXH128 };
		struct entries part = { l.v, cases[i].blocks, 0 };
		struct dv_err err = DV_ERR_INIT;
		struct dv_manifest_info info, again;
		struct dv_buf hold = DV_BUF_INIT;
		struct dv_manifest *m;
		struct dv_entry e;
		size_t n;

		info = entries_write(&part, s.algo, NULL, memstore_put, &s);
		assert_int_equal(s.n, part.n + cases[i].lists + 1);
		assert_int_equal(reread(&s, &info.id, &to, &again, &n, &err),
				 0);
		assert_int_equal(n, part.n);
		assert_true(dv_digest_eq(&info.id, &again.id));

		s.gets = 0;
		assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get,
						  &s, &err), 0);
		assert_int_equal(dv_manifest_find(m, l.v[4000].path,
						  l.v[4000].path_len, &e,
						  &hold, &err), 1);
		assert_true(same(&e, &l.v[4000]));
		assert_int_equal(s.gets, i + 2);
		dv_manifest_close(m);
		dv_buf_release(&hold);
		memstore_release(&s);
		memstore_release(&to);
	}
	entries_release(&l);
}

static void find_gives_what_is_there_and_nothing_else(void **state)
{
	struct memstore s = { .algo = DV_ALGO_SHA256 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf hold = DV_BUF_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info;
	struct dv_manifest *m;
	struct dv_entry e;

	(void)state;
	entries_random(&l, s.algo, 3000, 7);
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get, &s,
					  &err), 0);
	for (size_t i = 0; i < l.n; i++) {
		char *gone = dv_asprintf("%s\x01", l.v[i].path);

		assert_int_equal(dv_manifest_find(m, l.v[i].path,
						  l.v[i].path_len, &e, &hold,
						  &err), 1);
		assert_true(same(&e, &l.v[i]));
		assert_int_equal(dv_manifest_find(m, gone, strlen(gone), &e,
						  &hold, &err), 0);
		free(gone);
	}
	assert_int_equal(dv_manifest_find(m, "", 0, &e, &hold, &err), 0);
	assert_int_equal(dv_manifest_find(m, "\xff\xff", 2, &e, &hold, &err),
			 0);
	dv_manifest_close(m);
	dv_buf_release(&hold);
	entries_release(&l);
	memstore_release(&s);
}

static void a_prefix_is_an_entry_and_all_below_it(void **state)
{
	static const char *const prefixes[] = {
		"a", "a-b", "b", "a/a", "a/a-b", "\xff", "0", "nothing", ".",
		"a/", "long-name-of-a-file.csv", "ab/b", "Z/Z/Z"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct memstore s = { .algo = DV_ALGO_XXH128 };
		struct dv_err err = DV_ERR_INIT;
		struct entries l = { NULL, 0, 0 };
		const char *p = prefixes[i];
		struct dv_manifest_info info;
		struct dv_manifest_iter *it;
		const struct dv_entry *e;
		struct dv_manifest *m;

		entries_random(&l, s.algo, 4000, 50 + i);
		info = entries_write(&l, s.algo, NULL, memstore_put, &s);
		assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get,
						  &s, &err), 0);
		assert_int_equal(dv_manifest_iter_open(&it, m, p, &err), 0);
		for (size_t k = 0; k < l.n; k++) {
			if (strcmp(l.v[k].path, p) &&
			    !dv_path_inside(p, strlen(p), l.v[k].path,
					    l.v[k].path_len))
				continue;
			assert_int_equal(dv_manifest_iter_next(it, &e, &err),
					 1);
			assert_true(same(e, &l.v[k]));
		}
		assert_int_equal(dv_manifest_iter_next(it, &e, &err), 0);
		dv_manifest_iter_close(it);
		dv_manifest_close(m);
		entries_release(&l);
		memstore_release(&s);
	}
}

static void only_blocks_that_can_hold_the_prefix_are_read(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info;
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	struct dv_manifest *m;
	size_t n = 0;

	(void)state;
	entries_add_many(&l, 50000);
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get, &s,
					  &err), 0);
	s.gets = 0;
	assert_int_equal(dv_manifest_iter_open(&it, m, "dir013/file-013500",
					       &err), 0);
	while (dv_manifest_iter_next(it, &e, &err) > 0)
		n++;
	assert_int_equal(n, 1);
	assert_in_range(s.gets, 1, 2);
	dv_manifest_iter_close(it);
	dv_manifest_close(m);
	entries_release(&l);
	memstore_release(&s);
}

/* --- objects ----------------------------------------------------------- */

struct seen {
	size_t meta, content;
	size_t skip_after;		/* metas that are read */
};

static int see(void *arg, const struct dv_digest *id, bool meta,
	       const struct dv_entry *e, struct dv_err *err)
{
	struct seen *seen = arg;

	(void)err;
	assert_int_equal(meta, e == NULL);
	if (e)
		assert_true(dv_digest_eq(&e->id, id));
	seen->meta += meta;
	seen->content += !meta;
	return meta && seen->meta > seen->skip_after;
}

static int stop(void *arg, const struct dv_digest *id, bool meta,
		const struct dv_entry *e, struct dv_err *err)
{
	(void)arg;
	(void)id;
	(void)e;
	return meta ? 0 : dv_err_set(err, DV_E_CONFLICT, "enough");
}

static void every_object_is_named_once_per_place(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct seen seen = { .skip_after = SIZE_MAX };
	struct dv_manifest_info info;
	size_t content = 0;

	(void)state;
	entries_random(&l, s.algo, 5000, 21);
	for (size_t i = 0; i < l.n; i++)
		content += dv_digest_isset(&l.v[i].id);
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 see, &seen, &err), 0);
	assert_int_equal(seen.content, content);
	assert_int_equal(seen.meta, s.n);

	/* The root alone is read, of the blocks only their names. */
	seen = (struct seen){ .skip_after = 1 };
	s.gets = 0;
	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 see, &seen, &err), 0);
	assert_int_equal(seen.content, 0);
	assert_int_equal(seen.meta, s.n);
	assert_int_equal(s.gets, 1);

	seen = (struct seen){ .skip_after = 0 };
	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 see, &seen, &err), 0);
	assert_int_equal(s.gets, 1);

	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 stop, NULL, &err),
			 -DV_E_CONFLICT);
	entries_release(&l);
	memstore_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(writing_what_was_read_gives_the_same_objects),
		cmocka_unit_test(one_more_entry_changes_one_block_and_the_root),
		cmocka_unit_test(blocks_end_at_their_limits_too),
		cmocka_unit_test(more_than_4096_blocks_are_in_lists),
		cmocka_unit_test(find_gives_what_is_there_and_nothing_else),
		cmocka_unit_test(a_prefix_is_an_entry_and_all_below_it),
		cmocka_unit_test(only_blocks_that_can_hold_the_prefix_are_read),
		cmocka_unit_test(every_object_is_named_once_per_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
