/* SPDX-License-Identifier: MIT */
/*
 * dv drop: free local copies of what a remote holds.
 *
 * Nothing on stdout; what became free is told on stderr.
 */
#include "porcelain/drop-parts.h"

#include <stdlib.h>

#include "porcelain/bring.h"
#include "porcelain/human.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv drop [<option>...] [--remote=<name>] [--verify] [--cached] [-n] "
	"<path>...",
	"dv drop [<option>...] [--remote=<name>] [--verify] --old [-n] "
	"[<dataset>...]",
	NULL
};

static bool is_held(void *arg, const struct dv_digest *id)
{
	const struct dv_drop_part *part = arg;

	return dv_idmap_get(&part->ids, id, NULL);
}

static void tell_here(const struct dv_drop_job *job, const char *dataset,
		      const struct dv_drop *d)
{
	if (d->is_here && !job->remote.quiet)
		dv_say("'%s': the directory you are in stays", dataset);
}

static int drop_files(struct dv_drop_job *job, struct dv_drop_part *part,
		      struct dv_err *err)
{
	struct dv_drop d = { .rel = &part->rel, .held = is_held, .arg = part,
			     .dry_run = job->dry_run,
			     .progress = &job->remote.progress };
	int rc;

	if (job->cached || job->old)
		return 0;
	rc = dv_worktree_drop(job->s.repo, part->dataset, &d, err);
	job->files += d.files;
	job->file_bytes += d.bytes;
	tell_here(job, part->dataset, &d);
	return rc;
}

static int add_id(const struct dv_digest *id, uint64_t value, void *arg)
{
	dv_idmap_add(arg, id, value);
	return 0;
}

/* One that may not go does not keep the others. */
static int drop_part(struct dv_drop_job *job, struct dv_drop_part *part)
{
	struct dv_err err = DV_ERR_INIT;
	int rc;

	rc = job->old ? dv_drop_check_old(job, part, &err) :
			dv_drop_check(job, part, &err);
	if (rc >= 0)
		rc = drop_files(job, part, &err);
	if (rc < 0) {
		dv_bring_fail(&err);
		job->failed = true;
		return rc;
	}
	part->ok = true;
	dv_idmap_each(&part->pieces, add_id, &job->ids);
	return dv_idmap_each(&part->ids, add_id, &job->ids);
}

static void tell(const struct dv_drop_job *job)
{
	char total[DV_HUMAN_MAX], count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	if (job->remote.quiet)
		return;
	if (job->kept)
		dv_hint("%s not on remote '%s', and what only they have "
			"stays: dv push --all",
			dv_human_count(count, job->kept, "version is",
				       "versions are"),
			job->remote.conn->name);
	if (!job->files && !job->objects) {
		dv_say("nothing to free%s", job->needed ? ": all of it is "
		       "needed by other files and versions here" : "");
		return;
	}
	dv_say("%s %s", job->dry_run ? "would free" : "freed",
	       dv_human_size(total, job->file_bytes + job->object_bytes));
	if (job->files)
		dv_say("  in the work tree: %s, %s",
		       dv_human_count(count, job->files, "file", "files"),
		       dv_human_size(size, job->file_bytes));
	if (job->objects)
		dv_say("  in the store: %s, %s",
		       dv_human_count(count, job->objects, "object",
				      "objects"),
		       dv_human_size(size, job->object_bytes));
	if (job->needed)
		dv_say("  %s there: other files and versions here need them",
		       dv_human_count(count, job->needed, "object stays",
				      "objects stay"));
}

static void new_parts(struct dv_drop_job *job, size_t n)
{
	job->parts = dv_calloc(n + 1, sizeof(*job->parts));
	job->parts_n = n;
	for (size_t i = 0; i < n; i++) {
		dv_idmap_init(&job->parts[i].ids, job->s.repo->algo);
		dv_idmap_init(&job->parts[i].pieces, job->s.repo->algo);
	}
}

static int not_in_dataset(const char *path, struct dv_err *err)
{
	if (*path)
		return dv_err_set(err, DV_E_MISSING, "'%s' is not in a "
				  "dataset", path);
	dv_err_set(err, DV_E_INVALID, "the work tree itself is no dataset");
	return dv_err_hint(err, "name what is to be dropped: dv drop data");
}

static int read_parts(struct dv_drop_job *job, int argc, const char **argv,
		      struct dv_err *err)
{
	int rc = 0;

