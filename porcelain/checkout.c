/* SPDX-License-Identifier: MIT */
/*
 * dv checkout: bring the data of a version into the work tree.
 *
 * Without arguments every dataset becomes what its pointer says.  What
 * was done is told on stderr.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "base/path.h"
#include "porcelain/bring.h"
#include "porcelain/session.h"
#include "remote/remotes.h"
#include "store/resolve.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv checkout [-f] [-n] [-q] [<dataset>[@<what>][:<path>]]...",
	NULL
};

struct job {
	struct dv_session s;
	bool force, dry_run, quiet;
	bool partial;		/* there is a remote, which may have what is
				   not here */
	struct dv_progress progress;
	bool failed;
};

static int bring(struct job *job, const char *dataset,
		 const struct dv_digest *manifest, struct dv_checkout *c,
		 struct dv_err *err)
{
	struct dv_meter *meter;
	int rc;

	c->force = job->force;
	c->dry_run = job->dry_run;
	c->partial = job->partial;
	c->progress = &job->progress;
	if (manifest) {
		rc = dv_session_held(&job->s, dataset, manifest, err);
		if (rc < 0)
			return rc;
	}
	meter = dv_meter_start(&job->progress, job->quiet);
	rc = dv_worktree_checkout(job->s.repo, dataset, manifest, c, err);
	dv_meter_stop(meter);
	if (rc < 0 || job->quiet)
		return rc;
	dv_bring_tell(dataset, c);
	dv_bring_tell_left(dataset, job->s.repo->prefix, c, "checkout");
	if (c->unheld) {
		char *typed = dv_path_relative(dataset, job->s.repo->prefix);

		dv_hint("dv pull '%s' brings what is not here", typed);
		free(typed);
	}
	return rc;
}

/* --- one that is named ------------------------------------------------------ */

static int checkout_spec(struct job *job, const char *text,
			 struct dv_err *err)
{
	struct dv_checkout c = { 0 };
	struct dv_spec spec;
	int rc;

	rc = dv_spec_resolve(&spec, job->s.repo, job->s.versions, text, err);
	if (rc < 0)
		return rc;
	c.path = spec.path;
	c.version = spec.has_version ? spec.version.id : NULL;
	c.write_pointer = spec.what != NULL;
	rc = bring(job, spec.dataset, &spec.manifest, &c, err);
	if (rc >= 0 && c.unheld && !c.written && !c.kept)
		rc = dv_err_set(err, DV_E_MISSING, "'%s': none of it is in "
				"the store", text);
	dv_spec_release(&spec);
	return rc;
}

/* --- all of them ------------------------------------------------------------- */

static int remove_one(struct job *job, const char *dataset,
		      struct dv_err *err)
{
	struct dv_checkout c = { .force = job->force,
				 .dry_run = job->dry_run,
				 .progress = &job->progress };
	struct dv_digest was;
	struct dv_meter *meter = dv_meter_start(&job->progress, job->quiet);
	int rc = dv_bring_remove(&job->s, dataset, &c, &was, err);

	dv_meter_stop(meter);
	if (rc > 0 && !job->quiet)
		dv_bring_tell_removed(dataset, &c, &was);
	return rc;
}

static int checkout_one(struct job *job, const char *dataset,
			struct dv_err *err)
{
	struct dv_checkout c = { .keep_changes = true,
				 .keep_absent = true };
	struct dv_pointer pointer;
	char *version = NULL;
	int rc;

	rc = dv_bring_pointer(&job->s, dataset, &pointer, &version, err);
	if (!rc)
		return remove_one(job, dataset, err);
	c.version = version;
	if (rc > 0)
		rc = bring(job, dataset, &pointer.manifest, &c, err);
	free(version);
	return rc;
}

static int checkout_all(struct job *job, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktree_datasets(job->s.repo, &all, err);
	for (size_t i = 0; i < all.n && rc >= 0; i++)
		if (checkout_one(job, all.v[i], err) < 0) {
			dv_bring_fail(err);
			job->failed = true;
		}
	dv_strlist_release(&all);
	return rc;
}

static int cmd_checkout(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .s = DV_SESSION_INIT };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('f', "force", &job.force,
			    "overwrite local changes that are nowhere else"),
		DV_OPT_BOOL('n', "dry-run", &job.dry_run,
			    "only tell what would be done"),
		DV_OPT_BOOL('q', "quiet", &job.quiet,
			    "tell nothing but errors"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	rc = dv_session_open(&job.s, DV_REPO_WORKTREE, &err);
	if (rc >= 0)
		rc = dv_remote_any(job.s.repo, &job.partial, &err);
	if (rc >= 0 && !argc)
		rc = checkout_all(&job, &err);
	if (rc >= 0 && argc == 1)
		rc = checkout_spec(&job, argv[0], &err);
	for (int i = 0; i < argc && argc > 1 && rc >= 0; i++)
		if (checkout_spec(&job, argv[i], &err) < 0) {
			dv_bring_fail(&err);
			job.failed = true;
		}
	dv_session_close(&job.s);
	if (rc >= 0 && job.failed)
		return 128;
	return dv_exit(rc, &err);
}

DV_MAIN("checkout", cmd_checkout)
