/* SPDX-License-Identifier: MIT */
/*
 * dv mv: move or rename a dataset in the work tree: its files, pointer and
 * index.  Into a directory that is there it goes under its own name.
 */
#include "plumbing/common/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/path.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv mv [-q] [--] <dataset> <destination>",
	NULL
};

/* The path it will have: as mv(1) has it. */
static char *choose_name(struct dv_repo *r, const char *from, char *to)
{
	const char *slash = strrchr(from, '/');
	struct stat st;
	char *name;

	if (*to && (fstatat(r->workfd, to, &st, 0) || !S_ISDIR(st.st_mode)))
		return to;
	name = dv_asprintf("%s%s%s", to, *to ? "/" : "",
			   slash ? slash + 1 : from);
	free(to);
	return name;
}

/* The pointer's path as it is typed where the user is. */
static char *pointer_of(struct dv_repo *r, const char *dataset)
{
	char *path = dv_asprintf("%s.dv", dataset);
	char *typed = dv_path_relative(path, r->prefix);

	free(path);
	return typed;
}

static int move(struct dv_repo *r, const char **argv, bool quiet,
		struct dv_err *err)
{
	char *from = NULL, *to = NULL, *old, *new;
	int rc;

	rc = dv_repo_path(r, argv[0], &from, err);
	if (rc >= 0)
		rc = dv_repo_path(r, argv[1], &to, err);
	if (rc >= 0) {
		to = choose_name(r, from, to);
		rc = dv_worktree_rename(r, from, to, err);
	}
	if (rc >= 0 && !quiet) {
		dv_say("%s is %s now", from, to);
		old = pointer_of(r, from);
		new = pointer_of(r, to);
		dv_hint("git add '%s' '%s'; its versions keep the name '%s'",
			old, new, from);
		free(old);
		free(new);
	}
	free(from);
	free(to);
	return rc;
}

static int cmd_mv(int argc, const char **argv, const struct dv_ctx *ctx)
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
	if (argc != 2)
		dv_usage(usage, spec, "name a dataset and where it goes");

	rc = dv_repo_open(&repo, DV_REPO_WORKTREE, &err);
	if (rc >= 0)
		rc = move(repo, argv, quiet, &err);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

DV_MAIN("mv", cmd_mv)
