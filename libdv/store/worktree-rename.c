/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/exclude.h"
#include "store/wtindex.h"
#include "store/wtpointer.h"
#include "store/wtroot.h"
#include "store/wttarget.h"

/* What to name instead of a path that is no dataset. */
static void hint_dataset(const char *path, const char *around,
			 struct dv_err *err)
{
	size_t n = strlen(path);

	if (around)
		dv_err_hint(err, "it is a part of '%s'", around);
	else if (n > 3 && !strcmp(path + n - 3, ".dv"))
		dv_err_hint(err, "a pointer is called by its dataset: '%.*s'",
			    (int)n - 3, path);
	else
		dv_err_hint(err, "list the datasets: dv ls");
}

static int check_dataset(struct dv_repo *r, const char *dataset,
			 struct dv_err *err)
{
	char *name = NULL;
	int rc;

	rc = dv_worktree_dataset_of(r, dataset, &name, err);
	if (!rc || (rc > 0 && strcmp(name, dataset))) {
		dv_err_set(err, DV_E_MISSING, "'%s' is not a dataset",
			   dataset);
		hint_dataset(dataset, rc > 0 ? name : NULL, err);
		rc = -DV_E_MISSING;
	}
	free(name);
	return rc < 0 ? rc : 0;
}

/* The pointer first: what is left by a crash is an index without one. */
static int forget(struct dv_repo *r, const char *dataset, struct dv_err *err)
{
	int rc;

	rc = check_dataset(r, dataset, err);
	if (rc >= 0)
		rc = dv_wtpointer_remove(r, dataset, err);
	if (rc >= 0)
		rc = dv_wtindex_remove(r, dataset, err);
	return rc < 0 ? rc : dv_exclude_update(r, NULL, err);
}

int dv_worktree_forget(struct dv_repo *r, const char *dataset,
		       struct dv_err *err)
{
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	rc = dv_repo_lock(r, &lock, err);
	if (rc < 0)
		return rc;
	rc = forget(r, dataset, err);
	dv_lock_release(&lock);
	return rc;
}

/* --- rename ------------------------------------------------------------------ */

/* A new name is one that a dataset could have, and that is free. */
static int check_target(struct dv_repo *r, const char *from, const char *to,
			struct dv_err *err)
{
	struct dv_strlist tracked = DV_STRLIST_INIT;
	struct stat st;
	char *inside = NULL;
	int rc;

	if (!*to || dv_path_inside(from, strlen(from), to, strlen(to)))
		return dv_err_set(err, DV_E_INVALID, "'%s' cannot be moved "
				  "into itself, '%s'", from, to);
	rc = dv_worktree_dataset_of(r, to, &inside, err);
	if (rc > 0) {
		rc = dv_err_set(err, DV_E_EXISTS, "'%s' is or is in the "
				"dataset '%s'", to, inside);
		free(inside);
	}
	if (rc >= 0)
		rc = dv_git_tracked(r->git, to, &tracked, err);
	if (rc >= 0 && tracked.n)
		rc = dv_err_set(err, DV_E_EXISTS, "git tracks '%s'",
				tracked.v[0]);
	if (rc >= 0 && !fstatat(r->workfd, to, &st, AT_SYMLINK_NOFOLLOW))
		rc = dv_err_set(err, DV_E_EXISTS, "'%s' is there already", to);
	dv_strlist_release(&tracked);
	return rc < 0 ? rc : dv_wttarget_check_new(r, to, err);
}

static int move_files(struct dv_repo *r, const char *from, const char *to,
		      struct dv_err *err)
{
	struct dv_wtroot a = DV_WTROOT_INIT, b = DV_WTROOT_INIT;
	int rc;

	rc = dv_wtroot_open(&a, r->workfd, from, false, err);
	if (rc >= 0 && a.here)
		rc = dv_wtroot_open(&b, r->workfd, to, true, err);
	if (rc >= 0 && a.here &&
	    renameat2(a.parent, a.base, b.parent, b.base, RENAME_NOREPLACE)) {
		if (errno != EINVAL && errno != ENOSYS)
			rc = dv_err_sys(err, "cannot move '%s' to '%s'", from,
					to);
		else if (renameat(a.parent, a.base, b.parent, b.base))
			rc = dv_err_sys(err, "cannot move '%s' to '%s'", from,
					to);
	}
	dv_wtroot_release(&a);
	dv_wtroot_release(&b);
	return rc;
}

static int move_index(struct dv_repo *r, const char *from, const char *to,
		      struct dv_err *err)
{
	char *a = NULL, *b = NULL;
	int rc;

	rc = dv_wtindex_path(r, from, &a, err);
	if (rc >= 0)
		rc = dv_wtindex_path(r, to, &b, err);
	if (rc >= 0 && rename(a, b) && errno != ENOENT)
		rc = dv_err_sys(err, "cannot move '%s'", a);
	free(a);
	free(b);
	return rc;
}

/*
 * The files, the index, the new pointer, and last the old pointer goes:
 * killed between, none of them is lost.
 */
static int rename_all(struct dv_repo *r, const char *from, const char *to,
		      struct dv_err *err)
{
	struct dv_pointer p;
	bool wrote;
	int rc, has;

	rc = has = dv_worktree_pointer(r, from, &p, err);
	if (rc >= 0)
		rc = dv_exclude_update(r, to, err);
	if (rc >= 0)
		rc = move_files(r, from, to, err);
	if (rc >= 0)
		rc = move_index(r, from, to, err);
	if (rc >= 0 && has > 0)
		rc = dv_wtpointer_write(r, to, &p, &wrote, err);
	if (rc >= 0)
		rc = dv_wtpointer_remove(r, from, err);
	return rc < 0 ? rc : dv_exclude_update(r, NULL, err);
}

int dv_worktree_rename(struct dv_repo *r, const char *from, const char *to,
		       struct dv_err *err)
{
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	rc = dv_repo_lock(r, &lock, err);
	if (rc < 0)
		return rc;
	rc = check_dataset(r, from, err);
	if (rc >= 0)
		rc = check_target(r, from, to, err);
	if (rc >= 0)
		rc = rename_all(r, from, to, err);
	dv_lock_release(&lock);
	return rc;
}
