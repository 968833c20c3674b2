/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/lock.h"

/*
 * The linker gives us these calls of the code under test (--wrap), so
 * that a test can make one fail.
 */
static struct {
	/* errno to fail with; 0: do not */
	int link, sync, rename, close, unlink;
} faults;

int __real_linkat(int d, const char *p, int e, const char *q, int flags);
int __wrap_linkat(int d, const char *p, int e, const char *q, int flags);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int d, const char *p, int e, const char *q);
int __wrap_renameat(int d, const char *p, int e, const char *q);
int __real_unlinkat(int d, const char *p, int flags);
int __wrap_unlinkat(int d, const char *p, int flags);
int __real_close(int fd);
int __wrap_close(int fd);

static int fault(int *errnum)
{
	errno = *errnum;
	*errnum = 0;
	return -1;
}

int __wrap_linkat(int d, const char *p, int e, const char *q, int flags)
{
	return faults.link ? fault(&faults.link) :
			     __real_linkat(d, p, e, q, flags);
}

int __wrap_fsync(int fd)
{
	return faults.sync ? fault(&faults.sync) : __real_fsync(fd);
}

int __wrap_renameat(int d, const char *p, int e, const char *q)
{
	return faults.rename ? fault(&faults.rename) :
			       __real_renameat(d, p, e, q);
}

/* The file "stuck" is one that its directory does not let go. */
int __wrap_unlinkat(int d, const char *p, int flags)
{
	return faults.unlink && !strcmp(p, "stuck") ? fault(&faults.unlink) :
					__real_unlinkat(d, p, flags);
}

int __wrap_close(int fd)
{
	int rc = __real_close(fd);

	return faults.close ? fault(&faults.close) : rc;
}

static int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void assert_content(const char *path, const char *text)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;

	assert_int_equal(dv_file_read(&b, AT_FDCWD, path, 1000, &err), 0);
	assert_string_equal(dv_buf_cstr(&b), text);
	dv_buf_release(&b);
}

static void read_appends_up_to_max(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	unit_write("f", "12345");
	dv_buf_str(&b, ">");
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "f", 5, &err), 0);
	assert_string_equal(b.data, ">12345");
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "f", SIZE_MAX, &err), 0);
	assert_string_equal(b.data, ">1234512345");

	assert_int_equal(dv_file_read(&b, AT_FDCWD, "f", 4, &err),
			 -DV_E_LIMIT);
	assert_string_equal(err.msg, "'f' is larger than 4 bytes");
	assert_int_equal(b.len, 11);
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "none", 4, &err),
			 -DV_E_MISSING);
	assert_int_equal(dv_file_read(&b, AT_FDCWD, ".", 4096 * 1024, &err),
			 -DV_E_SYS);
	assert_int_equal(b.len, 11);
	dv_buf_release(&b);
}

static void read_keeps_to_the_max_of_the_buffer(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b;

	(void)state;
	unit_write("f", "12345");
	dv_buf_init(&b, 8);
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "f", 1000, &err), 0);
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "f", 1000, &err),
			 -DV_E_LIMIT);
	assert_string_equal(b.data, "12345");
	assert_int_equal(b.max, 8);
	dv_buf_release(&b);
}

static void an_empty_file_is_read(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	unit_write("f", "");
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "f", 0, &err), 0);
	assert_int_equal(b.len, 0);
	/* A file that says 0 and holds more, too. */
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "/proc/self/status", 10,
				      &err), -DV_E_LIMIT);
	assert_int_equal(dv_file_read(&b, AT_FDCWD, "/proc/self/status",
				      100000, &err), 0);
	assert_true(b.len > 0);
	dv_buf_release(&b);
}

static void fd_read_takes_a_pipe_to_its_end(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	char text[1000];
	int ends[2], status;
	pid_t pid;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 300; i++)
			if (dv_write_full(ends[1], text, sizeof(text)))
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(dv_fd_read(&b, ends[0], 300000, "pipe", &err), 0);
	assert_int_equal(b.len, 300000);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ends[0]);
	dv_buf_release(&b);
}

