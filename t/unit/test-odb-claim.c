/* SPDX-License-Identifier: MIT */
#include "odbtools.h"

#include "format/recipe.h"
#include "store/odb-transfer.h"

#define CHUNK ((size_t)100000)
#define CHUNKS 30

static struct dv_odb_txn *begin(struct dv_odb *odb)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t;

	assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
	return t;
}

static void end(struct dv_odb_txn *t)
{
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_odb_txn_sync(t, &err), 0);
	dv_odb_txn_end(t);
}

/* --- blocks --------------------------------------------------------------- */

struct block {
	uint8_t *bytes;
	struct dv_pack_block k;
	struct dv_odb_piece v[20];
};

/* Twenty objects of n bytes each. */
static void make_block(struct block *b, size_t n)
{
	b->bytes = noise(20 * n, 7);
	b->k = (struct dv_pack_block){ .stored = (uint32_t)(20 * n),
				       .plain = (uint32_t)(20 * n) };
	b->k.check = dv_hash64(b->bytes, 20 * n);
	for (int i = 0; i < 20; i++) {
		b->v[i] = (struct dv_odb_piece){
			.offset = (uint32_t)(i * n), .length = (uint32_t)n };
		dv_digest_of(&b->v[i].id, DV_ALGO_XXH128,
			     b->bytes + b->v[i].offset, n);
	}
}

static void put_block(struct dv_odb *odb, struct block *b, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t = begin(odb);

	assert_int_equal(dv_odb_txn_put_block(t, DV_ODB_DATA, &b->k, b->bytes,
					      b->bytes, b->v, n, &err), 0);
	end(t);
}

static void all_of_a_block_are_added_and_read_back(void **state)
{
	static const size_t sizes[] = { 10, 200, 4000, 50000 };

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		struct block b;

		make_block(&b, sizes[k]);
		put_block(odb, &b, 20);
		for (int i = 0; i < 20; i++)
			assert_held(odb, &b.v[i].id,
				    b.bytes + b.v[i].offset, sizes[k]);
		assert_int_equal(fsck(odb, true), 0);
		free(b.bytes);
		dv_odb_close(odb);
	}
}

static void one_that_is_wrong_is_told_and_the_others_are_added(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest is;
	struct block b;

	(void)state;
	make_block(&b, 5000);
	b.bytes[5000 * 3 + 17] ^= 1;
	put_block(odb, &b, 20);
	dv_digest_of(&is, DV_ALGO_XXH128, b.bytes + 5000 * 3, 5000);
	assert_int_equal(dv_odb_stat(odb, &is, NULL, &err), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(b.v[i].wrong, i == 3);
		assert_int_equal(dv_odb_stat(odb, &b.v[i].id, NULL, &err),
				 i != 3);
	}
	assert_int_equal(fsck(odb, true), 0);
	free(b.bytes);
	dv_odb_close(odb);
}

static void what_is_held_is_not_added_again(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	uint64_t before;
	struct block b;

	(void)state;
	make_block(&b, 5000);
	put(odb, b.bytes, 5000, NULL);
	put_block(odb, &b, 20);
	before = store_bytes(odb);
	assert_true(before < 20 * 5000 + 8000);
	put_block(odb, &b, 20);
	assert_int_equal(store_bytes(odb), before);
	assert_int_equal(fsck(odb, true), 0);
	free(b.bytes);
	dv_odb_close(odb);
}

/* --- recipes ---------------------------------------------------------------- */

struct large {
	struct dv_odb *odb;
	uint8_t *bytes;
	struct dv_digest id, chunks[CHUNKS];
	struct dv_recipe_list list;
};

/* The chunks are in the store, and what they make up is not. */
static void make_large(struct large *l)
{
	l->odb = open_store(DV_ALGO_XXH128);
	l->bytes = noise(CHUNK * CHUNKS, 9);
	l->list = (struct dv_recipe_list)DV_RECIPE_LIST_INIT;
	dv_digest_of(&l->id, DV_ALGO_XXH128, l->bytes, CHUNK * CHUNKS);
	for (int i = 0; i < CHUNKS; i++) {
		put(l->odb, l->bytes + i * CHUNK, CHUNK, &l->chunks[i]);
		dv_recipe_list_add(&l->list, &l->chunks[i], CHUNK);
	}
}

static void release_large(struct large *l)
{
	dv_recipe_list_release(&l->list);
	free(l->bytes);
	dv_odb_close(l->odb);
}

static int put_recipe(struct large *l, uint64_t size, struct dv_err *err)
{
	struct dv_odb_txn *t = begin(l->odb);
	struct dv_buf b = DV_BUF_INIT;
	int rc;

	assert_int_equal(dv_recipe_encode(&b, &l->list, NULL, NULL, err), 0);
	rc = dv_odb_txn_put_recipe(t, DV_ODB_DATA, &l->id, size, b.data,
				   b.len, NULL, err);
	end(t);
	dv_buf_release(&b);
	return rc;
}

static void a_recipe_that_is_right_is_added(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct large l;

	(void)state;
	make_large(&l);
	assert_int_equal(put_recipe(&l, CHUNK * CHUNKS, &err), 0);
	assert_held(l.odb, &l.id, l.bytes, CHUNK * CHUNKS);
	assert_int_equal(fsck(l.odb, true), 0);
	release_large(&l);
}

