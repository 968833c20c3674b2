/* SPDX-License-Identifier: MIT */
#include "odbtools.h"

#include "store/odb-whole.h"

#define CHUNK ((size_t)200000)
#define CHUNKS 20
#define SIZE (CHUNK * CHUNKS)

/* An object, its recipe, and a file that it shall be written to. */
struct large {
	struct dv_odb *odb;
	uint8_t *bytes;
	struct dv_digest id, chunks[CHUNKS];
	struct dv_buf recipe;
	struct dv_odb_whole *whole;
	int fd;
};

/* Those chunks whose bit is set in here are in the store. */
static void make_large(struct large *l, uint32_t here)
{
	struct dv_recipe_list list = DV_RECIPE_LIST_INIT;
	struct dv_err err = DV_ERR_INIT;

	*l = (struct large){ .odb = open_store(DV_ALGO_XXH128),
			     .bytes = noise(SIZE, 11) };
	dv_digest_of(&l->id, DV_ALGO_XXH128, l->bytes, SIZE);
	for (int i = 0; i < CHUNKS; i++) {
		dv_digest_of(&l->chunks[i], DV_ALGO_XXH128,
			     l->bytes + i * CHUNK, CHUNK);
		dv_recipe_list_add(&list, &l->chunks[i], CHUNK);
		if (here >> i & 1)
			put(l->odb, l->bytes + i * CHUNK, CHUNK, NULL);
	}
	assert_int_equal(dv_recipe_encode(&l->recipe, &list, NULL, NULL, &err),
			 0);
	dv_recipe_list_release(&list);
	l->fd = open("content", O_RDWR | O_CREAT | O_TRUNC, 0666);
	assert_true(l->fd >= 0);
	assert_int_equal(dv_odb_whole_open(&l->whole, l->odb, &l->id, SIZE,
					   l->recipe.data, l->recipe.len,
					   l->fd, &err), 0);
}

static void release_large(struct large *l)
{
	dv_odb_whole_close(l->whole);
	dv_buf_release(&l->recipe);
	dv_odb_close(l->odb);
	close(l->fd);
	free(l->bytes);
}

/* Add what is wanted, while it is one of these; how many were. */
static int add_wanted(struct large *l, uint32_t at_hand)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_recipe_item item;
	int n = 0, i;

	while (dv_odb_whole_wants(l->whole, &item, &err) > 0) {
		for (i = 0; !dv_digest_eq(&l->chunks[i], &item.id); i++)
			assert_true(i < CHUNKS - 1);
		if (!(at_hand >> i & 1))
			break;
		assert_int_equal(item.size, CHUNK);
		assert_int_equal(dv_odb_whole_add(l->whole,
						  l->bytes + i * CHUNK, CHUNK,
						  &err), 0);
		n++;
	}
	return n;
}

static void assert_content(const struct large *l)
{
	uint8_t *is = dv_malloc(SIZE + 1);

	assert_int_equal(dv_pread_full(l->fd, is, SIZE + 1, 0), SIZE);
	assert_memory_equal(is, l->bytes, SIZE);
	free(is);
}

static void what_comes_in_order_is_in_the_file(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	bool filled = false;
	struct large l;

	(void)state;
	make_large(&l, 0);
	assert_int_equal(add_wanted(&l, UINT32_MAX), CHUNKS);
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err), 0);
	assert_true(filled);
	assert_content(&l);
	release_large(&l);
}

static void what_is_in_the_store_is_taken_from_there(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	uint32_t here = 0x5a5a5;
	bool filled = false;
	struct large l;
	int n = 0;

	(void)state;
	make_large(&l, here);
	while (n < CHUNKS) {
		int added = add_wanted(&l, ~here);

		n += added;
		if (dv_odb_whole_find(l.whole, &err) > 0)
			n++;
		else
			assert_true(added);
	}
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err), 0);
	assert_true(filled);
	assert_content(&l);
	release_large(&l);
}

static void the_end_takes_what_is_left(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	bool filled = false;
	struct large l;

	(void)state;
	make_large(&l, UINT32_MAX << 7);
	assert_int_equal(add_wanted(&l, 0x7f), 7);
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err), 0);
	assert_true(filled);
	assert_content(&l);
	release_large(&l);
}

static void what_is_missing_may_come_later(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	bool filled = false;
	struct large l;

	(void)state;
	make_large(&l, ~(1u << 9));
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err),
			 -DV_E_MISSING);
	assert_int_equal(dv_odb_whole_find(l.whole, &err), 0);
	put(l.odb, l.bytes + 9 * CHUNK, CHUNK, NULL);
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err), 0);
	assert_true(filled);
	assert_content(&l);
	release_large(&l);
}

static void bytes_that_are_others_come_out(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	bool filled = false;
	struct large l;

	(void)state;
	make_large(&l, 0);
	assert_int_equal(add_wanted(&l, 0xff), 8);
	l.bytes[8 * CHUNK + 77] ^= 1;
	assert_int_equal(add_wanted(&l, UINT32_MAX), CHUNKS - 8);
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err),
			 -DV_E_DIGEST);
	assert_false(filled);
	release_large(&l);
}

static void without_a_file_the_digest_is_compared(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	bool filled = true;
	struct large l;

	(void)state;
	make_large(&l, UINT32_MAX);
	dv_odb_whole_close(l.whole);
	assert_int_equal(dv_odb_whole_open(&l.whole, l.odb, &l.id, SIZE,
					   l.recipe.data, l.recipe.len, -1,
					   &err), 0);
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err), 0);
	assert_false(filled);
	release_large(&l);
}

static void a_file_that_cannot_be_written_is_no_fault(void **state)
{
	int full = open("/dev/full", O_WRONLY);
	struct dv_err err = DV_ERR_INIT;
	bool filled = true;
	struct large l;

	(void)state;
	make_large(&l, UINT32_MAX);
	dv_odb_whole_close(l.whole);
	assert_int_equal(dv_odb_whole_open(&l.whole, l.odb, &l.id, SIZE,
					   l.recipe.data, l.recipe.len, full,
					   &err), 0);
	assert_int_equal(dv_odb_whole_check(l.whole, &filled, &err), 0);
	assert_false(filled);
	close(full);
	release_large(&l);
}

static void another_size_is_refused_at_once(void **state)
{
	struct dv_odb_whole *w = NULL;
	struct dv_err err = DV_ERR_INIT;
	struct large l;

	(void)state;
	make_large(&l, 0);
	assert_int_equal(dv_odb_whole_open(&w, l.odb, &l.id, SIZE + 1,
					   l.recipe.data, l.recipe.len, -1,
					   &err), -DV_E_FORMAT);
	assert_null(w);
	release_large(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(what_comes_in_order_is_in_the_file),
		UNIT_TMP_TEST(what_is_in_the_store_is_taken_from_there),
		UNIT_TMP_TEST(the_end_takes_what_is_left),
		UNIT_TMP_TEST(what_is_missing_may_come_later),
		UNIT_TMP_TEST(bytes_that_are_others_come_out),
		UNIT_TMP_TEST(without_a_file_the_digest_is_compared),
		UNIT_TMP_TEST(a_file_that_cannot_be_written_is_no_fault),
		UNIT_TMP_TEST(another_size_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