static void write_replaces_the_whole_file(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct stat st;
	mode_t old = umask(022);

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(dv_file_write(AT_FDCWD, "d/f", "old old", 7, 0666,
				       &err), 0);
	assert_content("d/f", "old old");
	assert_int_equal(stat("d/f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);

	assert_int_equal(dv_file_write(AT_FDCWD, "d/f", "new", 3, 0444, &err),
			 0);
	assert_content("d/f", "new");
	assert_int_equal(dv_file_write(AT_FDCWD, "f", NULL, 0, 0600, &err),
			 0);
	assert_content("f", "");
	assert_int_equal(count_entries("d"), 1);
	umask(old);
}

static void write_replaces_a_link_not_its_target(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	unit_write("target", "kept");
	assert_int_equal(symlink("target", "f"), 0);
	assert_int_equal(dv_file_write(AT_FDCWD, "f", "new", 3, 0666, &err),
			 0);
	assert_content("target", "kept");
	assert_content("f", "new");
}

static void write_is_relative_to_dirfd(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	int dir;

	(void)state;
	assert_int_equal(dv_mkdirs("d/e", 0777, &err), 0);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	assert_int_equal(dv_file_write(dir, "e/f", "1", 1, 0666, &err), 0);
	assert_int_equal(dv_file_write(dir, "g", "2", 1, 0666, &err), 0);
	assert_content("d/e/f", "1");
	assert_content("d/g", "2");
	close(dir);
}

static void create_never_replaces(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	for (int links = 1; links >= 0; links--) {
		/* Once with hard links, once on a file system without. */
		faults.link = links ? 0 : EPERM;
		assert_int_equal(dv_file_create(AT_FDCWD, "d/f", "a", 1, 0666,
						&err), 0);
		assert_content("d/f", "a");
		faults.link = links ? 0 : EOPNOTSUPP;
		assert_int_equal(dv_file_create(AT_FDCWD, "d/f", "b", 1, 0666,
						&err), -DV_E_EXISTS);
		assert_content("d/f", "a");
		assert_int_equal(count_entries("d"), 1);
		assert_int_equal(unlink("d/f"), 0);
	}
}

static void a_failed_write_leaves_the_old_file_alone(void **state)
{
	int *const all[] = { &faults.sync, &faults.rename, &faults.close };

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	unit_write("d/f", "old");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct dv_err err = DV_ERR_INIT;

		*all[i] = EIO;
		assert_int_equal(dv_file_write(AT_FDCWD, "d/f", "new", 3,
					       0666, &err), -DV_E_SYS);
		assert_int_equal(*all[i], 0);
		assert_non_null(strstr(err.msg, "'d/f'"));
		assert_content("d/f", "old");
		assert_int_equal(count_entries("d"), 1);
	}
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct rlimit was, small = { 1000, 1000 };
	char *big = dv_calloc(1, 100000);
	void (*handler)(int);

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	unit_write("d/f", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	handler = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(dv_file_write(AT_FDCWD, "d/f", big, 100000, 0666,
				       &err), -DV_E_SYS);
	assert_int_equal(dv_file_create(AT_FDCWD, "d/g", big, 100000, 0666,
					&err), -DV_E_SYS);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, handler);
	assert_content("d/f", "old");
	assert_int_equal(count_entries("d"), 1);

	faults.sync = ENOSPC;
	assert_int_equal(dv_file_write(AT_FDCWD, "d/f", "x", 1, 0666, &err),
			 -DV_E_SPACE);
	free(big);
}

static void a_missing_directory_is_named(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_file_write(AT_FDCWD, "no/f", "x", 1, 0666, &err),
			 -DV_E_MISSING);
	assert_non_null(strstr(err.msg, "'no'"));
	assert_int_equal(dv_fsync_dir(AT_FDCWD, "no", &err), -DV_E_MISSING);
	assert_int_equal(dv_fsync_dir(AT_FDCWD, ".", &err), 0);
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* As git init --shared makes it: g+ws. */
static void what_is_made_in_a_shared_directory_is_shared(void **state)
{
	struct dv_lock lock = DV_LOCK_INIT;
	struct dv_err err = DV_ERR_INIT;
	mode_t mask = umask(077);

	(void)state;
	assert_int_equal(mkdir("s", 0777), 0);
	assert_int_equal(dv_mkdirs("s/own", 0777, &err), 0);
	assert_int_equal(mode_of("s/own"), 0700);
	assert_int_equal(chmod("s", 02770), 0);
	assert_int_equal(dv_mkdirs("s/a/b", 0777, &err), 0);
	assert_int_equal(mode_of("s/a"), 02770);
	assert_int_equal(mode_of("s/a/b"), 02770);
	assert_int_equal(dv_file_write(AT_FDCWD, "s/a/f", "x", 1, 0666,
				       &err), 0);
	assert_int_equal(mode_of("s/a/f"), 0660);
	assert_int_equal(dv_file_write(AT_FDCWD, "s/own/f", "x", 1, 0666,
				       &err), 0);
	assert_int_equal(mode_of("s/own/f"), 0600);
	assert_int_equal(dv_lock_take(&lock, "s/a/lock", DV_LOCK_EXCLUSIVE, 0,
				      &err), 0);
	dv_lock_release(&lock);
	assert_int_equal(mode_of("s/a/lock"), 0660);
	umask(mask);
}

static void mkdirs_makes_all_levels(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct stat st;
	char *abs = dv_asprintf("%s/x//y/z/", (char *)*state);

	assert_int_equal(dv_mkdirs("a/b/c", 0777, &err), 0);
	assert_int_equal(dv_mkdirs("a/b/c", 0777, &err), 0);
	assert_int_equal(dv_mkdirs("a/b/d/", 0777, &err), 0);
	assert_int_equal(stat("a/b/d", &st), 0);
	assert_int_equal(dv_mkdirs(abs, 0777, &err), 0);
	assert_int_equal(stat("x/y/z", &st), 0);

	unit_write("a/f", "");
	assert_int_equal(dv_mkdirs("a/f", 0777, &err), -DV_E_MISSING);
	assert_int_equal(dv_mkdirs("a/f/g", 0777, &err), -DV_E_MISSING);
	assert_non_null(strstr(err.msg, "'a/f"));
	free(abs);
}

static void remove_tree_removes_links_not_targets(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_mkdirs("out/dir", 0777, &err), 0);
	unit_write("out/dir/kept", "kept");
	assert_int_equal(dv_mkdirs("t/a/b/c", 0777, &err), 0);
	assert_int_equal(dv_mkdirs("t/d", 0777, &err), 0);
	for (int i = 0; i < 50; i++) {
		char name[20];

		snprintf(name, sizeof(name), "t/a/b/%d", i);
		unit_write(name, "x");
		snprintf(name, sizeof(name), "t/d/%d", i);
		assert_int_equal(mkdir(name, 0777), 0);
	}
	assert_int_equal(symlink("../out/dir", "t/link"), 0);
	assert_int_equal(symlink("../../out", "t/a/link"), 0);
	assert_int_equal(symlink("t", "top"), 0);

	assert_int_equal(dv_remove_tree(AT_FDCWD, "t", &err), 0);
	assert_int_equal(access("t", F_OK), -1);
	assert_content("out/dir/kept", "kept");

	assert_int_equal(mkdir("t", 0777), 0);
	assert_int_equal(dv_remove_tree(AT_FDCWD, "top", &err), 0);
	assert_int_equal(access("t", F_OK), 0);
	assert_int_equal(dv_remove_tree(AT_FDCWD, "t", &err), 0);
	assert_int_equal(dv_remove_tree(AT_FDCWD, "t", &err), 0);
	assert_int_equal(dv_remove_tree(AT_FDCWD, "out/dir/kept", &err), 0);
}

