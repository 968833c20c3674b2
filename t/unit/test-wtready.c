/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store/odb-whole.h"
#include "store/wtready.h"

#define TEXT "the content\n"
#define SIZE (sizeof(TEXT) - 1)

static struct dv_wtready *open_ready(const char *dir)
{
	return dv_wtready_new(dir, DV_ALGO_XXH128);
}

static struct dv_digest id_of(const char *name)
{
	struct dv_digest id;

	dv_digest_of(&id, DV_ALGO_XXH128, name, strlen(name));
	return id;
}

/* Not every file system has files without a name. */
static struct dv_digest add(struct dv_wtready *r, const char *name)
{
	struct dv_digest id = id_of(name);
	int fd = dv_wtready_begin(r, SIZE);

	if (fd < 0)
		skip();
	assert_int_equal(dv_write_full(fd, TEXT, SIZE), 0);
	dv_wtready_add(r, &id, SIZE, fd);
	return id;
}

static bool place(struct dv_wtready *r, const struct dv_digest *id, bool exec,
		  const char *name)
{
	return dv_wtready_place(r, id, SIZE, exec, AT_FDCWD, name);
}

static void assert_file(const char *path, mode_t mode)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | mode);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(dv_file_read(&b, AT_FDCWD, path, 100, &err), 0);
	assert_string_equal(dv_buf_cstr(&b), TEXT);
	dv_buf_release(&b);
}

static void a_content_gets_its_name_once(void **state)
{
	struct dv_wtready *r = open_ready(".");
	struct dv_digest id = add(r, "one"), other = id_of("other");

	(void)state;
	assert_false(place(r, &other, false, "name"));
	assert_true(place(r, &id, false, "name"));
	assert_false(place(r, &id, false, "again"));
	assert_int_equal(access("again", F_OK), -1);
	dv_wtready_free(r);
	assert_file("name", 0644);
}

static void its_mode_is_that_of_a_new_file(void **state)
{
	static const mode_t masks[] = { 022, 002, 077, 027, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(*masks); i++) {
		mode_t before = umask(masks[i]);
		struct dv_wtready *r = open_ready(".");
		struct dv_digest a = add(r, "a"), b = add(r, "b");

		assert_true(place(r, &a, false, "plain"));
		assert_true(place(r, &b, true, "program"));
		assert_file("plain", 0666 & ~masks[i]);
		assert_file("program", 0777 & ~masks[i]);
		unlink("plain");
		unlink("program");
		dv_wtready_free(r);
		umask(before);
	}
}

static void what_is_there_already_stays(void **state)
{
	struct dv_wtready *r = open_ready(".");
	struct dv_digest id = add(r, "one");
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	unit_write("name", "mine");
	assert_false(place(r, &id, false, "name"));
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "name", 100, &err), 0);
	assert_string_equal(dv_buf_cstr(&b), "mine");
	dv_buf_release(&b);
	dv_wtready_free(r);
}

static void another_size_is_not_taken_for_it(void **state)
{
	struct dv_wtready *r = open_ready(".");
	struct dv_digest id = add(r, "one");

	(void)state;
	assert_false(dv_wtready_place(r, &id, SIZE + 1, false, AT_FDCWD,
				      "name"));
	assert_int_equal(access("name", F_OK), -1);
	assert_true(place(r, &id, false, "name"));
	dv_wtready_free(r);
}

static void its_room_is_counted_once(void **state)
{
	struct dv_wtready *r = open_ready(".");
	struct dv_digest id = add(r, "one"), other = id_of("other");

	(void)state;
	assert_int_equal(dv_wtready_claim(r, &id), SIZE);
	assert_int_equal(dv_wtready_claim(r, &id), 0);
	assert_int_equal(dv_wtready_claim(r, &other), 0);
	dv_wtready_free(r);
}

static void where_the_directory_is_not_there_yet_one_above_does(void **state)
{
	struct dv_wtready *r = open_ready("not/there/yet");
	struct dv_digest id = add(r, "one");

	(void)state;
	assert_true(place(r, &id, false, "name"));
	assert_file("name", 0644);
	dv_wtready_free(r);
}

static void none_is_begun_that_the_disk_has_no_room_for(void **state)
{
	struct dv_wtready *r = open_ready(".");

	(void)state;
	assert_int_equal(dv_wtready_begin(r, UINT64_MAX / 2), -1);
	dv_wtready_free(r);
}

/* Others write meanwhile: what is compared with it is far from it. */
static uint64_t room(void)
{
	struct statvfs vfs;

	assert_int_equal(statvfs(".", &vfs), 0);
	return (uint64_t)vfs.f_bavail * vfs.f_frsize;
}

