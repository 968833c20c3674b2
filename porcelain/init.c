/* SPDX-License-Identifier: MIT */
/*
 * dv init: begin to version data in a git repository.
 *
 * Says what it made:
 *	made the store '<dir>': object format <format>
 *	namespace '<name>', in '.dvconfig'
 * or, where there was nothing to make:
 *	already here: object format <format>, namespace '<name>'
 */
#include "plumbing/common/command.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/path.h"
#include "store/exclude.h"
#include "store/repo.h"

static const char *const usage[] = {
	"dv init [-q] [--object-format=<format>] [--namespace=<name>]",
	NULL
};

/* What the option says, else DV_DEFAULT_FORMAT, else xxh128. */
static int choose_format(const char *option, enum dv_algo *algo,
			 struct dv_err *err)
{
	const char *name = option;

	if (!name)
		name = getenv("DV_DEFAULT_FORMAT");
	*algo = DV_ALGO_XXH128;
	return name && *name ? dv_algo_parse(algo, name, err) : 0;
}

static bool is_tracked(struct dv_repo *r)
{
	struct dv_strlist paths = DV_STRLIST_INIT;
	struct dv_err ignored;
	bool yes;

	yes = !dv_git_tracked(r->git, ".dvconfig", &paths, &ignored) && paths.n;
	dv_strlist_release(&paths);
	return yes;
}

static void say(struct dv_repo *r, bool fresh)
{
	const char *format = dv_algo_name(r->algo);
	char *typed;

	if (!fresh) {
		dv_out("already here: object format %s, namespace '%s'\n",
		       format, r->name_space);
	} else {
		dv_out("made the store '%s': object format %s\n", r->store_dir,
		       format);
		if (r->workdir)
			dv_out("namespace '%s', in '.dvconfig'\n",
			       r->name_space);
	}
	if (r->workdir && !is_tracked(r)) {
		typed = dv_path_relative(".dvconfig", r->prefix);
		dv_hint("git add %s, so that a clone knows the format", typed);
		free(typed);
	}
}

static int cmd_init(int argc, const char **argv, const struct dv_ctx *ctx)
{
	const char *format = NULL, *name = NULL;
	bool quiet = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('q', "quiet", &quiet, "say nothing"),
		DV_OPT_STR(0, "object-format", &format, "<format>",
			   "digest of all objects: xxh128 or sha256"),
		DV_OPT_STR(0, "namespace", &name, "<name>",
			   "name of this repository on remotes"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	enum dv_algo algo;
	bool fresh = false;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc)
		dv_usage(usage, spec, "no arguments are taken");

	rc = choose_format(format, &algo, &err);
	if (!rc)
		rc = dv_repo_init(algo, format != NULL, name, &fresh, &err);
	if (!rc)
		rc = dv_repo_open(&repo, 0, &err);
	if (!rc)
		dv_exclude_try(repo);
	if (!rc && !quiet)
		say(repo, fresh);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

DV_MAIN("init", cmd_init)
