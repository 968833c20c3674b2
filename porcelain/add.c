/* SPDX-License-Identifier: MIT */
/*
 * dv add: put datasets under version control, or their changes into the
 * index.
 *
 * With -v or -n on stdout, a record for each path that differs:
 *	(A | M | D) SP <path>
 * What was done to each dataset is told on stderr.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "base/path.h"
#include "porcelain/human.h"
#include "remote/remotes.h"
#include "store/exclude.h"
#include "store/versions.h"
#include "store/worktree.h"
#include "store/wtgroup.h"

static const char *const usage[] = {
	"dv add [-n] [-v] [-q] [-z] [--no-all] [--] <path>...",
	NULL
};

struct job {
	struct dv_repo *repo;
	bool dry_run, verbose, quiet, nul, all;
	bool partial;			/* there is a remote */
	struct dv_progress progress;
	const char *dataset;		/* whose changes are printed */
	size_t unsaved;			/* pointers that git has to get */
};

static void print_change(void *arg, char what, const char *path, size_t n)
{
	struct job *job = arg;
	struct dv_buf full = DV_BUF_INIT;
	char eol = job->nul ? '\0' : '\n';

	dv_buf_str(&full, job->dataset);
	if (n != 1 || *path != '.') {
		dv_buf_char(&full, '/');
		dv_buf_add(&full, path, n);
	}
	dv_out("%c ", what);
	dv_out_path(full.data, full.len, eol);
	dv_out_char(eol);
	dv_buf_release(&full);
}

static void print_bad(void *arg, const char *sentence)
{
	(void)arg;
	dv_error("%s", sentence);
}

static void tell(struct job *job, const struct dv_add *a)
{
	char files[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	const char *done = "is as it was";

	if (job->quiet)
		return;
	if (a->fresh)
		done = job->dry_run ? "would be added" : "added";
	else if (a->changed)
		done = job->dry_run ? "would be changed" : "changed";
	dv_say("%s: %s, %s, %s", job->dataset, done,
	       dv_human_count(files, a->files, "file", "files"),
	       dv_human_size(size, a->size));
}

/*
 * What lay here was recorded, and git moved the pointer since: the other
 * side's changes are undone by this.  What is in no version was left by an
 * add that was cut off, which is completed.
 */
static int warn_overruled(struct job *job, const struct dv_add *a,
			  struct dv_err *err)
{
	struct dv_versions *versions = NULL;
	struct dv_version newest;
	char *typed;
	int rc;

	rc = dv_versions_open(&versions, job->repo, err);
	if (rc >= 0)
		rc = dv_versions_newest(versions, job->dataset, &a->base,
					&newest, err);
	dv_versions_close(versions);
	if (rc <= 0)
		return rc;
	dv_version_release(&newest);
	typed = dv_path_relative(job->dataset, job->repo->prefix);
	dv_warn("'%s.dv' named other data than was here: what it had anew "
		"%s taken back", job->dataset,
		job->dry_run ? "would be" : "is");
	dv_hint("git checkout '%s.dv', then dv checkout: go over to that data",
		typed);
	free(typed);
	return 0;
}

static int add_group(struct job *job, const struct dv_wtgroup *g,
		     struct dv_err *err)
{
	struct dv_add a = { .dry_run = job->dry_run,
			    .keep_missing = !job->all,
			    .partial = job->partial,
			    .progress = &job->progress, .bad = print_bad,
			    .arg = job };
	struct dv_meter *meter;
	int rc;

	job->dataset = g->dataset;
	if (job->verbose || job->dry_run)
		a.note = print_change;
	meter = dv_meter_start(&job->progress, job->quiet);
	rc = dv_worktree_add_paths(job->repo, &g->paths, &a, err);
	dv_meter_stop(meter);
	if (rc < 0)
		return rc;
	job->unsaved += a.changed;
	tell(job, &a);
	return a.overruled ? warn_overruled(job, &a, err) : 0;
}

static int add_all(struct job *job, int argc, const char **argv,
		   struct dv_err *err)
{
	struct dv_wtgroups groups = DV_WTGROUPS_INIT;
	int rc = 0;

	for (int i = 0; i < argc && rc >= 0; i++)
		rc = dv_wtgroups_add(&groups, job->repo, argv[i], err);
	for (size_t i = 0; i < groups.n && rc >= 0; i++)
		rc = add_group(job, &groups.v[i], err);
	dv_wtgroups_release(&groups);
	return rc;
}

/* What is here is told of, once, by whoever comes upon it. */
static void tell_damage(struct job *job)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_odb *odb;

	if (dv_repo_odb(job->repo, &odb, &ignored) < 0 || !dv_odb_damage(odb))
		return;
	dv_warn("%s; the packs beside it are merged without it",
		dv_odb_damage(odb));
	dv_hint("dv fsck names what is damaged, and says what to do");
}

static int cmd_add(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .all = true };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('n', "dry-run", &job.dry_run,
			    "only print what would be done"),
		DV_OPT_BOOL('v', "verbose", &job.verbose,
			    "print each path that is added, changed, removed"),
		DV_OPT_BOOL('q', "quiet", &job.quiet,
			    "tell nothing but errors"),
		DV_OPT_BOOL('z', NULL, &job.nul, "records end in NUL, not LF"),
		DV_OPT_BOOL('A', "all", &job.all,
			    "drop files that are gone (the default)"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "name what is to be added");

	rc = dv_repo_open(&job.repo, DV_REPO_WORKTREE, &err);
	if (rc >= 0)
		rc = dv_remote_any(job.repo, &job.partial, &err);
	if (rc >= 0)
		rc = add_all(&job, argc, argv, &err);
	if (rc >= 0 && !job.dry_run)
		tell_damage(&job);
	if (rc < 0)
		dv_exclude_try(job.repo);
	if (rc >= 0 && job.unsaved && !job.quiet && !job.dry_run)
		dv_hint("dv commit -m <message> records a version; git add the "
			"'.dv' file of each dataset");
	dv_repo_close(job.repo);
	return dv_exit(rc, &err);
}

DV_MAIN("add", cmd_add)
