/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "entries.h"
#include "memstore.h"

#include "base/digest.h"
#include "format/manifest.h"

/* What diff is expected to say next. */
struct expected {
	const struct entries *a, *b;
	size_t i, k;
	const char *prefix;
	size_t stop_after, told;
};

static bool wanted(const struct expected *x, const struct dv_entry *e)
{
	return !*x->prefix || !strcmp(x->prefix, e->path) ||
	       dv_path_inside(x->prefix, strlen(x->prefix), e->path,
			      e->path_len);
}

/* The next difference, by looking at every entry; false at the end. */
static bool next_difference(struct expected *x, const struct dv_entry **a,
			    const struct dv_entry **b)
{
	while (x->i < x->a->n || x->k < x->b->n) {
		const struct dv_entry *ea = &x->a->v[x->i];
		const struct dv_entry *eb = &x->b->v[x->k];
		int cmp;

		if (x->i == x->a->n)
			cmp = 1;
		else if (x->k == x->b->n)
			cmp = -1;
		else
			cmp = entries_cmp(ea, eb);
		x->i += cmp <= 0;
		x->k += cmp >= 0;
		*a = cmp <= 0 ? ea : NULL;
		*b = cmp >= 0 ? eb : NULL;
		if (wanted(x, *a ? *a : *b) && (cmp || !dv_entry_same(ea, eb)))
			return true;
	}
	return false;
}

static void check_side(const struct dv_entry *want, const struct dv_entry *e)
{
	assert_int_equal(want == NULL, e == NULL);
	if (!e)
		return;
	assert_int_equal(entries_cmp(want, e), 0);
	assert_true(dv_entry_same(want, e));
}

static int tell(void *arg, const struct dv_entry *a, const struct dv_entry *b,
		struct dv_err *err)
{
	struct expected *x = arg;
	const struct dv_entry *wa, *wb;

	(void)err;
	assert_true(next_difference(x, &wa, &wb));
	check_side(wa, a);
	check_side(wb, b);
	return ++x->told == x->stop_after ? 7 : 0;
}

/* Diff both, NULL for none, and compare with what entries say. */
static size_t check(struct memstore *s, const struct entries *a,
		    const struct entries *b, const char *prefix)
{
	const struct entries none = { NULL, 0, 0 };
	struct expected x = { .a = a ? a : &none, .b = b ? b : &none,
			      .prefix = prefix };
	struct dv_manifest *ma = NULL, *mb = NULL;
	const struct dv_entry *wa, *wb;
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_info info;

	if (a) {
		info = entries_write(a, s->algo, NULL, memstore_put, s);
		assert_int_equal(dv_manifest_open(&ma, &info.id, memstore_get,
						  s, &err), 0);
	}
	if (b) {
		info = entries_write(b, s->algo, NULL, memstore_put, s);
		assert_int_equal(dv_manifest_open(&mb, &info.id, memstore_get,
						  s, &err), 0);
	}
	s->gets = 0;
	if (dv_manifest_diff(ma, mb, prefix, tell, &x, &err) != 0)
		fail_msg("%s", err.msg);
	assert_false(next_difference(&x, &wa, &wb));
	dv_manifest_close(ma);
	dv_manifest_close(mb);
	return x.told;
}

/* A list with some of l's entries gone, others changed; shares memory. */
static struct entries changed(const struct entries *l, uint64_t seed,
			      unsigned percent)
{
	struct entries out = { NULL, 0, 0 };

	for (size_t i = 0; i < l->n; i++) {
		bool parent = entries_is_parent(l, i);
		struct dv_entry e = l->v[i];

		if (entries_draw(&seed) % 100 < percent) {
			if (entries_draw(&seed) % 2 && !parent)
				continue;
			if (e.mode == DV_MODE_FILE)
				e.size ^= 1;
		}
		dv_grow(&out.v, &out.cap, out.n + 1, sizeof(*out.v));
		out.v[out.n++] = e;
	}
	return out;
}

static void differences_are_those_of_the_lists(void **state)
{
	static const unsigned percents[] = { 0, 1, 10, 50, 100 };
	static const char *const prefixes[] = { "", "a", "a/a-b", "b!", "zz" };

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct memstore s = { .algo = seed % 2 ? DV_ALGO_XXH128 :
							 DV_ALGO_SHA256 };
		struct entries a = { NULL, 0, 0 }, b, c = { NULL, 0, 0 };
		const char *prefix = prefixes[seed / 5 % 5];

		entries_random(&a, s.algo, seed * 60, seed);
		entries_random(&c, s.algo, seed * 60, seed + 1000);
		b = changed(&a, seed, percents[seed % 5]);
		check(&s, &a, &b, "");
		check(&s, &b, &a, prefix);
		check(&s, &a, &c, prefix);
		check(&s, &a, &a, "");
		check(&s, NULL, &a, prefix);
		check(&s, &a, NULL, "");
		check(&s, NULL, NULL, "");
		free(b.v);
		entries_release(&a);
		entries_release(&c);
		memstore_release(&s);
	}
}

