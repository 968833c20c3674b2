/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/chunk.h"
#include "format/recipe.h"

/* The example of dv-format-recipe(5). */
static const uint8_t golden[] = {
	0x44, 0x56, 0x52, 0x43, 0x01, 0x01, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x18, 0x00, 0x00,
	0xa9, 0x6f, 0xaf, 0x70, 0x5a, 0xf1, 0x68, 0x34,
	0xe6, 0xc6, 0x32, 0xb6, 0x1e, 0x96, 0x4e, 0x1f,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00,
	0xd6, 0x55, 0x10, 0x79, 0xe6, 0x40, 0xa3, 0x98,
	0x93, 0x51, 0xd9, 0x83, 0x5e, 0x2f, 0x94, 0x1c,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00,
};

struct parts {
	struct dv_buf v[4096];
	struct dv_digest ids[4096];
	size_t n, fresh;
};

static int put(void *arg, const void *p, size_t n, struct dv_digest *id,
	       struct dv_err *err)
{
	struct parts *s = arg;

	(void)err;
	dv_digest_of(id, DV_ALGO_XXH128, p, n);
	for (size_t i = 0; i < s->n; i++)
		if (dv_digest_eq(&s->ids[i], id))
			return 0;
	assert_true(s->n < 4096);
	s->ids[s->n] = *id;
	dv_buf_init(&s->v[s->n], 0);
	dv_buf_add(&s->v[s->n++], p, n);
	s->fresh++;
	return 0;
}

static void parts_free(struct parts *s)
{
	for (size_t i = 0; i < s->n; i++)
		dv_buf_release(&s->v[i]);
	free(s);
}

/* The id of a chunk numbered i. */
static void chunk_id(struct dv_digest *id, enum dv_algo algo, uint64_t i)
{
	dv_digest_of(id, algo, &i, sizeof(i));
}

static void fill(struct dv_recipe_list *l, uint64_t n, uint64_t changed)
{
	for (uint64_t i = 0; i < n; i++) {
		struct dv_digest id;

		chunk_id(&id, DV_ALGO_XXH128, i == changed ? n + i : i);
		dv_recipe_list_add(l, &id, 1000 + i % 1000);
	}
}

/* Walk the tree and check that it lists chunks from *next on. */
static uint64_t walk(struct parts *s, const struct dv_recipe *r,
		     uint64_t *next)
{
	struct dv_err err = DV_ERR_INIT;
	uint64_t size = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		struct dv_recipe_item item;
		struct dv_digest id;
		size_t k;

		dv_recipe_get(r, i, &item);
		size += item.size;
		if (!r->depth) {
			chunk_id(&id, DV_ALGO_XXH128, *next);
			assert_true(dv_digest_eq(&id, &item.id));
			assert_int_equal(item.size, 1000 + *next % 1000);
			++*next;
			continue;
		}
		for (k = 0; k < s->n; k++)
			if (dv_digest_eq(&s->ids[k], &item.id))
				break;
		assert_true(k < s->n);
		struct dv_recipe part;

		assert_int_equal(dv_recipe_decode(&part, s->v[k].data,
						  s->v[k].len, &err), 0);
		assert_int_equal(part.depth + 1, r->depth);
		assert_int_equal(walk(s, &part, next), item.size);
	}
	assert_int_equal(size, r->size);
	return size;
}

static void the_pages_example_is_written_and_read(void **state)
{
	struct dv_recipe_list l = DV_RECIPE_LIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_recipe_item item;
	struct dv_recipe r;
	struct dv_digest id;

	(void)state;
	dv_digest_of(&id, DV_ALGO_XXH128, "a", 1);
	dv_recipe_list_add(&l, &id, 1 << 20);
	dv_digest_of(&id, DV_ALGO_XXH128, "1,2\n", 4);
	dv_recipe_list_add(&l, &id, 1 << 19);
	assert_int_equal(dv_recipe_encode(&b, &l, NULL, NULL, &err), 0);
	assert_int_equal(b.len, sizeof(golden));
	assert_memory_equal(b.data, golden, b.len);

	assert_int_equal(dv_recipe_decode(&r, golden, sizeof(golden), &err),
			 0);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.size, 3 << 19);
	dv_recipe_get(&r, 1, &item);
	assert_true(dv_digest_eq(&item.id, &id));
	assert_int_equal(item.size, 1 << 19);
	dv_recipe_list_release(&l);
	dv_buf_release(&b);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(golden); n++) {
		struct dv_err err = DV_ERR_INIT;
		uint8_t *p = dv_malloc(n ? n : 1);
		struct dv_recipe r;

		memcpy(p, golden, n);
		assert_int_equal(dv_recipe_decode(&r, p, n, &err),
				 -DV_E_FORMAT);
		free(p);
	}
}

static void a_byte_behind_it_is_refused(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	uint8_t p[sizeof(golden) + 1] = { 0 };
	struct dv_recipe r;

	(void)state;
	memcpy(p, golden, sizeof(golden));
	assert_int_equal(dv_recipe_decode(&r, p, sizeof(p), &err),
			 -DV_E_FORMAT);
}

