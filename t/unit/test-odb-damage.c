/* SPDX-License-Identifier: MIT */
#include "odbtools.h"

#include "base/idmap.h"
#include "store/odb-transfer.h"

/* --- tools ---------------------------------------------------------------- */

static bool keep_all(void *arg, const struct dv_digest *id)
{
	return dv_idmap_get(arg, id, NULL);
}

/* Turn over a bit of byte at, from the end if negative, of one file. */
static void flip(const char *files, long at)
{
	char *cmd = dv_asprintf("ls %s", files);
	char path[200] = "";
	FILE *ls = popen(cmd, "r");
	uint8_t byte;
	int fd;

	assert_non_null(fgets(path, sizeof(path), ls));
	path[strcspn(path, "\n")] = '\0';
	assert_int_equal(pclose(ls), 0);
	assert_int_equal(chmod(path, 0644), 0);
	fd = open(path, O_RDWR);
	if (at < 0)
		at += lseek(fd, 0, SEEK_END);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
	free(cmd);
}

/*
 * A pack of all that *id is made of, in the directory other/.  Of kind
 * meta it has another name than that of the store.
 */
static void make_pack(struct dv_odb *odb, const struct dv_digest *id,
		      enum dv_odb_kind kind, int level)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest name;

	mkdir("other", 0777);
	assert_int_equal(dv_odb_pack(odb, id, 1, kind, level, "other", &name,
				     NULL, &err), 1);
}

static struct dv_odb *reopen(struct dv_odb *odb)
{
	dv_odb_close(odb);
	return open_store(DV_ALGO_XXH128);
}

static void keep_faults(void *arg, const char *sentence)
{
	dv_buf_printf(arg, "%s\n", sentence);
}

/* What fsck says has text in it. */
static void assert_told(struct dv_odb *odb, bool full, const char *text)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf all = DV_BUF_INIT;

	assert_true(dv_odb_fsck(odb, full, keep_faults, &all, NULL,
				&err) > 0);
	if (!strstr(dv_buf_cstr(&all), text))
		fail_msg("no '%s' in: %s", text, dv_buf_cstr(&all));
	dv_buf_release(&all);
}

static void put_again(struct dv_odb *odb, bool repair, const void *p,
		      size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t;

	assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
	if (repair)
		dv_odb_txn_set_repair(t);
	assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, p, n, NULL, &err), 0);
	assert_int_equal(dv_odb_txn_sync(t, &err), 0);
	dv_odb_txn_end(t);
}

/* Bytes of an index before the ids: dv-format-pack(5). */
#define IDS 1048

/* --- an index file -------------------------------------------------------- */

/*
 * The pack's own index is sound, so an index file that is not must cost
 * nothing: not the objects that it gives another name or place.
 */
static void a_damaged_index_file_loses_no_object(void **state)
{
	static const long at[] = { 3, 24, IDS, IDS + 17, IDS + 33, IDS + 40,
				   IDS + 44, IDS + 90 };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(at) / sizeof(*at); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		struct dv_digest a, b;
		struct dv_odb_txn *t;
		struct dv_idmap kept;
		struct dv_odb_repack r = { .all = true, .level = 1 };

		assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
		assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, "one", 3, &a,
						&err), 0);
		assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, "two", 3, &b,
						&err), 0);
		assert_int_equal(dv_odb_txn_sync(t, &err), 0);
		dv_odb_txn_end(t);
		dv_odb_close(odb);

		dv_idmap_init(&kept, DV_ALGO_XXH128);
		dv_idmap_add(&kept, &a, 0);
		dv_idmap_add(&kept, &b, 0);
		if (i % 2) {
			r.keep = keep_all;
			r.arg = &kept;
		}
		flip("store/packs/*.idx", at[i / 2]);
		odb = open_store(DV_ALGO_XXH128);
		assert_true(fsck(odb, i % 2) > 0);
		if (dv_odb_repack(odb, &r, &err) < 0)
			assert_int_equal(err.code, DV_E_FORMAT);
		dv_odb_close(odb);

		assert_int_equal(system("rm -f store/packs/*.idx"), 0);
		odb = open_store(DV_ALGO_XXH128);
		assert_held(odb, &a, "one", 3);
		assert_held(odb, &b, "two", 3);
		dv_odb_close(odb);
		dv_idmap_release(&kept);
		dv_remove_tree(AT_FDCWD, "store", &err);
	}
}

