/* SPDX-License-Identifier: MIT */
#include "odbtools.h"

#include "base/idmap.h"
#include "base/parallel.h"
#include "store/odb-transfer.h"

/* --- reading and writing --------------------------------------------------- */

static const size_t sizes[] = {
	0, 1, 100, 4096, 65535, 65536, 65537, 200000, 262144, 300000,
	MIB - 1, MIB, MIB + 1, 3 * MIB, 20 * MIB + 12345,
};
#define SIZES (sizeof(sizes) / sizeof(*sizes))

static void what_is_put_is_read(void **state)
{
	uint8_t *p = noise(sizes[SIZES - 1], 7);

	(void)state;
	for (int algo = DV_ALGO_XXH128; algo <= DV_ALGO_SHA256; algo++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_odb *odb = open_store((enum dv_algo)algo);
		struct dv_digest ids[SIZES], is;

		for (size_t i = 0; i < SIZES; i++) {
			put(odb, p, sizes[i], &ids[i]);
			dv_digest_of(&is, (enum dv_algo)algo, p, sizes[i]);
			assert_true(dv_digest_eq(&ids[i], &is));
		}
		for (size_t i = 0; i < SIZES; i++)
			assert_held(odb, &ids[i], p, sizes[i]);
		assert_int_equal(fsck(odb, true), 0);
		dv_odb_close(odb);
		assert_int_equal(dv_remove_tree(AT_FDCWD, "store", &err), 0);
	}
	free(p);
}

/* The hint may be right, too small, too large or missing. */
static void a_file_is_put_whatever_the_hint_says(void **state)
{
	static const uint64_t hints[] = { 0, 1, 4096, 65536, 70000,
					  64 * MIB };
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	uint8_t *p = noise(sizes[SIZES - 1], 8);

	(void)state;
	for (size_t i = 0; i < SIZES; i++)
		for (size_t h = 0; h <= 6; h++) {
			struct dv_digest id, is;

			put_file(odb, p + h, sizes[i],
				 h < 6 ? hints[h] : sizes[i], &id);
			dv_digest_of(&is, DV_ALGO_XXH128, p + h, sizes[i]);
			assert_true(dv_digest_eq(&id, &is));
			assert_held(odb, &id, p + h, sizes[i]);
		}
	assert_int_equal(fsck(odb, true), 0);
	dv_odb_close(odb);
	free(p);
}

static void what_is_held_costs_nothing(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	uint8_t *p = noise(8 * MIB, 9);
	struct dv_digest id;
	uint64_t before;

	(void)state;
	for (int i = 0; i < 2; i++) {
		put(odb, p, 5000, &id);
		put_file(odb, p, 8 * MIB, 8 * MIB, &id);
		if (!i)
			before = store_bytes(odb);
	}
	assert_int_equal(store_bytes(odb), before);
	dv_odb_close(odb);
	free(p);
}

static void a_changed_byte_costs_a_chunk(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	uint8_t *p = noise(40 * MIB, 10), *q = dv_malloc(40 * MIB + 100);
	struct dv_digest id;
	uint64_t before;

	(void)state;
	put_file(odb, p, 40 * MIB, 40 * MIB, &id);
	before = store_bytes(odb);
	p[20 * MIB] ^= 1;
	put_file(odb, p, 40 * MIB, 40 * MIB, &id);
	assert_true(store_bytes(odb) - before < MIB);
	assert_held(odb, &id, p, 40 * MIB);

	before = store_bytes(odb);
	memset(q, 'x', 100);
	memcpy(q + 100, p, 40 * MIB);
	put_file(odb, q, 40 * MIB + 100, 0, &id);
	assert_true(store_bytes(odb) - before < MIB);
	assert_held(odb, &id, q, 40 * MIB + 100);
	dv_odb_close(odb);
	free(p);
	free(q);
}

struct job {
	struct dv_odb_txn *t;
	uint8_t *p;
};

/* Every object is put by two pieces of the work. */
static int put_some(void *arg, int w, size_t first, size_t n,
		    struct dv_err *err)
{
	struct job *job = arg;
	int rc = 0;

	(void)w;
	for (size_t i = first; !rc && i < first + n; i++) {
		size_t k = i % 3000;

		rc = dv_odb_txn_put(job->t, DV_ODB_DATA, job->p + k,
				    k * 37 % 90000 + 8, NULL, err);
	}
	return rc;
}

