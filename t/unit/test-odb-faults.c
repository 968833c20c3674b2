/* SPDX-License-Identifier: MIT */
#include "odbtools.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <time.h>

static void a_write_that_fails_leaves_the_old_state(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct rlimit old, small;
	struct dv_err err = DV_ERR_INIT;
	uint8_t *p = noise(20 * MIB, 17);
	struct dv_digest id;

	(void)state;
	put(odb, "before", 6, &id);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	/* From nothing at all to all but the index: fails at each point. */
	for (rlim_t limit = 0; limit < 20 * MIB + 3000; limit += 911111) {
		struct dv_odb_txn *t;
		int rc;

		small = (struct rlimit){ limit, old.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
		rc = dv_odb_txn_put(t, DV_ODB_DATA, p, 20 * MIB, NULL, &err);
		if (!rc)
			rc = dv_odb_txn_put(t, DV_ODB_DATA, p, 1, NULL, &err);
		rc = dv_odb_txn_sync(t, &err);
		dv_odb_txn_end(t);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
		assert_int_equal(rc, -DV_E_SYS);
		assert_int_equal(count_files("store/tmp", ""), 0);
		assert_int_equal(count_files("store/packs", ""), 2);
	}
	assert_held(odb, &id, "before", 6);
	assert_int_equal(fsck(odb, true), 0);
	put(odb, p, 20 * MIB, &id);
	assert_held(odb, &id, p, 20 * MIB);
	dv_odb_close(odb);
	free(p);
}

/*
 * The linker sends these calls of the library here: the one numbered
 * fail_at fails as a disk does that has had it.
 */
static int calls, fail_at;

static bool fails(void)
{
	errno = EIO;
	return ++calls == fail_at;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	return fails() ? -1 : __real_fsync(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
	return fails() ? -1 : __real_fchmod(fd, mode);
}

static void a_publication_that_fails_anywhere_loses_nothing(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest old, id;
	int rc = -1;

	(void)state;
	put(odb, "before", 6, &old);
	for (int at = 1; rc < 0; at++) {
		uint64_t meta = (uint64_t)at;
		struct dv_odb_txn *t;

		assert_true(at < 100);
		assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
		assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, &at,
						sizeof(at), &id, &err), 0);
		assert_int_equal(dv_odb_txn_put_meta(t, &meta, sizeof(meta),
						     NULL, &err), 0);
		calls = 0;
		fail_at = at;
		rc = dv_odb_txn_sync(t, &err);
		fail_at = 0;
		dv_odb_txn_end(t);
		assert_true(rc == 0 || rc == -DV_E_SYS);
		assert_int_equal(count_files("store/tmp", ""), 0);
		assert_held(odb, &old, "before", 6);
		assert_int_equal(fsck(odb, true), 0);
	}
	assert_true(calls > 8);
	assert_int_equal(dv_odb_stat(odb, &id, NULL, &err), 1);
	dv_odb_close(odb);
}

static void a_repack_that_fails_anywhere_loses_nothing(void **state)
{
	struct dv_odb_repack r = { .all = true, .level = 3 };
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest ids[3];
	int rc = -1;

	(void)state;
	for (int i = 0; i < 3; i++)
		put(odb, &i, sizeof(i), &ids[i]);
	for (int at = 1; rc < 0; at++) {
		assert_true(at < 100);
		calls = 0;
		fail_at = at;
		rc = dv_odb_repack(odb, &r, &err);
		fail_at = 0;
		assert_true(rc == 0 || rc == -DV_E_SYS);
		assert_int_equal(count_files("store/tmp", ""), 0);
		for (int i = 0; i < 3; i++)
			assert_held(odb, &ids[i], &i, sizeof(i));
		assert_int_equal(fsck(odb, true), 0);
	}
	assert_int_equal(r.packs_after, 1);
	dv_odb_close(odb);
}

