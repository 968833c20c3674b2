/* SPDX-License-Identifier: MIT */
/*
 * dv rm: stop tracking a dataset and keep its files; or take files out of
 * one that are not here.
 */
#include "plumbing/common/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/worktree.h"
#include "store/wtgroup.h"
#include "store/wtindex.h"

static const char *const usage[] = {
	"dv rm [-q] [--] <path>...",
	NULL
};

static void print_bad(void *arg, const char *sentence)
{
	(void)arg;
	dv_error("%s", sentence);
}

/* --- a part of a dataset ----------------------------------------------- */

static int check_part(struct dv_repo *r, const char *dataset,
		      const char *path, struct dv_err *err)
{
	const char *rel = path + strlen(dataset) + 1;
	struct dv_wtindex x = DV_WTINDEX_INIT;
	int rc = dv_wtindex_load(&x, r, dataset, err);
	uint32_t at;

	if (rc > 0) {
		rc = dv_windex_find_dir(&x.ix, rel, strlen(rel), &at);
		if (!rc)
			rc = dv_windex_find(&x.ix, rel, strlen(rel), &at, err);
	}
	dv_wtindex_release(&x);
	if (rc)
		return rc < 0 ? rc : 0;
	return dv_err_set(err, DV_E_MISSING, "'%s' is not in the dataset "
			  "'%s'", path, dataset);
}

static int drop_part(struct dv_repo *r, const struct dv_wtgroup *g,
		     bool quiet, struct dv_err *err)
{
	struct dv_add a = { .drop_absent = true, .partial = true,
			    .bad = print_bad };
	int rc = check_part(r, g->dataset, g->paths.v[0], err);

	if (rc >= 0)
		rc = dv_worktree_add_paths(r, &g->paths, &a, err);
	if (rc >= 0 && !quiet)
		dv_say("%s: no longer in '%s'", g->paths.v[0], g->dataset);
	return rc;
}

/* What is on disk is removed there, and then from the index by dv add. */
static bool is_part(struct dv_repo *r, const struct dv_wtgroup *g)
{
	struct stat st;

	return !g->fresh && strcmp(g->dataset, g->paths.v[0]) != 0 &&
	       fstatat(r->workfd, g->paths.v[0], &st, AT_SYMLINK_NOFOLLOW);
}

/* --- a dataset ----------------------------------------------------------- */

static int forget(struct dv_repo *r, const char *path, bool quiet,
		  struct dv_err *err)
{
	int rc = dv_worktree_forget(r, path, err);

	if (rc >= 0 && !quiet)
		dv_say("%s: no longer tracked; its files stay, git sees them "
		       "now", path);
	return rc;
}

static int remove_one(struct dv_repo *r, const char *arg, bool quiet,
		      struct dv_err *err)
{
	struct dv_wtgroups groups = DV_WTGROUPS_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	char *path = NULL;
	int rc;

	rc = dv_repo_path(r, arg, &path, err);
	if (rc >= 0 && dv_wtgroups_add(&groups, r, arg, &ignored) >= 0 &&
	    is_part(r, groups.v))
		rc = drop_part(r, groups.v, quiet, err);
	else if (rc >= 0)
		rc = forget(r, path, quiet, err);
	dv_wtgroups_release(&groups);
	free(path);
	return rc;
}

static int cmd_rm(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool quiet = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('q', "quiet", &quiet, "tell nothing but errors"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "name a dataset, or what is not here of one");

	rc = dv_repo_open(&repo, DV_REPO_WORKTREE, &err);
	for (int i = 0; i < argc && rc >= 0; i++)
		rc = remove_one(repo, argv[i], quiet, &err);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

DV_MAIN("rm", cmd_rm)
