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
	"dv drop [<option>...] [--remote=<name>] [--cached] [-n] <path>...",
	NULL
};

static bool is_held(void *arg, const struct dv_digest *id)
{
	const struct dv_drop_part *part = arg;

	return dv_idmap_get(&part->ids, id, NULL);
}

static int drop_files(struct dv_drop_job *job, struct dv_drop_part *part,
		      struct dv_err *err)
{
	struct dv_drop d = { .rel = &part->rel, .held = is_held, .arg = part,
			     .dry_run = job->dry_run,
			     .progress = &job->remote.progress };
	int rc;

	if (job->cached)
		return 0;
	rc = dv_worktree_drop(job->s.repo, part->dataset, &d, err);
	job->files += d.files;
	job->file_bytes += d.bytes;
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

	rc = dv_drop_check(job, part, &err);
	if (rc >= 0)
		rc = drop_files(job, part, &err);
	if (rc < 0) {
		dv_bring_fail(&err);
		job->failed = true;
		return rc;
	}
	part->ok = true;
	return dv_idmap_each(&part->ids, add_id, &job->ids);
}

static void tell(const struct dv_drop_job *job)
{
	char total[DV_HUMAN_MAX], count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	if (job->remote.quiet)
		return;
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

static int read_parts(struct dv_drop_job *job, int argc, const char **argv,
		      struct dv_err *err)
{
	int rc = 0;

	for (int i = 0; i < argc && rc >= 0; i++)
		rc = dv_wtgroups_add(&job->groups, job->s.repo, argv[i], err);
	if (rc < 0)
		return rc;
	job->parts = dv_calloc(job->groups.n, sizeof(*job->parts));
	for (size_t i = 0; i < job->groups.n; i++) {
		const struct dv_wtgroup *g = &job->groups.v[i];
		size_t n = strlen(g->dataset);

		if (g->fresh)
			return dv_err_set(err, DV_E_MISSING, "'%s' is not in "
					  "a dataset", g->dataset);
		job->parts[i].dataset = g->dataset;
		for (size_t k = 0; k < g->paths.n; k++) {
			const char *path = g->paths.v[k];

			dv_strlist_add(&job->parts[i].rel,
				       path[n] ? path + n + 1 : "");
		}
		dv_strlist_uniq(&job->parts[i].rel);
		dv_idmap_init(&job->parts[i].ids, job->s.repo->algo);
	}
	return 0;
}

static int drop(struct dv_drop_job *job, int argc, const char **argv,
		struct dv_err *err)
{
	int rc;

	rc = dv_session_open(&job->s, DV_REPO_WORKTREE, err);
	if (rc < 0)
		return rc;
	dv_idmap_init(&job->ids, job->s.repo->algo);
	rc = read_parts(job, argc, argv, err);
	if (rc >= 0)
		rc = dv_remotecmd_open(&job->remote, job->s.repo,
				       job->remote_name, NULL, 0, false, err);
	for (size_t i = 0; i < job->groups.n && rc >= 0; i++)
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
	for (size_t i = 0; job->parts && i < job->groups.n; i++) {
		dv_strlist_release(&job->parts[i].rel);
		dv_idmap_release(&job->parts[i].ids);
	}
	free(job->parts);
	dv_idmap_release(&job->ids);
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
		DV_OPT_BOOL('n', "dry-run", &job.dry_run,
			    "only tell what would become free"),
		DV_REMOTECMD_OPTS(&job.remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "name what is to be dropped");
	rc = drop(&job, argc, argv, &err);
	release(&job);
	if (rc >= 0 && job.failed)
		return 128;
	return dv_exit(rc, &err);
}

DV_MAIN("drop", cmd_drop)
