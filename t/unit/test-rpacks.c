/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "remote/rpacks-parts.h"

/* A set of packs as if they were loaded: nothing is fetched here. */
struct set {
	struct dv_conn conn;
	struct dv_rpacks *s;
	struct dv_buf *bytes;
	size_t n;
};

static void id_of(struct dv_digest *id, unsigned n)
{
	dv_digest_of(id, DV_ALGO_XXH128, &n, sizeof(n));
}

static void begin(struct set *t)
{
	*t = (struct set){ .conn = { .name = (char *)"r" } };
	t->s = dv_rpacks_new(&t->conn);
}

/* Objects first .. first+n of one block of a byte each. */
static uint32_t add(struct set *t, unsigned first, unsigned n)
{
	struct dv_location_pack info = { .kind = DV_PACK_DATA };
	struct dv_pack_block k = { .offset = 8, .stored = n, .plain = n };
	struct dv_packidx_builder b;
	struct dv_err err = DV_ERR_INIT;
	struct dv_rpack *p;
	struct dv_digest id;
	uint32_t i;

	t->bytes = dv_reallocarray(t->bytes, t->n + 1, sizeof(*t->bytes));
	t->bytes[t->n] = (struct dv_buf)DV_BUF_INIT;
	dv_packidx_builder_init(&b, DV_ALGO_XXH128);
	if (n)
		dv_packidx_builder_block(&b, &k);
	for (unsigned o = 0; o < n; o++) {
		struct dv_pack_object x = { .offset = o, .length = 1,
					    .type = DV_PACK_PLAIN, .size = 1 };

		id_of(&id, first + o);
		dv_packidx_builder_object(&b, &id, &x);
	}
	dv_packidx_builder_encode(&b, DV_PACK_DATA, 8 + n, &t->bytes[t->n]);
	dv_packidx_builder_release(&b);
	dv_digest_of(&info.id, DV_ALGO_XXH128, &t->n, sizeof(t->n));
	i = dv_rpacks_add(t->s, &info);
	p = dv_rpacks_get(t->s, i);
	assert_int_equal(dv_packidx_open(&p->idx, t->bytes[t->n].data,
					 t->bytes[t->n].len, &err), 0);
	assert_int_equal(dv_rpacks_set_loaded(t->s, i, &err), 0);
	t->n++;
	return i;
}

static void end(struct set *t)
{
	dv_rpacks_free(t->s);
	for (size_t i = 0; i < t->n; i++)
		dv_buf_release(&t->bytes[i]);
	free(t->bytes);
}

/* In which pack is n?  -1: in none. */
static int where(struct set *t, unsigned n, bool fresh)
{
	struct dv_digest id, there;
	struct dv_rplace p;

	id_of(&id, n);
	if (!dv_rpacks_find(t->s, &id, fresh, &p))
		return -1;
	dv_packidx_id(&dv_rpacks_get(t->s, p.pack)->idx, p.i, &there);
	assert_true(dv_digest_eq(&id, &there));
	return (int)p.pack;
}

/* --- tests ------------------------------------------------------------- */

static void objects_are_found_in_few_packs_and_in_many(void **state)
{
	static const unsigned packs[] = { 1, 4, 5, 100 };

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct set t;

		begin(&t);
		assert_int_equal(where(&t, 0, false), -1);
		for (unsigned p = 0; p < packs[k]; p++)
			assert_int_equal(add(&t, p * 50, 50), p);
		for (unsigned i = 0; i < packs[k] * 50; i++)
			assert_int_equal(where(&t, i, true), i / 50);
		for (unsigned i = 0; i < 1000; i++)
			assert_int_equal(where(&t, 1000000 + i, false), -1);
		end(&t);
	}
}

static void packs_that_come_later_are_found_too(void **state)
{
	struct set t;

	(void)state;
	begin(&t);
	for (unsigned p = 0; p < 300; p++) {
		add(&t, p * 7, p % 5 ? 7 : 0);	/* some hold nothing */
		assert_int_equal(where(&t, p * 7 + 6, false),
				 p % 5 ? (int)p : -1);
	}
	for (unsigned i = 0; i < 300 * 7; i++)
		assert_int_equal(where(&t, i, false),
				 i / 7 % 5 ? (int)i / 7 : -1);
	end(&t);
}