static void many_threads_may_put_the_same(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_stats stats;
	struct job job = { .p = noise(100000, 11) };

	(void)state;
	assert_int_equal(dv_odb_txn_begin(&job.t, odb, &err), 0);
	assert_int_equal(dv_parallel_for(6000, 7, 4, put_some, &job, &err),
			 0);
	assert_int_equal(dv_odb_txn_sync(job.t, &err), 0);
	dv_odb_txn_end(job.t);

	assert_int_equal(dv_odb_stats(odb, &stats, &err), 0);
	assert_int_equal(stats.objects, 3000);
	assert_int_equal(stats.packs, 1);
	assert_int_equal(fsck(odb, true), 0);
	for (size_t k = 0; k < 3000; k += 101) {
		struct dv_digest id;

		dv_digest_of(&id, DV_ALGO_XXH128, job.p + k,
			     k * 37 % 90000 + 8);
		assert_held(odb, &id, job.p + k, k * 37 % 90000 + 8);
	}
	dv_odb_close(odb);
	free(job.p);
}

static void nothing_is_there_before_the_sync(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	uint8_t *p = noise(3 * MIB, 12);
	struct dv_odb_txn *t;
	struct dv_digest id;

	(void)state;
	assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
	assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, p, 3 * MIB, &id,
					&err), 0);
	assert_int_equal(dv_odb_stat(odb, &id, NULL, &err), 0);
	assert_int_equal(count_files("store/tmp", ""), 1);
	dv_odb_txn_end(t);
	assert_int_equal(dv_odb_stat(odb, &id, NULL, &err), 0);
	assert_int_equal(count_files("store/tmp", ""), 0);
	assert_int_equal(count_files("store/packs", ""), 0);
	dv_odb_close(odb);
	free(p);
}

static void a_store_that_holds_nothing_says_no(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_SHA256);
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_digest id;

	(void)state;
	dv_digest_of(&id, DV_ALGO_SHA256, "x", 1);
	assert_int_equal(dv_odb_stat(odb, &id, NULL, &err), 0);
	assert_int_equal(dv_odb_read(odb, &id, &b, 10, &err), -DV_E_MISSING);
	assert_int_equal(fsck(odb, true), 0);
	dv_odb_close(odb);
}

/* --- several handles, lost files ------------------------------------------- */

static void another_handles_objects_are_seen(void **state)
{
	struct dv_odb *a = open_store(DV_ALGO_XXH128);
	struct dv_odb *b = open_store(DV_ALGO_XXH128);
	struct dv_digest id;

	(void)state;
	for (int i = 0; i < 200; i++) {
		put(a, &i, sizeof(i), &id);
		assert_held(b, &id, &i, sizeof(i));
	}
	dv_odb_close(a);
	dv_odb_close(b);
}

/* A clock that was wrong once leaves its mark on the directory. */
static void a_directory_of_any_age_is_listed(void **state)
{
	static const time_t times[] = { -9000000000, 0, 14000000000 };
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_digest id, gone;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	dv_digest_of(&gone, DV_ALGO_XXH128, "gone", 4);
	for (size_t i = 0; i < 3; i++) {
		struct timespec t[2] = { { .tv_sec = times[i] },
					 { .tv_sec = times[i] } };

		put(odb, &i, sizeof(i), &id);
		assert_int_equal(utimensat(AT_FDCWD, "store/packs", t, 0), 0);
		dv_odb_close(odb);
		odb = open_store(DV_ALGO_XXH128);
		assert_held(odb, &id, &i, sizeof(i));
		assert_int_equal(dv_odb_stat(odb, &gone, NULL, &err), 0);
		assert_int_equal(dv_odb_stat(odb, &gone, NULL, &err), 0);
	}
	dv_odb_close(odb);
}

static void a_pack_without_its_index_file_is_read(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_digest id;

	(void)state;
	put(odb, "hello\n", 6, &id);
	dv_odb_close(odb);
	assert_int_equal(system("rm store/packs/*.idx"), 0);
	odb = open_store(DV_ALGO_XXH128);
	assert_held(odb, &id, "hello\n", 6);
	assert_int_equal(fsck(odb, true), 0);
	dv_odb_close(odb);

	assert_int_equal(system("for p in store/packs/*.pack; do "
				"echo junk >${p%.pack}.idx; done"), 0);
	odb = open_store(DV_ALGO_XXH128);
	assert_held(odb, &id, "hello\n", 6);
	assert_int_equal(fsck(odb, false), 1);
	dv_odb_close(odb);
}

