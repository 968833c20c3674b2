/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <sys/resource.h>
#include <sys/stat.h>

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

/* The rest goes the usual way. */
static void descriptors_are_left_for_others(void **state)
{
	struct rlimit l = { 400, 400 };
	struct dv_wtready *r;
	char name[16];
	int fd, n = 0;

	(void)state;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
	r = open_ready(".");
	while ((fd = dv_wtready_begin(r, SIZE)) >= 0 && n < 400) {
		struct dv_digest id;

		snprintf(name, sizeof(name), "%d", n++);
		id = id_of(name);
		dv_wtready_add(r, &id, SIZE, fd);
	}
	dv_wtready_free(r);
	assert_true(!n || n == 100);
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
		UNIT_TMP_TEST(descriptors_are_left_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