static void left_overs_of_dead_processes_are_pruned(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t;
	struct dv_digest id;

	(void)state;
	put(odb, "x", 1, &id);
	unit_write("store/tmp/tmp_999999999_0123", "dead");
	unit_write("store/tmp/not-ours", "?");
	assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, &i, sizeof(i),
						NULL, &err), 0);
	assert_int_equal(dv_odb_prune(odb, 0, &err), 0);
	assert_int_equal(access("store/tmp/tmp_999999999_0123", F_OK), -1);
	assert_int_equal(access("store/tmp/not-ours", F_OK), 0);
	assert_int_equal(dv_odb_txn_sync(t, &err), 0);
	dv_odb_txn_end(t);
	assert_int_equal(fsck(odb, true), 0);
	dv_odb_close(odb);
}

static void make_old(const char *path, time_t age)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - age } };

	t[1] = t[0];
	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

/* A process with its number runs, but nobody writes into the file. */
static void a_left_over_does_not_stay_for_its_number(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id;
	char *names[3];
	int fd;

	(void)state;
	put(odb, "x", 1, &id);
	for (int i = 0; i < 3; i++) {
		names[i] = dv_asprintf("store/tmp/tmp_%ld_%d", (long)getpid(),
				       i);
		unit_write(names[i], "left over");
	}
	make_old(names[0], 2 * 24 * 3600);
	make_old(names[1], 2 * 24 * 3600);
	fd = open(names[1], O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(dv_odb_prune(odb, 0, &err), 0);
	assert_int_equal(access(names[0], F_OK), -1);
	assert_int_equal(access(names[1], F_OK), 0);
	assert_int_equal(access(names[2], F_OK), 0);
	close(fd);
	for (int i = 0; i < 3; i++)
		free(names[i]);
	dv_odb_close(odb);
}

#define OURS "store/trash/0123456789abcdef0123456789abcdef.pack"
#define THEIRS "store/trash/f123456789abcdef0123456789abcdef.pack"

/* The one who moved it there could not set its time. */
static void what_belongs_to_another_user_has_its_grace_too(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id;
	bool given;

	(void)state;
	put(odb, "x", 1, &id);
	unit_write(OURS, "old");
	unit_write(THEIRS, "old");
	make_old(OURS, 1000);
	make_old(THEIRS, 1000);
	given = !chown(THEIRS, 12345, -1);
	assert_int_equal(dv_odb_prune(odb, 500, &err), 0);
	assert_int_equal(access(OURS, F_OK), -1);
	assert_int_equal(access(THEIRS, F_OK), given ? 0 : -1);
	dv_odb_close(odb);
}

/* The trash may turn out to be a directory of somebody's own. */
static void what_is_no_pack_is_not_thrown_away(void **state)
{
	struct dv_odb *odb = open_store(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id;

	(void)state;
	put(odb, "x", 1, &id);
	assert_int_equal(system("mkdir home && mv store/trash home/trash && "
				"ln -s ../home store/trash"), 0);
	unit_write("home/letter", "precious");
	unit_write("home/letter.pack", "precious");
	make_old("home/letter", 1000);
	make_old("home/letter.pack", 1000);
	assert_int_equal(dv_odb_prune(odb, 0, &err), 0);
	assert_int_equal(access("home/letter", F_OK), 0);
	assert_int_equal(access("home/letter.pack", F_OK), 0);
	dv_odb_close(odb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(a_write_that_fails_leaves_the_old_state),
		UNIT_TMP_TEST(a_publication_that_fails_anywhere_loses_nothing),
		UNIT_TMP_TEST(a_repack_that_fails_anywhere_loses_nothing),
		UNIT_TMP_TEST(left_overs_of_dead_processes_are_pruned),
		UNIT_TMP_TEST(a_left_over_does_not_stay_for_its_number),
		UNIT_TMP_TEST(what_belongs_to_another_user_has_its_grace_too),
		UNIT_TMP_TEST(what_is_no_pack_is_not_thrown_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