/* Whether it lists the object nobody can tell. */
static void a_damaged_index_file_says_no_no(void **state)
{
	static const long at[] = { 24 + 4 * 255, IDS, IDS + 15 };
	struct dv_digest id, gone;

	(void)state;
	dv_digest_of(&gone, DV_ALGO_XXH128, "gone", 4);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		char hex[DV_DIGEST_TEXT];

		put(odb, "one", 3, &id);
		odb = reopen(odb);
		assert_int_equal(dv_odb_stat(odb, &gone, NULL, &err), 0);
		flip("store/packs/*.idx", at[i]);
		odb = reopen(odb);
		assert_int_equal(dv_odb_stat(odb, &gone, NULL, &err),
				 -DV_E_FORMAT);
		assert_non_null(strstr(err.hint, "index-pack"));
		assert_int_equal(dv_odb_resolve(odb, dv_digest_hex(hex, &gone),
						&gone, &err), -DV_E_FORMAT);
		dv_odb_close(odb);
		dv_remove_tree(AT_FDCWD, "store", &err);
	}
}

/* --- a block -------------------------------------------------------------- */

static const size_t sizes[] = { 100, 300000, 3 * MIB, 20 * MIB };
#define SIZES (sizeof(sizes) / sizeof(*sizes))

/*
 * Also of a chunk, where neither pack alone has all of the object, and
 * where bytes are compressed.
 */
static void a_sound_copy_stands_in_for_a_damaged_one(void **state)
{
	uint8_t *p = noise(20 * MIB, 31);

	(void)state;
	memset(p + MIB, 'x', MIB);
	for (size_t i = 0; i < 2 * SIZES; i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		size_t n = sizes[i / 2];
		struct dv_digest id;

		put(odb, p, n, &id);
		make_pack(odb, &id, DV_ODB_META, i % 2 ? 3 : 0);
		damage("store/packs");
		if (n > MIB)
			flip("other/*.pack", -16 * 1024);
		assert_int_equal(system("cp other/* store/packs/"), 0);
		odb = reopen(odb);
		assert_held(odb, &id, p, n);
		dv_odb_close(odb);
		dv_remove_tree(AT_FDCWD, "store", &err);
		dv_remove_tree(AT_FDCWD, "other", &err);
	}
	free(p);
}

static void what_is_damaged_is_named(void **state)
{
	uint8_t *p = noise(20 * MIB, 32);

	(void)state;
	for (size_t i = 0; i < 2 * SIZES; i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		char hex[DV_DIGEST_TEXT], *text;
		struct dv_digest id;

		put(odb, p, sizes[i / 2], &id);
		assert_int_equal(fsck(odb, i % 2), 0);
		damage("store/packs");
		text = dv_asprintf("object %s", dv_digest_format(hex, &id));
		assert_told(odb, i % 2, text);
		free(text);
		dv_odb_close(odb);
		dv_remove_tree(AT_FDCWD, "store", &err);
	}
	free(p);
}

/* One chunk's pack is gone: the large object is not whole. */
static void a_chunk_that_is_missing_is_told(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	uint8_t *p = noise(4 * MIB, 33);
	char hex[DV_DIGEST_TEXT], *text;
	struct dv_digest id;

	(void)state;
	put(odb, p, 2 * MIB, &id);
	assert_int_equal(system("mv store/packs gone; mkdir store/packs"), 0);
	odb = reopen(odb);
	put(odb, p + 2 * MIB, 2 * MIB, &id);
	assert_int_equal(system("mv gone/* store/packs; "
				"ls -tr store/packs/* >list"), 0);
	odb = reopen(odb);
	put(odb, p, 4 * MIB, &id);
	assert_int_equal(fsck(odb, false), 0);
	assert_int_equal(system("rm $(head -2 list)"), 0);
	odb = reopen(odb);
	text = dv_asprintf("object %s", dv_digest_format(hex, &id));
	assert_told(odb, false, text);
	free(text);
	dv_odb_close(odb);
	free(p);
}

