/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "store/wtcheckout.h"

/*
 * Where a user says it shall go links may lead: the directory above dest
 * is opened as it is named, and only what lies below is watched.
 */
static int open_dest(struct dv_wtco *co, const char *dest, char **base,
		     struct dv_err *err)
{
	char *real = realpath(dest, NULL);
	char *dir = real ? real : dv_strdup(dest);
	size_t n = strlen(dir);
	char *slash;
	int rc = 0;

	while (n > 1 && dir[n - 1] == '/')
		dir[--n] = '\0';
	slash = strrchr(dir, '/');
	*base = dv_strdup(slash ? slash + 1 : dir);
	if (slash)
		slash[slash == dir] = '\0';
	if (!**base) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s' cannot be written "
				"to: name a directory in it", dest);
		goto out;
	}
	if (slash)
		rc = dv_mkdirs(dir, 0777, err);
	if (rc < 0)
		goto out;
	co->dirfd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY |
			 O_CLOEXEC);
	if (co->dirfd < 0)
		rc = dv_err_sys(err, "cannot open '%s'", slash ? dir : ".");
out:
	free(dir);
	return rc;
}

/* A file that a process was making which is no more: its number is in there. */
static bool is_left_over(const char *name)
{
	const char *temp = DV_WTFILE_TEMP;
	size_t n = strlen(temp);
	long pid = strncmp(name, temp, n) ? 0 : strtol(name + n, NULL, 10);

	return pid > 0 && kill((pid_t)pid, 0) && errno == ESRCH;
}

static void sweep_dir(int at, const char *path)
{
	int fd = dv_path_open(at, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir)))
		if (is_left_over(d->d_name))
			unlinkat(fd, d->d_name, 0);
	closedir(dir);
}

/*
 * Nobody else looks after a place outside of the work tree: what exports
 * to here left when they were killed goes with one that is completed.
 */
static void sweep(const struct dv_wtco *co)
{
	if (co->new_single) {
		sweep_dir(co->dirfd, ".");
		return;
	}
	for (uint32_t i = 0; i < co->new.ix.dirs; i++) {
		struct dv_windex_dir dir;

		dv_windex_get_dir(&co->new.ix, i, &dir);
		sweep_dir(co->root.fd, *dir.path ? dir.path : ".");
	}
}

int dv_worktree_export(struct dv_odb *odb, const struct dv_digest *manifest,
		       const char *path, const char *dest, bool force,
		       struct dv_wtready *ready, struct dv_progress *p,
		       struct dv_err *err)
{
	struct dv_wtco co = { .odb = odb, .algo = manifest->algo,
			      .shown = dest, .path = path ? path : "",
			      .force = force, .file_mode = true, .dirfd = -1,
			      .ready = ready, .progress = p,
			      .root = DV_WTROOT_INIT };
	size_t n = *co.path ? strlen(co.path) + 1 : 0;
	char *base = NULL;
	bool there;
	int rc = 0;

	if (n && dv_path_check(co.path, n - 1, err) < 0)
		return -err->code;
	rc = dv_wtindex_of(&co.new, odb, manifest, NULL, false, err);
	if (rc >= 0)
		rc = open_dest(&co, dest, &base, err);
	co.rootpath = base;
	co.prefix = "";
	if (rc >= 0)
		rc = dv_wtco_plan(&co, err);
	if (rc >= 0 && n && !co.write_n && !co.kept)
		rc = dv_err_set(err, DV_E_MISSING, "there is no '%s' in it",
				co.path);
	there = co.root.here;
	if (rc >= 0)
		rc = dv_wtco_apply(&co, err);
	if (rc >= 0 && (there || co.new_single))
		sweep(&co);
	dv_wtco_release(&co);
	if (co.dirfd >= 0)
		close(co.dirfd);
	free(base);
	return rc < 0 ? rc : 0;
}
