/* SPDX-License-Identifier: MIT */
#include "porcelain/worktreelist.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/strlist.h"

static int each_index(struct dv_repo *r, const char *state_dir,
		      dv_worktreelist_fn *fn, void *arg, struct dv_err *err)
{
	struct dv_strlist datasets = DV_STRLIST_INIT;
	struct dv_repo there = *r;
	int rc;

	there.state_dir = dv_strdup(state_dir);
	rc = dv_wtindex_list(state_dir, &datasets, err);
	for (size_t i = 0; !rc && i < datasets.n; i++)
		rc = fn(arg, &there, datasets.v[i], err);
	free(there.state_dir);
	dv_strlist_release(&datasets);
	return rc;
}

/* Append the git directories of linked work trees; none is fine. */
static int list_linked(struct dv_repo *r, struct dv_strlist *out,
		       struct dv_err *err)
{
	char *dir = dv_asprintf("%s/worktrees", dv_git_commondir(r->git));
	struct dirent *ent;
	DIR *d = opendir(dir);
	int rc = 0;

	if (!d && errno != ENOENT && errno != ENOTDIR)
		rc = dv_err_sys(err, "cannot read '%s'", dir);
	while (d && (errno = 0, ent = readdir(d)))
		if (ent->d_name[0] != '.')
			dv_strlist_take(out, dv_asprintf("%s/%s", dir,
							 ent->d_name));
	if (d && errno)
		rc = dv_err_sys(err, "cannot read '%s'", dir);
	if (d)
		closedir(d);
	free(dir);
	return rc;
}

int dv_worktreelist_gitdirs(struct dv_repo *r, struct dv_strlist *out,
			    struct dv_err *err)
{
	dv_strlist_add(out, dv_git_commondir(r->git));
	return list_linked(r, out, err);
}

int dv_worktreelist_indexes(struct dv_repo *r, dv_worktreelist_fn *fn,
			    void *arg, struct dv_err *err)
{
	struct dv_strlist dirs = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktreelist_gitdirs(r, &dirs, err);
	for (size_t i = 0; !rc && i < dirs.n; i++) {
		char *state = dv_asprintf("%s/dv", dirs.v[i]);

		rc = each_index(r, state, fn, arg, err);
		free(state);
	}
	dv_strlist_release(&dirs);
	return rc;
}