static void a_handle_outlives_a_repack_by_another(void **state)
{
	struct dv_odb *a = open_store(DV_ALGO_XXH128), *b;
	struct dv_odb_repack r = { .all = true, .level = 3 };
	struct dv_err err = DV_ERR_INIT;
	uint8_t *p = dv_calloc(1, 5 * MIB);
	struct dv_digest small[3], large;

	(void)state;
	for (int i = 0; i < 3; i++)
		put(a, p, 1000 + (size_t)i, &small[i]);
	put(a, p, 5 * MIB, &large);
	b = open_store(DV_ALGO_XXH128);
	assert_int_equal(dv_odb_stat(b, &small[0], NULL, &err), 1);
	assert_int_equal(dv_odb_repack(a, &r, &err), 0);
	assert_int_equal(r.packs_before, 4);
	assert_int_equal(r.packs_after, 1);
	for (int i = 0; i < 3; i++)
		assert_held(b, &small[i], p, 1000 + (size_t)i);
	assert_held(b, &large, p, 5 * MIB);
	dv_odb_close(a);
	dv_odb_close(b);
	free(p);
}

static void a_pack_that_cannot_be_read_is_no_absence(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id, other;

	(void)state;
	put(odb, "hello\n", 6, &id);
	dv_odb_close(odb);
	assert_int_equal(system("rm store/packs/*.idx; for p in "
				"store/packs/*; do chmod u+w $p; "
				": >$p; done"), 0);
	odb = open_store(DV_ALGO_XXH128);
	assert_int_equal(dv_odb_stat(odb, &id, NULL, &err), -DV_E_FORMAT);
	assert_int_equal(fsck(odb, false), 1);
	/* What another pack holds is found all the same. */
	put(odb, "other\n", 6, &other);
	assert_held(odb, &other, "other\n", 6);
	dv_odb_close(odb);
}

/* --- damage ------------------------------------------------------------------ */

/* Flip a bit behind the header of each pack. */
static void damage_is_told_and_not_handed_out(void **state)
{
	static const size_t n[] = { 100, 300000, 20 * MIB };
	uint8_t *p = noise(20 * MIB, 13);

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf b = DV_BUF_INIT;
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		struct dv_digest id;
		int fd = open("/dev/null", O_WRONLY);

		put(odb, p, n[i], &id);
		damage("store/packs");
		assert_int_equal(dv_odb_read(odb, &id, &b, n[i], &err),
				 -DV_E_DIGEST);
		assert_int_equal(b.len, 0);
		assert_int_equal(dv_odb_copy(odb, &id, fd, NULL, &err),
				 -DV_E_DIGEST);
		assert_true(fsck(odb, false) > 0);
		assert_true(fsck(odb, true) > 0);
		close(fd);
		dv_buf_release(&b);
		dv_odb_close(odb);
		dv_remove_tree(AT_FDCWD, "store", &err);
	}
	free(p);
}

static void a_sound_copy_stands_in_for_a_damaged_one(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	uint8_t *p = noise(1000, 14);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id, name;

	(void)state;
	put(odb, p, 1000, &id);
	assert_int_equal(mkdir("other", 0777), 0);
	assert_int_equal(dv_odb_pack(odb, &id, 1, DV_ODB_META, 0, "other",
				     &name, NULL, &err), 1);
	damage("store/packs");
	assert_int_equal(system("cp other/* store/packs/"), 0);
	dv_odb_close(odb);
	odb = open_store(DV_ALGO_XXH128);
	assert_held(odb, &id, p, 1000);
	dv_odb_close(odb);
	free(p);
}

/* --- maintenance -------------------------------------------------------------- */

static void packs_stay_few(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_stats stats;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct dv_odb_txn *t;
		struct dv_digest id;

		assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
		assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, &i, sizeof(i),
						&id, &err), 0);
		i += 1000;
		assert_int_equal(dv_odb_txn_put_meta(t, &i, sizeof(i), &id,
						     &err), 0);
		i -= 1000;
		assert_int_equal(dv_odb_txn_sync(t, &err), 0);
		dv_odb_txn_end(t);
		assert_int_equal(dv_odb_stats(odb, &stats, &err), 0);
		assert_true(stats.packs <= 20);
	}
	assert_int_equal(stats.objects, 600);
	assert_int_equal(count_files("store/trash", ""), 0);
	for (int i = 0; i < 300; i++) {
		struct dv_digest id;

		dv_digest_of(&id, DV_ALGO_XXH128, &i, sizeof(i));
		assert_held(odb, &id, &i, sizeof(i));
	}
	assert_int_equal(fsck(odb, true), 0);
	dv_odb_close(odb);
}

struct gc {
	struct dv_idmap keep, later;
	struct dv_odb *odb;
	int remarks;
};

static bool keeps(void *arg, const struct dv_digest *id)
{
	struct gc *gc = arg;

	return dv_idmap_get(&gc->keep, id, NULL);
}

