/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/path.h"

/* Each test runs twice: with openat2(2), and by walking. */
static int enter_openat2(void **state)
{
	dv_path_set_walk(false);
	return unit_enter_tmp(state);
}

static int enter_walk(void **state)
{
	dv_path_set_walk(true);
	return unit_enter_tmp(state);
}

static int dir_here(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/*
 * out/secret is outside of top, where all lookups begin; top/file and
 * top/dir/file are inside, and links of all kinds beside them.
 */
static int make_tree(void)
{
	struct dv_err err = DV_ERR_INIT;
	int top;

	assert_int_equal(dv_mkdirs("out", 0777, &err), 0);
	assert_int_equal(dv_mkdirs("top/dir/sub", 0777, &err), 0);
	unit_write("out/secret", "secret");
	unit_write("top/file", "file");
	unit_write("top/dir/file", "dir/file");
	assert_int_equal(symlink("file", "top/link"), 0);
	assert_int_equal(symlink("dir", "top/dirlink"), 0);
	assert_int_equal(symlink("../out", "top/outlink"), 0);
	assert_int_equal(symlink("nowhere", "top/broken"), 0);
	assert_int_equal(symlink("../../out", "top/dir/outlink"), 0);

	top = open("top", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(top >= 0);
	return top;
}

static void opens_what_is_there(void **state)
{
	int top = make_tree();
	char text[9] = "";
	struct stat st;
	int fd;

	(void)state;
	fd = dv_path_open(top, "dir/file", O_RDONLY, 0);
	assert_true(fd >= 0);
	assert_int_equal(dv_read_full(fd, text, 8), 8);
	assert_string_equal(text, "dir/file");
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);

	fd = dv_path_open(top, "dir/sub", O_RDONLY | O_DIRECTORY, 0);
	assert_true(fd >= 0);
	close(fd);

	fd = dv_path_open(top, "dir/new", O_WRONLY | O_CREAT | O_EXCL, 0640);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0707, 0600);
	close(fd);
	close(top);
}

static void links_are_in_the_way(void **state)
{
	static const char *const links[] = {
		"link", "dirlink", "outlink", "broken", "dirlink/file",
		"outlink/secret", "dir/outlink/secret", "dir/outlink",
	};
	int top = make_tree();

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		assert_int_equal(dv_path_open(top, links[i], O_RDONLY, 0), -1);
		assert_int_equal(errno, ELOOP);
		assert_int_equal(dv_path_open(top, links[i],
					      O_RDONLY | O_DIRECTORY, 0), -1);
		assert_int_equal(errno, ELOOP);
	}
	/* Nor does one make a file through one. */
	assert_int_equal(dv_path_open(top, "broken", O_WRONLY | O_CREAT,
				      0666), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(access("top/nowhere", F_OK), -1);
	close(top);
}

static void nothing_above_is_reached(void **state)
{
	static const char *const above[] = {
		"..", "../out/secret", "dir/../../out/secret", "/etc/passwd",
		"/",
	};
	int top = make_tree();

	(void)state;
	for (size_t i = 0; i < sizeof(above) / sizeof(*above); i++) {
		assert_int_equal(dv_path_open(top, above[i], O_RDONLY, 0), -1);
		assert_int_equal(errno, EXDEV);
	}
	close(top);
}

static void what_is_not_there_is_enoent(void **state)
{
	int top = make_tree();

	(void)state;
	assert_int_equal(dv_path_open(top, "none", O_RDONLY, 0), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(dv_path_open(top, "none/x", O_RDONLY, 0), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(dv_path_open(top, "", O_RDONLY, 0), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(dv_path_open(top, "file/x", O_RDONLY, 0), -1);
	assert_int_equal(errno, ENOTDIR);
	close(top);
}

static void at_fdcwd_is_a_directory_too(void **state)
{
	int fd;

	(void)state;
	close(make_tree());
	fd = dv_path_open(AT_FDCWD, "top/dir/file", O_RDONLY, 0);
	assert_true(fd >= 0);
	close(fd);
}

static void parent_is_made_where_asked(void **state)
{
	int top = make_tree();
	const char *base = NULL;
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(dv_path_open_parent(top, "a/b/c", false, &base), -1);
	assert_int_equal(errno, ENOENT);
	assert_null(base);
	assert_int_equal(access("top/a", F_OK), -1);

	fd = dv_path_open_parent(top, "dir/b/c", true, &base);
	assert_true(fd >= 0);
	assert_string_equal(base, "c");
	assert_int_equal(mkdirat(fd, "probe", 0777), 0);
	assert_int_equal(stat("top/dir/b/probe", &st), 0);
	assert_int_equal(fsync(fd), 0);
	close(fd);

	fd = dv_path_open_parent(top, "file2", true, &base);
	assert_true(fd >= 0);
	assert_string_equal(base, "file2");
	close(fd);
	close(top);
}

static void parent_is_not_made_through_a_link(void **state)
{
	int top = make_tree();
	const char *base;

	(void)state;
	assert_int_equal(dv_path_open_parent(top, "outlink/n/x", true, &base),
			 -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(dv_path_open_parent(top, "dir/outlink/n/x", true,
					     &base), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(dv_path_open_parent(top, "../out/n/x", true, &base),
			 -1);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(dv_path_open_parent(top, "file/n/x", true, &base),
			 -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(access("out/n", F_OK), -1);
	close(top);
}

/* A directory that may be entered but not listed is no obstacle. */
static void search_permission_is_enough(void **state)
{
	int top = make_tree();
	int fd;

	(void)state;
	assert_int_equal(chmod("top/dir", 0111), 0);
	fd = dv_path_open(top, "dir/file", O_RDONLY, 0);
	assert_int_equal(chmod("top/dir", 0777), 0);
	assert_true(fd >= 0);
	close(fd);
	close(top);
}

static void no_descriptor_is_left_open(void **state)
{
	int before, after, top = make_tree();
	const char *base;

	(void)state;
	before = dir_here();
	close(before);
	dv_path_open(top, "dir/sub/none/x", O_RDONLY, 0);
	dv_path_open(top, "dir/outlink/x", O_RDONLY, 0);
	dv_path_open(top, "dir/../x", O_RDONLY, 0);
	close(dv_path_open(top, "dir/file", O_RDONLY, 0));
	close(dv_path_open_parent(top, "n/o/p/q", true, &base));
	dv_path_open_parent(top, "file/x/y", true, &base);
	after = dir_here();
	close(after);
	assert_int_equal(before, after);
	close(top);
}

#define BOTH(fn) \
	{ #fn " (openat2)", fn, enter_openat2, unit_leave_tmp, NULL }, \
	{ #fn " (walk)", fn, enter_walk, unit_leave_tmp, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(opens_what_is_there),
		BOTH(links_are_in_the_way),
		BOTH(nothing_above_is_reached),
		BOTH(what_is_not_there_is_enoent),
		BOTH(at_fdcwd_is_a_directory_too),
		BOTH(parent_is_made_where_asked),
		BOTH(parent_is_not_made_through_a_link),
		BOTH(search_permission_is_enough),
		BOTH(no_descriptor_is_left_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