static void one_changed_entry_costs_two_blocks(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries a = { NULL, 0, 0 };

	(void)state;
	entries_add_many(&a, 100000);
	for (size_t at = 5; at < a.n; at += 9973) {
		struct entries b = changed(&a, 0, 0);

		b.v[at].size++;
		assert_int_equal(check(&s, &a, &b, ""), 1);
		assert_int_equal(s.gets, 2);
		assert_int_equal(check(&s, &a, &b, b.v[at].path), 1);
		assert_int_equal(s.gets, 2);
		free(b.v);
	}
	entries_release(&a);
	memstore_release(&s);
}

/* One that goes may have ended a block: then two on that side differ. */
static void one_entry_more_costs_the_blocks_around_it(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries a = { NULL, 0, 0 };

	(void)state;
	entries_add_many(&a, 20000);
	for (size_t at = 0; at < a.n; at += 37 * 13) {
		struct entries b = changed(&a, 0, 0);

		memmove(&b.v[at], &b.v[at + 1], (--b.n - at) * sizeof(*b.v));
		assert_int_equal(check(&s, &a, &b, ""), 1);
		assert_in_range(s.gets, 2, 3);
		free(b.v);
	}
	entries_release(&a);
	memstore_release(&s);
}

/* Paths that end a block each, so that there are lists to compare. */
static void lists_are_left_out_where_they_are_equal(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries a = { NULL, 0, 0 }, b, part;
	char path[16];

	(void)state;
	for (size_t i = 0; a.n < 9000; i++) {
		snprintf(path, sizeof(path), "f%09zu", i);
		if ((dv_hash64(path, strlen(path)) & 511) == 0)
			entries_add_file(&a, path, i);
	}
	b = changed(&a, 0, 0);
	b.v[4321].size++;
	assert_int_equal(check(&s, &a, &b, ""), 1);
	assert_int_equal(s.gets, 4);

	/* Lists on one side only, and other ends of them. */
	part = (struct entries){ a.v, 4096, 0 };
	assert_int_equal(check(&s, &a, &part, ""), 9000 - 4096);
	assert_int_equal(check(&s, &part, &b, ""), 9000 - 4096);
	part = (struct entries){ a.v + 5, 8990, 0 };
	assert_int_equal(check(&s, &a, &part, ""), 10);
	part = (struct entries){ a.v + 4500, 4500, 0 };
	assert_int_equal(check(&s, &part, &b, ""), 4500);
	free(b.v);
	entries_release(&a);
	memstore_release(&s);
}

static void a_callback_can_end_it(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries a = { NULL, 0, 0 }, none = { NULL, 0, 0 };
	struct expected x = { .a = &a, .b = &none, .prefix = "",
			      .stop_after = 3 };
	struct dv_manifest *ma, *mb;
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_info info;

	(void)state;
	entries_add_many(&a, 2000);
	info = entries_write(&a, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_open(&ma, &info.id, memstore_get, &s,
					  &err), 0);
	info = entries_write(&none, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_open(&mb, &info.id, memstore_get, &s,
					  &err), 0);
	assert_int_equal(dv_manifest_diff(ma, mb, "", tell, &x, &err), 7);
	x.i = x.told = 0;
	assert_int_equal(dv_manifest_diff(ma, NULL, "", tell, &x, &err), 7);
	dv_manifest_close(ma);
	dv_manifest_close(mb);
	entries_release(&a);
	memstore_release(&s);
}

static void a_missing_block_is_a_failure(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct memstore part = { .algo = DV_ALGO_XXH128 };
	struct entries a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	struct expected x = { .a = &a, .b = &b, .prefix = "" };
	struct dv_manifest_info ia, ib;
	struct dv_manifest *ma, *mb;
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id;

	(void)state;
	entries_add_file(&a, "a", 1);
	entries_add_file(&b, "a", 2);
	ia = entries_write(&a, s.algo, NULL, memstore_put, &s);
	ib = entries_write(&b, s.algo, NULL, memstore_put, &s);
	for (int i = 0; i < 2; i++) {
		struct memobject *o = memstore_find(&s, i ? &ib.id : &ia.id);

		memstore_put(&part, o->bytes, o->n, &id, &err);
	}
	assert_int_equal(dv_manifest_open(&ma, &ia.id, memstore_get, &part,
					  &err), 0);
	assert_int_equal(dv_manifest_open(&mb, &ib.id, memstore_get, &part,
					  &err), 0);
	assert_int_equal(dv_manifest_diff(ma, mb, "", tell, &x, &err),
			 -DV_E_MISSING);
	assert_int_equal(x.told, 0);
	dv_manifest_close(ma);
	dv_manifest_close(mb);
	entries_release(&a);
	entries_release(&b);
	memstore_release(&s);
	memstore_release(&part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_those_of_the_lists),
		cmocka_unit_test(one_changed_entry_costs_two_blocks),
		cmocka_unit_test(one_entry_more_costs_the_blocks_around_it),
		cmocka_unit_test(lists_are_left_out_where_they_are_equal),
		cmocka_unit_test(a_callback_can_end_it),
		cmocka_unit_test(a_missing_block_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