/* Like dv_wtready_begin(), for those who look at the room only. */
static int begin(struct dv_wtready *r, uint64_t size)
{
	int fd = dv_wtready_begin(r, SIZE);

	if (fd < 0 || room() < UINT64_C(256) << 20)
		skip();
	dv_wtready_drop(r, SIZE, fd);
	return dv_wtready_begin(r, size);
}

static void what_was_begun_has_its_room_though_it_is_empty(void **state)
{
	struct dv_wtready *r = open_ready(".");
	uint64_t size = room() / 10 * 6;
	struct dv_digest id = id_of("one");
	int fd;

	(void)state;
	fd = begin(r, size);
	assert_int_not_equal(fd, -1);
	assert_int_equal(dv_wtready_begin(r, size), -1);
	dv_wtready_drop(r, size, fd);
	fd = dv_wtready_begin(r, size);
	assert_int_not_equal(fd, -1);
	dv_wtready_add(r, &id, size, fd);
	/* it is written now, for all we know */
	fd = dv_wtready_begin(r, size);
	assert_int_not_equal(fd, -1);
	dv_wtready_drop(r, size, fd);
	dv_wtready_free(r);
}

static void what_the_store_still_gets_goes_first(void **state)
{
	struct dv_wtready *r = open_ready(".");
	uint64_t size = room() / 10 * 6;
	int fd;

	(void)state;
	dv_wtready_expect(r, size);
	assert_int_equal(begin(r, size), -1);
	dv_wtready_expect(r, UINT64_MAX);
	assert_int_equal(dv_wtready_begin(r, SIZE), -1);
	dv_wtready_expect(r, SIZE);
	fd = dv_wtready_begin(r, size);
	assert_int_not_equal(fd, -1);
	dv_wtready_drop(r, size, fd);
	dv_wtready_free(r);
}

static void emptied_there_are_none_and_no_more(void **state)
{
	struct dv_wtready *r = open_ready(".");
	struct dv_digest id = add(r, "one"), placed = add(r, "two");
	struct dv_digest late = id_of("three");
	int fd = dv_wtready_begin(r, SIZE);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_true(place(r, &placed, false, "placed"));
	assert_true(dv_wtready_empty(r));
	dv_wtready_add(r, &late, SIZE, fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_false(dv_wtready_empty(r));
	assert_int_equal(dv_wtready_claim(r, &id), 0);
	assert_false(place(r, &id, false, "name"));
	assert_false(place(r, &late, false, "name"));
	assert_int_equal(dv_wtready_begin(r, SIZE), -1);
	dv_wtready_free(r);
	assert_file("placed", 0644);
}

/* How many there may be of that size where so many descriptors are. */
static int most(rlim_t limit, uint64_t size)
{
	struct rlimit l = { limit, limit };
	struct dv_wtready *r;
	char name[16];
	int fd, n = 0;

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
	r = open_ready(".");
	while ((fd = dv_wtready_begin(r, size)) >= 0 && n < 400) {
		struct dv_digest id;

		snprintf(name, sizeof(name), "%d", n++);
		id = id_of(name);
		dv_wtready_add(r, &id, size, fd);
	}
	dv_wtready_free(r);
	return n;
}

/* The rest goes the usual way; the limit can only be lowered. */
static void descriptors_are_left_for_others(void **state)
{
	struct dv_wtready *r = open_ready(".");
	int fd = begin(r, DV_ODB_WHOLE_BULK);

	(void)state;
	assert_int_not_equal(fd, -1);
	dv_wtready_free(r);
	close(fd);
	assert_int_equal(most(400, SIZE), 100);
	/* the last one has two while it is written */
	assert_int_equal(most(400, DV_ODB_WHOLE_BULK), 99);
	assert_int_equal(most(128, SIZE), 32);
	assert_int_equal(most(127, SIZE), 0);
	assert_int_equal(most(48, SIZE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(a_content_gets_its_name_once),
		UNIT_TMP_TEST(its_mode_is_that_of_a_new_file),
		UNIT_TMP_TEST(what_is_there_already_stays),
		UNIT_TMP_TEST(another_size_is_not_taken_for_it),
		UNIT_TMP_TEST(its_room_is_counted_once),
		UNIT_TMP_TEST(
			where_the_directory_is_not_there_yet_one_above_does),
		UNIT_TMP_TEST(none_is_begun_that_the_disk_has_no_room_for),
		UNIT_TMP_TEST(what_was_begun_has_its_room_though_it_is_empty),
		UNIT_TMP_TEST(what_the_store_still_gets_goes_first),
		UNIT_TMP_TEST(emptied_there_are_none_and_no_more),
		UNIT_TMP_TEST(descriptors_are_left_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
