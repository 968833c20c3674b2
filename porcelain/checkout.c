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
#include "porcelain/lastcopy.h"
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

/*
 * A pointer that git still has was deleted by hand: then the files are
 * not ours to remove.
 */
static int check_deleted(struct job *job, const char *dataset,
			 struct dv_err *err)
{
	const char *prefix = job->s.repo->prefix;
	char *pointer = dv_asprintf("%s.dv", dataset);
	struct dv_strlist tracked = DV_STRLIST_INIT;
	char *typed, *typed_pointer;
	int rc;

	rc = dv_git_tracked(job->s.repo->git, pointer, &tracked, err);
	if (rc >= 0 && tracked.n) {
		dv_err_set(err, DV_E_MISSING, "'%s' is deleted, but git still "
			   "has it", pointer);
		typed = dv_path_relative(dataset, prefix);
		typed_pointer = dv_path_relative(pointer, prefix);
		rc = dv_err_hint(err, "git checkout -- '%s' brings it back, "
				 "dv rm '%s' stops tracking", typed_pointer,
				 typed);
		free(typed_pointer);
		free(typed);
	}
	dv_strlist_release(&tracked);
	free(pointer);
	return rc;
}

/*
 * A pointer that git never had may have gone with a git clean: with the
 * files the index would go, and nothing else names them.
 */
static int check_last(struct job *job, const char *dataset,
		      const struct dv_digest *manifest, struct dv_err *err)
{
	struct dv_checkout look = { .dry_run = true };
	char *typed;
	int rc;

	if (job->force)
		return 0;
	rc = dv_worktree_checkout(job->s.repo, dataset, NULL, &look, err);
	if (rc < 0 || !look.removed)
		return rc;
	rc = dv_lastcopy_named(&job->s, manifest, err);
	if (rc)
		return rc < 0 ? rc : 0;
	dv_err_set(err, DV_E_CONFLICT, "'%s' has no pointer, and no version "
		   "or commit has its content", dataset);
	typed = dv_path_relative(dataset, job->s.repo->prefix);
	dv_err_hint(err, "dv add '%s' makes the pointer again, dv checkout "
		    "--force removes the files", typed);
	free(typed);
	return -err->code;
}

static int remove_one(struct job *job, const char *dataset,
		      struct dv_err *err)
{
	struct dv_checkout c = { 0 };
	struct dv_digest manifest;
	char id[DV_DIGEST_TEXT];
	int rc;

	rc = check_deleted(job, dataset, err);
	if (rc >= 0)
		rc = dv_worktree_base(job->s.repo, dataset, &manifest, NULL,
				      err);
	if (rc <= 0)
		return rc;
	rc = check_last(job, dataset, &manifest, err);
	if (rc >= 0)
		rc = bring(job, dataset, NULL, &c, err);
	if (rc >= 0 && !job->quiet && c.removed && !job->dry_run)
		dv_say("%s: no pointer here; dv checkout-manifest %s '%s' "
		       "would bring it back", dataset,
		       dv_digest_format(id, &manifest), dataset);
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

	rc = dv_worktree_pointer(job->s.repo, dataset, &pointer, err);
	if (!rc)
		return remove_one(job, dataset, err);
	if (rc > 0)
		rc = dv_bring_version(&job->s, dataset, &pointer.manifest,
				      &version, err);
	c.version = version;
	if (rc >= 0)
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

static int find_remote(struct job *job, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	int rc = dv_remote_names(job->s.repo, &names, err);

	job->partial = names.n;
	dv_strlist_release(&names);
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
		rc = find_remote(&job, &err);
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
