/* SPDX-License-Identifier: MIT */
#include "store/repo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/repofile.h"

/* Is the directory the top of a work tree? */
static bool is_top(int dirfd)
{
	struct stat st;

	return !fstatat(dirfd, ".git", &st, AT_SYMLINK_NOFOLLOW);
}

static bool is_same(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) || fstat(b, &sb) ||
	       (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

/*
 * The top of the work tree around the current directory: a descriptor, or
 * -1 where there is none.
 */
static int open_top(void)
{
	const char *env = getenv("GIT_WORK_TREE");
	int fd, up;

	fd = open(env && *env ? env : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (env && *env) || getenv("GIT_DIR"))
		return fd;
	while (!is_top(fd)) {
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (up >= 0 && is_same(fd, up)) {
			close(up);
			up = -1;
		}
		close(fd);
		if (up < 0)
			return -1;
		fd = up;
	}
	return fd;
}

int dv_repo_guess_algo(enum dv_algo *out, struct dv_err *err)
{
	struct dv_dvconfig config;
	enum dv_algo algo = DV_ALGO_XXH128;
	int fd = open_top();
	int rc;

	if (fd < 0) {
		*out = algo;
		return 0;
	}
	rc = dv_repofile_config(&config, fd, err);
	close(fd);
	if (rc < 0)
		return rc;
	rc = dv_repofile_algo(&algo, &config, err);
	dv_dvconfig_release(&config);
	if (rc < 0)
		return rc;
	*out = algo;
	return 0;
}