static int move(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct gc *gc = arg;

	(void)value;
	dv_idmap_add(&gc->keep, id, 0);
	return 0;
}

static int remark(void *arg, struct dv_err *err)
{
	struct gc *gc = arg;

	(void)err;
	gc->remarks++;
	return dv_idmap_each(&gc->later, move, gc);
}

static void what_is_not_kept_goes_to_the_trash(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	uint8_t *p = noise(12 * MIB, 15);
	struct dv_digest large[2], small[3];
	struct gc gc = { .odb = odb };
	struct dv_odb_repack r = { .keep = keeps, .remark = remark,
				   .arg = &gc };

	(void)state;
	dv_idmap_init(&gc.keep, DV_ALGO_XXH128);
	dv_idmap_init(&gc.later, DV_ALGO_XXH128);
	put(odb, p, 6 * MIB, &large[0]);
	put(odb, p + 6 * MIB, 6 * MIB, &large[1]);
	for (size_t i = 0; i < 3; i++)
		put(odb, p + i, 1000, &small[i]);
	dv_idmap_add(&gc.keep, &large[0], 0);
	dv_idmap_add(&gc.keep, &small[0], 0);
	dv_idmap_add(&gc.later, &small[1], 0);

	r.dry_run = true;
	assert_int_equal(dv_odb_repack(odb, &r, &err), 0);
	assert_true(r.objects_dropped > 10);
	assert_true(r.bytes_dropped > 6 * MIB);
	assert_int_equal(dv_odb_stat(odb, &small[2], NULL, &err), 1);
	assert_int_equal(gc.remarks, 0);

	r.dry_run = false;
	assert_int_equal(dv_odb_repack(odb, &r, &err), 0);
	assert_int_equal(gc.remarks, 1);
	assert_held(odb, &large[0], p, 6 * MIB);
	assert_held(odb, &small[0], p, 1000);
	assert_held(odb, &small[1], p + 1, 1000);
	assert_int_equal(dv_odb_stat(odb, &small[2], NULL, &err), 0);
	assert_int_equal(dv_odb_stat(odb, &large[1], NULL, &err), 0);
	assert_int_equal(fsck(odb, true), 0);

	assert_true(count_files("store/trash", ".pack") >= 2);
	assert_int_equal(dv_odb_prune(odb, 3600, &err), 0);
	assert_true(count_files("store/trash", ".pack") >= 2);
	assert_int_equal(dv_odb_prune(odb, -1, &err), 0);
	assert_int_equal(count_files("store/trash", ""), 0);
	dv_idmap_release(&gc.keep);
	dv_idmap_release(&gc.later);
	dv_odb_close(odb);
	free(p);
}

static int refuse(void *arg, struct dv_err *err)
{
	(void)arg;
	return dv_err_set(err, DV_E_FORMAT, "cannot read a version");
}

static void a_gc_that_cannot_mark_changes_nothing(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct gc gc = { .odb = odb };
	struct dv_odb_repack r = { .keep = keeps, .remark = refuse,
				   .arg = &gc };
	struct dv_digest id;

	(void)state;
	dv_idmap_init(&gc.keep, DV_ALGO_XXH128);
	put(odb, "x", 1, &id);
	assert_int_equal(dv_odb_repack(odb, &r, &err), -DV_E_FORMAT);
	assert_held(odb, &id, "x", 1);
	assert_int_equal(count_files("store/tmp", ""), 0);
	dv_odb_close(odb);
}

static void repack_compresses_what_can_be(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_odb_repack r = { .all = true, .level = 3 };
	struct dv_err err = DV_ERR_INIT;
	uint8_t *random = noise(4 * MIB, 16);
	char *text = dv_malloc(4 * MIB + 100);
	struct dv_digest a, b, small;
	size_t n = 0;

	(void)state;
	for (int i = 0; n < 4 * MIB; i++)
		n += (size_t)sprintf(text + n, "line %d\n", i);
	put(odb, random, 4 * MIB, &a);
	put(odb, text, 4 * MIB, &b);
	put(odb, text, 5000, &small);
	assert_int_equal(dv_odb_repack(odb, &r, &err), 0);
	assert_in_range(store_bytes(odb), 4 * MIB, 6 * MIB);
	assert_held(odb, &a, random, 4 * MIB);
	assert_held(odb, &b, text, 4 * MIB);
	assert_held(odb, &small, text, 5000);
	assert_int_equal(fsck(odb, true), 0);

	r.redo = true;
	r.level = 19;
	assert_int_equal(dv_odb_repack(odb, &r, &err), 0);
	assert_held(odb, &b, text, 4 * MIB);
	dv_odb_close(odb);
	free(random);
	free(text);
}

