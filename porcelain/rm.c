/* SPDX-License-Identifier: MIT */
/*
 * dv rm: stop tracking a dataset and keep its files.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "store/worktree.h"

static const char *const usage[] = {
	"dv rm [-q] [--] <dataset>...",
	NULL
};

static int forget(struct dv_repo *r, const char *arg, bool quiet,
		  struct dv_err *err)
{
	char *path = NULL;
	int rc;

	rc = dv_repo_path(r, arg, &path, err);
	if (rc >= 0)
		rc = dv_worktree_forget(r, path, err);
	if (rc >= 0 && !quiet)
		dv_say("%s: no longer tracked; its files stay, git sees them "
		       "now", path);
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
		dv_usage(usage, spec, "name a dataset");

	rc = dv_repo_open(&repo, DV_REPO_WORKTREE, &err);
	for (int i = 0; i < argc && rc >= 0; i++)
		rc = forget(repo, argv[i], quiet, &err);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

DV_MAIN("rm", cmd_rm)
