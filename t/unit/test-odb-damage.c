/* SPDX-License-Identifier: MIT */
#include "odbtools.h"

#include "base/idmap.h"

/* --- tools ---------------------------------------------------------------- */

static bool keep_all(void *arg, const struct dv_digest *id)
{
	return dv_idmap_get(arg, id, NULL);
}

/* Turn over a bit of byte at of the one file in packs/ that ends so. */
static void flip(const char *end, long at)
{
	char *cmd = dv_asprintf("ls store/packs/*%s", end);
	char path[200] = "";
	FILE *ls = popen(cmd, "r");
	uint8_t byte;
	int fd;

	assert_non_null(fgets(path, sizeof(path), ls));
	path[strcspn(path, "\n")] = '\0';
	assert_int_equal(pclose(ls), 0);
	assert_int_equal(chmod(path, 0644), 0);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
	free(cmd);
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
				   IDS + 90 };

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
		flip(".idx", at[i / 2]);
		odb = open_store(DV_ALGO_XXH128);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(a_damaged_index_file_loses_no_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