/* All packs hold the same objects. */
static void one_that_no_gc_named_is_preferred(void **state)
{
	(void)state;
	for (unsigned packs = 2; packs <= 20; packs += 6) {
		struct set t;

		begin(&t);
		for (unsigned p = 0; p < packs; p++) {
			add(&t, 0, 30);
			dv_rpacks_get(t.s, p)->doomed = p != packs / 2;
		}
		for (unsigned i = 0; i < 30; i++)
			assert_int_equal(where(&t, i, true), packs / 2);
		dv_rpacks_get(t.s, packs / 2)->doomed = true;
		dv_rpacks_forget_table(t.s);
		assert_int_equal(where(&t, 3, true), -1);
		assert_true(where(&t, 3, false) >= 0);
		end(&t);
	}
}

static void nothing_is_found_in_a_bad_pack(void **state)
{
	(void)state;
	for (unsigned packs = 2; packs <= 20; packs += 6) {
		struct set t;
		int at;

		begin(&t);
		for (unsigned p = 0; p < packs; p++)
			add(&t, 0, 30);
		for (unsigned p = 0; p < packs; p++) {
			at = where(&t, 7, false);
			assert_true(at >= 0);
			assert_false(dv_rpacks_get(t.s, (uint32_t)at)->bad);
			dv_rpacks_set_bad(t.s, (uint32_t)at);
		}
		assert_int_equal(where(&t, 7, false), -1);
		end(&t);
	}
}

static void a_pack_is_added_once(void **state)
{
	struct dv_location_pack info = { .kind = DV_PACK_META };
	struct set t;

	(void)state;
	begin(&t);
	id_of(&info.id, 1);
	assert_int_equal(dv_rpacks_add(t.s, &info), 0);
	id_of(&info.id, 2);
	assert_int_equal(dv_rpacks_add(t.s, &info), 1);
	assert_int_equal(dv_rpacks_add(t.s, &info), 1);
	assert_int_equal(dv_rpacks_count(t.s), 2);
	end(&t);
}

/*
 * An index of which only what a look-up touches is here, at its place; the
 * rest would be refused.
 */
static void part_of_an_index_is_enough(void **state)
{
	struct dv_packidx_range r;
	struct dv_err err = DV_ERR_INIT;
	struct dv_pack_object o;
	struct dv_pack_block k;
	const uint8_t *from;
	struct dv_digest id;
	struct dv_packidx x;
	struct set t;
	uint8_t *part;
	uint32_t at;
	size_t n;

	(void)state;
	begin(&t);
	add(&t, 0, 5000);
	from = (const uint8_t *)t.bytes[0].data;
	n = t.bytes[0].len;
	for (unsigned i = 0; i < 5100; i += 50) {
		part = dv_malloc(n);
		memset(part, 0xff, n);
		memcpy(part, from, DV_PACKIDX_HEAD);
		assert_int_equal(dv_packidx_open(&x, part, n, &err), 0);
		id_of(&id, i);
		r = dv_packidx_ids_at(&x, &id);
		assert_true(r.n < 2000 && r.off + r.n <= n);
		memcpy(part + r.off, from + r.off, r.n);
		assert_int_equal(dv_packidx_find(&x, &id, &at), i < 5000);
		if (i < 5000) {
			r = dv_packidx_object_at(&x, at);
			assert_int_equal(dv_packidx_block_at(&x, at, &r, &err),
					 -DV_E_FORMAT);
			r = dv_packidx_object_at(&x, at);
			memcpy(part + r.off, from + r.off, r.n);
			assert_int_equal(dv_packidx_block_at(&x, at, &r, &err),
					 0);
			memcpy(part + r.off, from + r.off, r.n);
			assert_int_equal(dv_packidx_object(&x, at, &o, &err),
					 0);
			assert_int_equal(o.offset, i);
			assert_int_equal(dv_packidx_block(&x, o.block, &k,
							  &err), 0);
			assert_int_equal(k.offset, 8);
		}
		free(part);
	}
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_found_in_few_packs_and_in_many),
		cmocka_unit_test(packs_that_come_later_are_found_too),
		cmocka_unit_test(one_that_no_gc_named_is_preferred),
		cmocka_unit_test(nothing_is_found_in_a_bad_pack),
		cmocka_unit_test(a_pack_is_added_once),
		cmocka_unit_test(part_of_an_index_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