	for (int i = 0; i < argc && rc >= 0; i++)
		rc = dv_wtgroups_add(&job->groups, job->s.repo, argv[i], err);
	if (rc < 0)
		return rc;
	new_parts(job, job->groups.n);
	for (size_t i = 0; i < job->groups.n; i++) {
		const struct dv_wtgroup *g = &job->groups.v[i];
		size_t n = strlen(g->dataset);

		if (g->fresh)
			return not_in_dataset(g->dataset, err);
		job->parts[i].dataset = g->dataset;
		for (size_t k = 0; k < g->paths.n; k++) {
			const char *path = g->paths.v[k];

			dv_strlist_add(&job->parts[i].rel,
				       path[n] ? path + n + 1 : "");
		}
		dv_strlist_uniq(&job->parts[i].rel);
	}
	return 0;
}

/* Datasets whose versions here are looked at; none named: all. */
static int read_datasets(struct dv_drop_job *job, int argc, const char **argv,
			 struct dv_err *err)
{
	char *dataset;
	int rc = 0;

	for (int i = 0; i < argc && rc >= 0; i++) {
		rc = dv_session_dataset(&job->s, argv[i], &dataset, err);
		if (rc >= 0)
			dv_strlist_take(&job->datasets, dataset);
	}
	if (!argc)
		rc = dv_versions_datasets(job->s.versions, &job->datasets,
					  err);
	if (rc < 0)
		return rc;
	dv_strlist_uniq(&job->datasets);
	new_parts(job, job->datasets.n);
	for (size_t i = 0; i < job->datasets.n; i++)
		job->parts[i].dataset = job->datasets.v[i];
	return 0;
}

static int drop(struct dv_drop_job *job, int argc, const char **argv,
		struct dv_err *err)
{
	int rc;

	rc = dv_session_open(&job->s, job->old ? 0 : DV_REPO_WORKTREE, err);
	if (rc < 0)
		return rc;
	dv_idmap_init(&job->ids, job->s.repo->algo);
	dv_idmap_init(&job->published, job->s.repo->algo);
	dv_idmap_init(&job->stay, job->s.repo->algo);
	dv_idmap_init(&job->kept_ids, job->s.repo->algo);
	rc = job->old ? read_datasets(job, argc, argv, err) :
			read_parts(job, argc, argv, err);
	if (rc >= 0 && job->old)
		rc = dv_drop_keep(job, err);
	if (rc >= 0)
		rc = dv_remotecmd_open(&job->remote, job->s.repo,
				       job->remote_name, NULL, 0, false, err);
	for (size_t i = 0; i < job->parts_n && rc >= 0; i++)
		(void)drop_part(job, &job->parts[i]);
	if (rc >= 0 && job->ids.n)
		rc = dv_drop_store(job, err);
	dv_meter_stop(job->remote.meter);
	job->remote.meter = NULL;
	if (rc >= 0 && (!job->failed || job->ids.n))
		tell(job);
	return rc;
}

static void release(struct dv_drop_job *job)
{
	for (size_t i = 0; i < job->parts_n; i++) {
		dv_strlist_release(&job->parts[i].rel);
		dv_idmap_release(&job->parts[i].ids);
		dv_idmap_release(&job->parts[i].pieces);
	}
	free(job->parts);
	dv_strlist_release(&job->datasets);
	dv_idmap_release(&job->ids);
	dv_idmap_release(&job->published);
	dv_idmap_release(&job->stay);
	dv_idmap_release(&job->kept_ids);
	dv_wtgroups_release(&job->groups);
	dv_remotecmd_close(&job->remote);
	dv_session_close(&job->s);
}

static int cmd_drop(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_drop_job job = { .s = DV_SESSION_INIT,
				   .remote = DV_REMOTECMD_INIT };
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "remote", &job.remote_name, "<name>",
			   "the remote that must hold it, or its URL"),
		DV_OPT_BOOL(0, "cached", &job.cached,
			    "only from the store: the files stay"),
		DV_OPT_BOOL(0, "old", &job.old,
			    "versions that do not lie in a work tree"),
		DV_OPT_BOOL(0, "verify", &job.verify,
			    "read there what is to go"),
		DV_OPT_BOOL('n', "dry-run", &job.dry_run,
			    "only tell what would become free"),
		DV_REMOTECMD_OPTS(&job.remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc && !job.old)
		dv_usage(usage, spec, "name what is to be dropped");
	if (job.cached && job.old)
		dv_usage(usage, spec, "--old touches no file; --cached is for "
			 "those of the work tree");
	rc = drop(&job, argc, argv, &err);
	release(&job);
	if (rc >= 0 && job.failed)
		return 128;
	return dv_exit(rc, &err);
}

DV_MAIN("drop", cmd_drop)