static void what_is_added_is_compressed_when_asked_for(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	char *text = dv_malloc(4 * MIB + 100);
	struct dv_digest large, small;
	size_t n = 0;

	(void)state;
	for (int i = 0; n < 4 * MIB; i++)
		n += (size_t)sprintf(text + n, "line %d\n", i);
	dv_odb_set_level(odb, 3);
	put_file(odb, text, n, n, &large);
	put_file(odb, text, 5000, 5000, &small);
	assert_in_range(store_bytes(odb), 1000, 2 * MIB);
	assert_held(odb, &large, text, n);
	assert_held(odb, &small, text, 5000);
	assert_int_equal(fsck(odb, true), 0);
	dv_odb_close(odb);
	free(text);
}

static void prefixes_name_what_they_begin(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id, got;
	char hex[DV_DIGEST_TEXT], whole[DV_DIGEST_TEXT];

	(void)state;
	put(odb, "hello\n", 6, &id);
	dv_digest_hex(hex, &id);
	dv_digest_format(whole, &id);
	assert_int_equal(dv_odb_resolve(odb, whole, &got, &err), 0);
	for (size_t n = 32; n >= 6; n--) {
		hex[n] = '\0';
		assert_int_equal(dv_odb_resolve(odb, hex, &got, &err), 0);
		assert_true(dv_digest_eq(&id, &got));
	}
	hex[5] = '\0';
	assert_int_equal(dv_odb_resolve(odb, hex, &got, &err),
			 -DV_E_INVALID);
	assert_int_equal(dv_odb_resolve(odb, "abcdeg", &got, &err),
			 -DV_E_INVALID);
	assert_int_equal(dv_odb_resolve(odb, "123456", &got, &err),
			 -DV_E_MISSING);
	dv_odb_close(odb);
}

static void an_ambiguous_prefix_lists_the_candidates(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t;
	char prefix[7] = "";
	struct dv_idmap seen;
	struct dv_digest id;

	/* Among 20000 ids some share 24 bits. */
	(void)state;
	dv_idmap_init(&seen, DV_ALGO_XXH128);
	assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
	for (int i = 0; i < 20000; i++) {
		struct dv_digest key = { .algo = DV_ALGO_XXH128 };
		char hex[DV_DIGEST_TEXT];

		assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, &i, sizeof(i),
						&id, &err), 0);
		memcpy(key.b, id.b, 3);
		if (!dv_idmap_add(&seen, &key, 0))
			memcpy(prefix, dv_digest_hex(hex, &id), 6);
	}
	assert_int_equal(dv_odb_txn_sync(t, &err), 0);
	dv_odb_txn_end(t);
	assert_int_equal(strlen(prefix), 6);
	assert_int_equal(dv_odb_resolve(odb, prefix, &id, &err),
			 -DV_E_AMBIGUOUS);
	assert_non_null(strstr(err.hint, prefix));
	assert_non_null(strchr(err.hint, '\n'));
	dv_idmap_release(&seen);
	dv_odb_close(odb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(what_is_put_is_read),
		UNIT_TMP_TEST(a_file_is_put_whatever_the_hint_says),
		UNIT_TMP_TEST(what_is_held_costs_nothing),
		UNIT_TMP_TEST(a_changed_byte_costs_a_chunk),
		UNIT_TMP_TEST(many_threads_may_put_the_same),
		UNIT_TMP_TEST(nothing_is_there_before_the_sync),
		UNIT_TMP_TEST(a_store_that_holds_nothing_says_no),
		UNIT_TMP_TEST(another_handles_objects_are_seen),
		UNIT_TMP_TEST(a_directory_of_any_age_is_listed),
		UNIT_TMP_TEST(a_pack_without_its_index_file_is_read),
		UNIT_TMP_TEST(a_handle_outlives_a_repack_by_another),
		UNIT_TMP_TEST(a_pack_that_cannot_be_read_is_no_absence),
		UNIT_TMP_TEST(damage_is_told_and_not_handed_out),
		UNIT_TMP_TEST(a_sound_copy_stands_in_for_a_damaged_one),
		UNIT_TMP_TEST(packs_stay_few),
		UNIT_TMP_TEST(what_is_not_kept_goes_to_the_trash),
		UNIT_TMP_TEST(a_gc_that_cannot_mark_changes_nothing),
		UNIT_TMP_TEST(repack_compresses_what_can_be),
		UNIT_TMP_TEST(what_is_added_is_compressed_when_asked_for),
		UNIT_TMP_TEST(prefixes_name_what_they_begin),
		UNIT_TMP_TEST(an_ambiguous_prefix_lists_the_candidates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