static void refuse(void (*lie)(struct large *), uint64_t size, int code)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id;
	struct large l;

	make_large(&l);
	if (lie)
		lie(&l);
	assert_int_equal(put_recipe(&l, size, &err), -code);
	assert_int_equal(dv_odb_stat(l.odb, &l.id, NULL, &err), 0);
	/* The true one is not taken for held. */
	put(l.odb, l.bytes, CHUNK * CHUNKS, &id);
	assert_true(dv_digest_eq(&id, &l.id));
	assert_held(l.odb, &l.id, l.bytes, CHUNK * CHUNKS);
	release_large(&l);
	assert_int_equal(dv_remove_tree(AT_FDCWD, "store", &err), 0);
}

static void swap(struct large *l)
{
	struct dv_digest id = l->list.v[3].id;

	l->list.v[3].id = l->list.v[4].id;
	l->list.v[4].id = id;
}

static void repeat(struct large *l)
{
	l->list.v[5] = l->list.v[0];
}

static void lack(struct large *l)
{
	dv_digest_of(&l->list.v[5].id, DV_ALGO_XXH128, "x", 1);
}

/* A chunk that is there, but shorter than the recipe says. */
static void stretch(struct large *l)
{
	l->list.v[0].size++;
	l->list.v[1].size--;
}

static void one_that_lies_is_refused(void **state)
{
	(void)state;
	refuse(swap, CHUNK * CHUNKS, DV_E_DIGEST);
	refuse(repeat, CHUNK * CHUNKS, DV_E_DIGEST);
	refuse(lack, CHUNK * CHUNKS, DV_E_MISSING);
	refuse(stretch, CHUNK * CHUNKS, DV_E_MISSING);
	refuse(NULL, CHUNK * CHUNKS + 1, DV_E_FORMAT);
}

/* A recipe of n times the same item, which stands for size bytes. */
static void encode_same(struct dv_buf *out, unsigned depth, uint32_t n,
			const struct dv_digest *item, uint64_t size)
{
	dv_buf_reset(out);
	dv_buf_str(out, "DVRC");
	dv_buf_char(out, 1);
	dv_buf_char(out, DV_ALGO_XXH128);
	dv_buf_char(out, (char)depth);
	dv_buf_char(out, 0);
	dv_buf_be32(out, n);
	dv_buf_be32(out, 0);
	dv_buf_be64(out, size * n);
	for (uint32_t i = 0; i < n; i++) {
		dv_buf_add(out, item->b, dv_algo_size(item->algo));
		dv_buf_be64(out, size);
	}
}

/* Five small objects that make up exabytes: 4096 to the fifth chunks. */
static int put_bomb(struct dv_odb *odb, size_t chunk, struct dv_err *err)
{
	uint8_t *bytes = noise(chunk, 3);
	struct dv_buf b = DV_BUF_INIT;
	uint64_t size = chunk;
	struct dv_odb_txn *t;
	struct dv_digest id;
	int rc;

	put(odb, bytes, chunk, &id);
	for (unsigned depth = 0; depth < 4; depth++, size *= 4096) {
		encode_same(&b, depth, 4096, &id, size);
		put(odb, b.data, b.len, &id);
	}
	encode_same(&b, 4, 4096, &id, size);
	size *= 4096;
	dv_digest_of(&id, DV_ALGO_XXH128, "exa", 3);
	t = begin(odb);
	rc = dv_odb_txn_put_recipe(t, DV_ODB_DATA, &id, size, b.data, b.len,
				   NULL, err);
	end(t);
	assert_int_equal(dv_odb_stat(odb, &id, NULL, err), 0);
	dv_buf_release(&b);
	free(bytes);
	return rc;
}

static void a_few_that_make_up_exabytes_are_refused_soon(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(put_bomb(odb, 7, &err), -DV_E_FORMAT);
	assert_non_null(strstr(err.msg, "repeats its chunks"));
	dv_odb_close(odb);
}

/* 2 GiB from one chunk: as a file of zeros is kept. */
static void one_chunk_may_be_repeated_thousands_of_times(void **state)
{
	size_t chunk = 512 << 10, n = 4096;
	struct dv_hasher *h = dv_hasher_new(DV_ALGO_XXH128);
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	uint8_t *bytes = noise(chunk, 3);
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_digest id, whole;
	struct dv_odb_txn *t;

	(void)state;
	for (size_t i = 0; i < n; i++)
		dv_hasher_update(h, bytes, chunk);
	dv_hasher_final(h, &whole);
	put(odb, bytes, chunk, &id);
	encode_same(&b, 0, (uint32_t)n, &id, chunk);
	t = begin(odb);
	assert_int_equal(dv_odb_txn_put_recipe(t, DV_ODB_DATA, &whole,
					       n * chunk, b.data, b.len, NULL,
					       &err), 0);
	end(t);
	assert_int_equal(dv_odb_stat(odb, &whole, NULL, &err), 1);
	dv_hasher_free(h);
	dv_buf_release(&b);
	free(bytes);
	dv_odb_close(odb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(all_of_a_block_are_added_and_read_back),
		UNIT_TMP_TEST(one_that_is_wrong_is_told_and_the_others_are_added),
		UNIT_TMP_TEST(what_is_held_is_not_added_again),
		UNIT_TMP_TEST(a_recipe_that_is_right_is_added),
		UNIT_TMP_TEST(one_that_lies_is_refused),
		UNIT_TMP_TEST(a_few_that_make_up_exabytes_are_refused_soon),
		UNIT_TMP_TEST(one_chunk_may_be_repeated_thousands_of_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