/* Deeper than there are descriptors, and than PATH_MAX. */
static void remove_tree_goes_to_any_depth(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct rlimit was, few;
	int fd, rc;

	(void)state;
	assert_int_equal(mkdir("t", 0777), 0);
	fd = open("t", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 3000; i++) {
		int next;

		assert_int_equal(mkdirat(fd, "deep", 0777), 0);
		next = openat(fd, "deep", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = next;
		assert_true(fd >= 0);
	}
	close(fd);

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = 20;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	rc = dv_remove_tree(AT_FDCWD, "t", &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(rc, 0);
	assert_int_equal(access("t", F_OK), -1);
}

static void what_cannot_be_removed_is_named(void **state)
{
	static const int errnums[] = { EACCES, EPERM, EROFS };

	(void)state;
	for (size_t i = 0; i < sizeof(errnums) / sizeof(*errnums); i++) {
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(dv_mkdirs("t/a", 0777, &err), 0);
		unit_write("t/a/stuck", "");
		faults.unlink = errnums[i];
		assert_int_equal(dv_remove_tree(AT_FDCWD, "t", &err),
				 -DV_E_SYS);
		assert_non_null(strstr(err.msg, "'stuck'"));
		assert_non_null(strstr(err.msg, strerror(errnums[i])));
		assert_int_equal(access("t/a/stuck", F_OK), 0);
	}
}

static void temporary_files_are_new_and_name_the_process(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	char *a = NULL, *b = NULL, start[50];
	int fd_a = -1, fd_b = -1;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(dv_tmpfile(&fd_a, &a, "d", &err), 0);
	assert_int_equal(dv_tmpfile(&fd_b, &b, "d", &err), 0);
	assert_string_not_equal(a, b);
	snprintf(start, sizeof(start), "d/tmp_%ld_", (long)getpid());
	assert_memory_equal(a, start, strlen(start));
	assert_int_equal(fcntl(fd_a, F_GETFL) & O_ACCMODE, O_RDWR);
	assert_int_equal(fcntl(fd_a, F_GETFD), FD_CLOEXEC);
	assert_int_equal(count_entries("d"), 2);
	close(fd_a);
	close(fd_b);
	free(a);
	free(b);
	assert_int_equal(dv_tmpfile(&fd_a, &a, "none", &err), -DV_E_MISSING);
}

static void a_map_shows_the_file(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_map map = DV_MAP_INIT;

	(void)state;
	unit_write("f", "12345");
	assert_int_equal(dv_map_open(&map, AT_FDCWD, "f", &err), 0);
	assert_int_equal(map.len, 5);
	assert_memory_equal(map.data, "12345", 5);
	dv_map_release(&map);
	assert_null(map.data);

	unit_write("f", "");
	assert_int_equal(dv_map_open(&map, AT_FDCWD, "f", &err), 0);
	assert_null(map.data);
	assert_int_equal(map.len, 0);
	dv_map_release(&map);

	assert_int_equal(dv_map_open(&map, AT_FDCWD, "no", &err),
			 -DV_E_MISSING);
	assert_int_equal(dv_map_open(&map, AT_FDCWD, ".", &err),
			 -DV_E_INVALID);
	assert_int_equal(mkfifo("fifo", 0666), 0);
	assert_int_equal(dv_map_open(&map, AT_FDCWD, "fifo", &err),
			 -DV_E_INVALID);
}

static void full_transfers_end_where_the_file_does(void **state)
{
	char text[10] = "";
	int fd;

	(void)state;
	fd = open("f", O_RDWR | O_CREAT, 0666);
	assert_true(fd >= 0);
	assert_int_equal(dv_write_full(fd, "0123456789", 10), 0);
	assert_int_equal(dv_pwrite_full(fd, "xy", 2, 4), 0);
	assert_int_equal(dv_pread_full(fd, text, 10, 3), 7);
	assert_memory_equal(text, "3xy6789", 7);
	assert_int_equal(lseek(fd, 8, SEEK_SET), 8);
	assert_int_equal(dv_read_full(fd, text, 10), 2);
	assert_int_equal(dv_read_full(fd, text, 10), 0);
	close(fd);
	assert_int_equal(dv_read_full(fd, text, 10), -1);
	assert_int_equal(dv_write_full(fd, text, 10), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(read_appends_up_to_max),
		UNIT_TMP_TEST(read_keeps_to_the_max_of_the_buffer),
		UNIT_TMP_TEST(an_empty_file_is_read),
		UNIT_TMP_TEST(fd_read_takes_a_pipe_to_its_end),
		UNIT_TMP_TEST(write_replaces_the_whole_file),
		UNIT_TMP_TEST(write_replaces_a_link_not_its_target),
		UNIT_TMP_TEST(write_is_relative_to_dirfd),
		UNIT_TMP_TEST(create_never_replaces),
		UNIT_TMP_TEST(a_failed_write_leaves_the_old_file_alone),
		UNIT_TMP_TEST(a_full_disk_leaves_nothing_behind),
		UNIT_TMP_TEST(a_missing_directory_is_named),
		UNIT_TMP_TEST(what_is_made_in_a_shared_directory_is_shared),
		UNIT_TMP_TEST(mkdirs_makes_all_levels),
		UNIT_TMP_TEST(remove_tree_removes_links_not_targets),
		UNIT_TMP_TEST(remove_tree_goes_to_any_depth),
		UNIT_TMP_TEST(what_cannot_be_removed_is_named),
		UNIT_TMP_TEST(temporary_files_are_new_and_name_the_process),
		UNIT_TMP_TEST(a_map_shows_the_file),
		UNIT_TMP_TEST(full_transfers_end_where_the_file_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