/* Adding it again is no help, unless repair is asked for. */
static void what_is_damaged_can_be_added_again(void **state)
{
	uint8_t *p = noise(20 * MIB, 34);

	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		struct dv_odb_repack r = { .all = true, .level = 1 };
		struct dv_err err = DV_ERR_INIT;
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		struct dv_buf b = DV_BUF_INIT;
		size_t n = sizes[i];
		struct dv_digest id;
		uint64_t before;

		put(odb, p, n, &id);
		before = store_bytes(odb);
		damage("store/packs");
		put_again(odb, false, p, n);
		assert_int_equal(dv_odb_read(odb, &id, &b, n, &err),
				 -DV_E_DIGEST);
		assert_int_equal(dv_odb_repack(odb, &r, &err), -DV_E_DIGEST);
		assert_int_equal(store_bytes(odb), before);

		put_again(odb, true, p, n);
		assert_held(odb, &id, p, n);
		before = store_bytes(odb);
		put_again(odb, true, p, n);
		assert_int_equal(store_bytes(odb), before);

		/*
		 * A pack that is damaged goes where it can be had, one of
		 * the same content was replaced.
		 */
		assert_int_equal(dv_odb_repack(odb, &r, &err), 0);
		assert_int_equal(fsck(odb, true), 0);
		assert_int_equal(count_files("store/trash", ".pack"),
				 n > MIB);
		odb = reopen(odb);
		assert_held(odb, &id, p, n);
		dv_odb_close(odb);
		dv_buf_release(&b);
		dv_remove_tree(AT_FDCWD, "store", &err);
	}
	free(p);
}

static void a_pack_from_elsewhere_repairs(void **state)
{
	uint8_t *p = noise(20 * MIB, 35);

	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_odb *odb = open_store(DV_ALGO_XXH128);
		struct dv_digest id;

		put(odb, p, sizes[i], &id);
		make_pack(odb, &id, i % 2 ? DV_ODB_META : DV_ODB_DATA, 0);
		damage("store/packs");
		assert_int_equal(system("mv other/*.pack other/p.pack; "
					"rm other/*.idx"), 0);
		odb = reopen(odb);
		assert_int_equal(dv_odb_unpack(odb, "other/p", NULL, NULL,
					       &err), 0);
		assert_held(odb, &id, p, sizes[i]);
		dv_odb_close(odb);
		dv_remove_tree(AT_FDCWD, "store", &err);
		dv_remove_tree(AT_FDCWD, "other", &err);
	}
	free(p);
}

/* An index of fewer objects would leave the others out unseen. */
static void a_pack_with_the_index_of_another_is_refused(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_digest ids[2], name;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	put(odb, "one", 3, &ids[0]);
	put(odb, "two", 3, &ids[1]);
	assert_int_equal(system("mkdir both one"), 0);
	assert_int_equal(dv_odb_pack(odb, ids, 2, DV_ODB_DATA, 0, "both",
				     &name, NULL, &err), 1);
	assert_int_equal(dv_odb_pack(odb, ids, 1, DV_ODB_DATA, 0, "one",
				     &name, NULL, &err), 1);
	assert_int_equal(system("mv both/*.pack both/p.pack; "
				"mv one/*.idx both/p.idx; rm -r store"), 0);
	odb = reopen(odb);
	assert_int_equal(dv_odb_unpack(odb, "both/p", NULL, NULL, &err),
			 -DV_E_FORMAT);
	assert_non_null(strstr(err.msg, "index-pack"));
	assert_int_equal(unlink("both/p.idx"), 0);
	assert_int_equal(dv_odb_unpack(odb, "both/p", NULL, NULL, &err), 0);
	assert_held(odb, &ids[1], "two", 3);
	dv_odb_close(odb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(a_damaged_index_file_loses_no_object),
		UNIT_TMP_TEST(a_damaged_index_file_says_no_no),
		UNIT_TMP_TEST(a_sound_copy_stands_in_for_a_damaged_one),
		UNIT_TMP_TEST(what_is_damaged_is_named),
		UNIT_TMP_TEST(a_chunk_that_is_missing_is_told),
		UNIT_TMP_TEST(what_is_damaged_can_be_added_again),
		UNIT_TMP_TEST(a_pack_from_elsewhere_repairs),
		UNIT_TMP_TEST(a_pack_with_the_index_of_another_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
