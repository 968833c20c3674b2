/* SPDX-License-Identifier: MIT */
/*
 * dv update-index: put files of the work tree into the index.
 *
 * With --refresh a record for each path that differs from the index:
 *	<path> ": needs update"
 * and exit status 1 where there was any.
 */
#include "plumbing/common/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/worktree.h"
#include "store/wtgroup.h"
#include "store/wtindex.h"

static const char *const usage[] = {
	"dv update-index [--add] [--remove] [-z] (--stdin | <path>...)",
	"dv update-index --refresh [-q] [-z] [<dataset>]...",
	NULL
};

struct job {
	struct dv_repo *repo;
	bool add, remove, refresh, from_stdin, quiet, nul;
	const char *dataset;
	bool differs;
};

static void print_bad(void *arg, const char *sentence)
{
	(void)arg;
	dv_error("%s", sentence);
}

/* Without --add a path must be in the index, and be no directory. */
static int check_known(const struct dv_wtgroup *g, const struct dv_wtindex *x,
		       const char *path, struct dv_err *err)
{
	size_t n = strlen(g->dataset);
	const char *rel = path[n] ? path + n + 1 : ".";
	uint32_t at;
	int rc = 0;

	if (x->here)
		rc = dv_windex_find(&x->ix, rel, strlen(rel), &at, err);
	if (rc)
		return rc < 0 ? rc : 0;
	dv_err_set(err, DV_E_INVALID, "'%s' is not a file of the index", path);
	return dv_err_hint(err, "--add takes new files, and directories");
}

static int check_there(struct job *job, const char *path, struct dv_err *err)
{
	struct stat st;

	if (!fstatat(job->repo->workfd, path, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	dv_err_set(err, DV_E_MISSING, "'%s' is not in the work tree", path);
	return dv_err_hint(err, "--remove drops it from the index");
}

static int check_group(struct job *job, const struct dv_wtgroup *g,
		       struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	int rc = 0;

	if (!job->add)
		rc = dv_wtindex_load(&x, job->repo, g->dataset, err);
	for (size_t i = 0; i < g->paths.n && rc >= 0; i++) {
		rc = 0;
		if (!job->add)
			rc = check_known(g, &x, g->paths.v[i], err);
		if (rc >= 0 && !job->remove)
			rc = check_there(job, g->paths.v[i], err);
	}
	dv_wtindex_release(&x);
	return rc;
}

static int update_group(struct job *job, const struct dv_wtgroup *g,
			struct dv_err *err)
{
	struct dv_add a = { .keep_missing = !job->remove, .bad = print_bad };
	int rc;

	rc = check_group(job, g, err);
	if (rc >= 0)
		rc = dv_worktree_add_paths(job->repo, &g->paths, &a, err);
	return rc;
}

static int read_paths(struct job *job, struct dv_wtgroups *groups,
		      struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, job->nul ? '\0' : '\n',
				    err)) > 0) {
		rc = dv_wtgroups_add(groups, job->repo, in.line, err);
		if (rc < 0)
			break;
	}
	dv_reader_release(&in);
	return rc;
}

static int update(struct job *job, int argc, const char **argv,
		  struct dv_err *err)
{
	struct dv_wtgroups groups = DV_WTGROUPS_INIT;
	int rc = 0;

	if (job->from_stdin)
		rc = read_paths(job, &groups, err);
	for (int i = 0; i < argc && rc >= 0; i++)
		rc = dv_wtgroups_add(&groups, job->repo, argv[i], err);
	for (size_t i = 0; i < groups.n && rc >= 0; i++)
		rc = update_group(job, &groups.v[i], err);
	dv_wtgroups_release(&groups);
	return rc;
}

/* --- refresh ------------------------------------------------------------------ */

static int print_change(void *arg, enum dv_change what, const char *path,
			size_t n, const struct dv_entry *e, bool in_store,
			struct dv_err *err)
{
	struct job *job = arg;
	struct dv_buf full = DV_BUF_INIT;
	char eol = job->nul ? '\0' : '\n';

	(void)e;
	(void)in_store;
	(void)err;
	if (what == DV_CHANGE_NEW)
		return 0;
	job->differs = true;
	if (job->quiet)
		return 0;
	dv_buf_str(&full, job->dataset);
	if (n != 1 || *path != '.') {
		dv_buf_char(&full, '/');
		dv_buf_add(&full, path, n);
	}
	dv_out_path(full.data, full.len, eol);
	dv_out(": needs update%c", eol);
	dv_buf_release(&full);
	return 0;
}

static int refresh(struct job *job, int argc, const char **argv,
		   struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	int rc = 0;

	if (!argc)
		rc = dv_worktree_datasets(job->repo, &names, err);
	for (int i = 0; i < argc && rc >= 0; i++) {
		char *path = NULL;

		rc = dv_repo_path(job->repo, argv[i], &path, err);
		if (rc >= 0)
			dv_strlist_take(&names, path);
	}
	for (size_t i = 0; i < names.n && rc >= 0; i++) {
		job->dataset = names.v[i];
		rc = dv_worktree_status(job->repo, names.v[i], false,
					NULL, print_change, job, err);
	}
	dv_strlist_release(&names);
	return rc < 0 ? rc : job->differs;
}

static int cmd_update_index(int argc, const char **argv,
			    const struct dv_ctx *ctx)
{
	struct job job = { .repo = NULL };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "add", &job.add,
			    "take files that the index does not have"),
		DV_OPT_BOOL(0, "remove", &job.remove,
			    "drop files that are gone from disk"),
		DV_OPT_BOOL(0, "refresh", &job.refresh,
			    "learn stat data; say what needs an update"),
		DV_OPT_BOOL(0, "stdin", &job.from_stdin,
			    "read paths from stdin"),
		DV_OPT_BOOL('q', "quiet", &job.quiet,
			    "with --refresh: answer with the exit status"),
		DV_OPT_BOOL('z', NULL, &job.nul, "records end in NUL, not LF"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (job.refresh ? job.add || job.remove || job.from_stdin :
			  job.from_stdin == (argc > 0))
		dv_usage(usage, spec, job.refresh ?
			 "--refresh goes with datasets alone" :
			 "give paths or --stdin, not both");

	rc = dv_repo_open(&job.repo, DV_REPO_WORKTREE, &err);
	if (rc >= 0)
		rc = job.refresh ? refresh(&job, argc, argv, &err) :
				   update(&job, argc, argv, &err);
	dv_repo_close(job.repo);
	return dv_exit(rc, &err);
}

DV_MAIN("update-index", cmd_update_index)