/* All but those in ids, which the digest of the whole finds, and in the
 * depth, which says what the ids are of. */
static void every_flipped_bit_outside_ids_is_refused(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(golden); bit++) {
		struct dv_err err = DV_ERR_INIT;
		uint8_t p[sizeof(golden)];
		struct dv_recipe r;
		size_t at = bit / 8;
		int rc;

		memcpy(p, golden, sizeof(p));
		p[at] ^= (uint8_t)(1u << bit % 8);
		rc = dv_recipe_decode(&r, p, sizeof(p), &err);
		if ((at >= 24 && (at - 24) % 24 < 16) ||
		    (at == 6 && p[6] <= DV_RECIPE_DEPTH_MAX))
			assert_int_equal(rc, 0);
		else
			assert_in_set(rc, ((uintmax_t[]){
				(uintmax_t)-DV_E_FORMAT,
				(uintmax_t)-DV_E_UNSUPPORTED }), 2);
	}
}

static void sizes_that_cannot_be_are_refused(void **state)
{
	static const uint64_t bad[] = {
		0, DV_CHUNK_MAX + 1, UINT64_MAX, (uint64_t)INT64_MAX + 1,
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct dv_err err = DV_ERR_INIT;
		uint8_t p[sizeof(golden)];
		struct dv_recipe r;

		memcpy(p, golden, sizeof(p));
		dv_put_be64(p + 40, bad[i]);
		dv_put_be64(p + 16, bad[i] + (1 << 19));
		assert_int_equal(dv_recipe_decode(&r, p, sizeof(p), &err),
				 -DV_E_FORMAT);
	}
}

static void long_lists_are_cut_into_parts(void **state)
{
	static const uint64_t counts[] = { 1, 4096, 4097, 16000, 70000 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct parts *s = dv_calloc(1, sizeof(*s));
		struct dv_recipe_list l = DV_RECIPE_LIST_INIT;
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf b = DV_BUF_INIT;
		struct dv_recipe r;
		uint64_t next = 0;

		fill(&l, counts[i], UINT64_MAX);
		assert_int_equal(dv_recipe_encode(&b, &l, put, s, &err), 0);
		assert_true(b.len <= DV_RECIPE_BYTES_MAX);
		assert_int_equal(dv_recipe_decode(&r, b.data, b.len, &err),
				 0);
		assert_int_equal(r.depth, counts[i] > 4096);
		walk(s, &r, &next);
		assert_int_equal(next, counts[i]);
		dv_recipe_list_release(&l);
		dv_buf_release(&b);
		parts_free(s);
	}
}

static void one_changed_chunk_changes_a_part_or_two(void **state)
{
	struct parts *s = dv_calloc(1, sizeof(*s));
	struct dv_recipe_list l = DV_RECIPE_LIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	uint64_t changed[] = { 0, 777, 30000, 69999 };

	(void)state;
	fill(&l, 70000, UINT64_MAX);
	assert_int_equal(dv_recipe_encode(&b, &l, put, s, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		s->fresh = 0;
		l.n = 0;
		fill(&l, 70000, changed[i]);
		dv_buf_reset(&b);
		assert_int_equal(dv_recipe_encode(&b, &l, put, s, &err), 0);
		assert_in_range(s->fresh, 1, 3);
	}
	dv_recipe_list_release(&l);
	dv_buf_release(&b);
	parts_free(s);
}

/* Zeros by the terabyte: parts are large and few all the same. */
static void equal_chunks_still_make_a_short_recipe(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (uint64_t which = 0; which < 2000; which += 37) {
		struct parts *s = dv_calloc(1, sizeof(*s));
		struct dv_recipe_list l = DV_RECIPE_LIST_INIT;
		struct dv_buf b = DV_BUF_INIT;
		struct dv_recipe r;
		struct dv_digest id;

		chunk_id(&id, DV_ALGO_XXH128, which);
		for (int i = 0; i < 300000; i++)
			dv_recipe_list_add(&l, &id, DV_CHUNK_MAX);
		assert_int_equal(dv_recipe_encode(&b, &l, put, s, &err), 0);
		assert_int_equal(dv_recipe_decode(&r, b.data, b.len, &err),
				 0);
		assert_int_equal(r.size, (uint64_t)300000 << 20);
		dv_recipe_list_release(&l);
		dv_buf_release(&b);
		parts_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pages_example_is_written_and_read),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(a_byte_behind_it_is_refused),
		cmocka_unit_test(every_flipped_bit_outside_ids_is_refused),
		cmocka_unit_test(sizes_that_cannot_be_are_refused),
		cmocka_unit_test(long_lists_are_cut_into_parts),
		cmocka_unit_test(one_changed_chunk_changes_a_part_or_two),
		cmocka_unit_test(equal_chunks_still_make_a_short_recipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
