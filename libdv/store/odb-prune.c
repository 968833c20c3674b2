/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/odb-parts.h"
#include "store/packkeep.h"

/* Should the file name in directory fd, of which st tells, go? */
typedef bool doomed_fn(int fd, const char *name, const struct stat *st,
		       int64_t grace);

/* What goes to the trash are packs; whatever else is there is not ours. */
static bool is_pack(const char *name)
{
	const char *dot = strchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : 0;

	return (n == 32 || n == 64) && dv_hex_is(name, n) &&
	       (!strcmp(dot, ".pack") || !strcmp(dot, ".idx"));
}

/*
 * The time says since when it is there, but nobody can set that of a file
 * of another user; then the move did, as well as a link or a new mode.
 */
static bool is_old(int fd, const char *name, const struct stat *st,
		   int64_t grace)
{
	time_t since = st->st_mtime;

	(void)fd;
	if (!is_pack(name))
		return false;
	if (st->st_uid != geteuid() && st->st_ctime > since)
		since = st->st_ctime;
	return time(NULL) - since > grace;
}

/* In a container the next process has the number of the one before. */
#define PID_REUSED (24 * 3600)

/*
 * "tmp_<pid>_..." of a process that is gone, as far as can be told from
 * here.  One that writes a pack also holds a lock on it, which tells of
 * processes in other containers and on other machines, and of one that
 * has the number of another.
 */
static bool is_left_over(int dirfd, const char *name, const struct stat *st,
			 int64_t grace)
{
	bool yes;
	long pid;
	int fd;

	(void)grace;
	if (strncmp(name, "tmp_", 4))
		return false;
	pid = strtol(name + 4, NULL, 10);
	if (pid <= 0)
		return false;
	if ((!kill((pid_t)pid, 0) || errno != ESRCH) &&
	    time(NULL) - st->st_mtime <= PID_REUSED)
		return false;
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	yes = !flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	return yes;
}

/* A directory that is not there has nothing to prune. */
static int prune_dir(const char *path, doomed_fn *doomed, int64_t grace,
		     struct dv_err *err)
{
	struct dirent *e;
	DIR *dir = opendir(path);
	int rc = 0;

	if (!dir)
		return errno == ENOENT ? 0 :
		       dv_err_sys(err, "cannot read '%s'", path);
	while (!rc && (e = readdir(dir))) {
		struct stat st;

		if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode) ||
		    !doomed(dirfd(dir), e->d_name, &st, grace))
			continue;
		if (unlinkat(dirfd(dir), e->d_name, 0) && errno != ENOENT)
			rc = dv_err_sys(err, "cannot remove '%s/%s'", path,
					e->d_name);
	}
	closedir(dir);
	return rc;
}

int dv_odb_prune(struct dv_odb *odb, int64_t grace, struct dv_err *err)
{
	int rc = prune_dir(odb->trash_dir, is_old, grace, err);

	if (!rc)
		rc = prune_dir(odb->tmp_dir, is_left_over, 0, err);
	if (!rc)
		rc = dv_packkeep_prune(odb->packs_dir, err);
	return rc;
}
