/* SPDX-License-Identifier: MIT */
/*
 * dv install: bring a published dataset into a directory, with or without
 * a git repository.
 *
 * What came is told on stderr.
 */
#include "plumbing/common/remotecmd.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/path.h"
#include "format/manifest.h"
#include "porcelain/remotepart.h"
#include "remote/obtain.h"
#include "store/submanifest.h"
#include "store/userstore.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv install [-f] [--dest=<path>] [<option>...] "
	"[<namespace>/]<dataset>[@<what>][:<path>] <remote>",
	NULL
};

struct job {
	struct dv_repo *repo;		/* NULL: not in one */
	struct dv_remotecmd remote;
	char *store_dir;		/* with odb, where repo is NULL */
	struct dv_odb *own;
	struct dv_odb *odb;		/* that one, or the repository's */
	bool force;
	struct dv_rspec spec;
	struct dv_digest manifest;	/* of what is to be written */
	char *dest;
};

/* --- where to ---------------------------------------------------------------- */

static int open_store(struct job *job, struct dv_err *err)
{
	int rc;

	if (job->repo)
		return dv_repo_odb(job->repo, &job->odb, err);
	rc = dv_userstore_open(&job->store_dir, &job->own,
			       job->remote.conn->algo, err);
	job->odb = job->own;
	return rc;
}

/* Is it one file? */
static int is_file(struct job *job, struct dv_err *err)
{
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_manifest *m;
	struct dv_entry e;
	int rc;

	rc = dv_manifest_open(&m, &job->manifest, dv_odb_read, job->odb, err);
	if (rc < 0)
		return rc;
	rc = dv_manifest_find(m, ".", 1, &e, &hold, err);
	dv_buf_release(&hold);
	dv_manifest_close(m);
	return rc;
}

/* A file goes into a directory under its own name. */
static int choose_dest(struct job *job, const char *dest, struct dv_err *err)
{
	const char *whole = *job->spec.path ? job->spec.path :
			    job->spec.dataset;
	const char *slash = strrchr(whole, '/');
	const char *name = slash ? slash + 1 : whole;
	struct stat st;
	size_t n;
	int rc;

	if (!dest) {
		job->dest = dv_strdup(name);
		return 0;
	}
	rc = is_file(job, err);
	if (rc < 0)
		return rc;
	n = strlen(dest);
	if (rc && n && (dest[n - 1] == '/' ||
			(!stat(dest, &st) && S_ISDIR(st.st_mode))))
		job->dest = dv_asprintf("%s%s%s", dest,
					dest[n - 1] == '/' ? "" : "/", name);
	else
		job->dest = dv_strdup(dest);
	return 0;
}

/* --- records ------------------------------------------------------------------ */

/*
 * Versions of here are told apart by the dataset alone: another's of the
 * same name would be taken for one of ours.
 */
static int is_ours(struct job *job, struct dv_err *err)
{
	struct dv_versions *v;
	struct dv_pointer p;
	int rc;

	if (!strcmp(job->repo->name_space, job->spec.ns))
		return 0;
	rc = dv_repo_pointer(job->repo, job->spec.dataset, &p, err);
	if (rc)
		return rc;
	rc = dv_versions_open(&v, job->repo, err);
	if (rc < 0)
		return rc;
	rc = dv_versions_has(v, job->spec.dataset);
	dv_versions_close(v);
	return rc;
}

static int record(struct job *job, struct dv_err *err)
{
	const struct dv_record *rec = &job->spec.record;
	char id[DV_VERSION_ID_MAX];
	int rc;

	rc = dv_odb_stat(job->odb, &rec->config, NULL, err);
	if (rc <= 0)
		return rc;
	if (!job->repo)
		return dv_versions_write_file(job->store_dir, rec, err);
	rc = is_ours(job, err);
	if (rc > 0)
		dv_warn("'%s' is another dataset here; the version of '%s/%s' "
			"is not recorded", job->spec.dataset, job->spec.ns,
			job->spec.dataset);
	return rc ? rc : dv_versions_write(job->repo, rec, id, err);
}

/* --- what was done -------------------------------------------------------------- */

static void tell(struct job *job, const struct dv_remotepart *part,
		 const struct dv_obtain *o)
{
	char id[DV_DIGEST_TEXT];
	const struct dv_digest *manifest = &job->spec.record.manifest;
	bool sha256 = manifest->algo == DV_ALGO_SHA256;

	if (job->remote.quiet)
		return;
	dv_remotepart_say(part, job->dest, o, 0);
	dv_say("%s/%s@%s, manifest %s", job->spec.ns, job->spec.dataset,
	       job->spec.id, dv_digest_format(id, manifest));
	dv_say(sha256 ? "each byte was checked with sha256: no accident, and "
	       "no forgery under this manifest's id" :
	       "each byte was checked with xxh128: no accident; it does not "
	       "protect from forgery");
}

/*
 * The part that is asked for, with paths from there, and without what
 * could not be had.
 */
static int choose_part(struct job *job, bool gaps, struct dv_err *err)
{
	const struct dv_digest *whole = &job->spec.record.manifest;
	int rc;

	job->manifest = *whole;
	if (!*job->spec.path && !gaps)
		return 0;
	rc = dv_submanifest(job->odb, whole, job->spec.path, gaps,
			    &job->manifest, err);
	return rc < 0 ? dv_err_prefix(err, "'%s/%s@%s'", job->spec.ns,
				      job->spec.dataset, job->spec.id) : 0;
}

/* --- what to bring --------------------------------------------------------------- */

static int bring(struct job *job, struct dv_obtain *o, struct dv_err *err)
{
	const struct dv_record *rec = &job->spec.record;
	struct dv_conn *conn = job->remote.conn;
	int rc;

	rc = dv_obtain_manifest(conn, job->odb, NULL, &rec->manifest, true, o,
				err);
	if (rc < 0)
		return rc;
	rc = dv_odb_stat(job->odb, &rec->config, NULL, err);
	if (!rc)
		rc = dv_obtain_configs(conn, job->odb, NULL, &rec->config,
				       &rec->manifest, 1, o, err);
	return rc < 0 ? rc : 0;
}

static int install(struct job *job, const char *text, const char *remote,
		   const char *dest, struct dv_err *err)
{
	struct dv_remotepart part = { .path = NULL };
	struct dv_obtain o = { .progress = &job->remote.progress,
			       .want = dv_remotepart_wants, .want_arg = &part,
			       .bad = dv_remotepart_bad };
	int rc;

	rc = dv_remotepart_open_any(&job->remote, &job->repo, remote, err);
	if (rc >= 0)
		rc = dv_rspec_resolve(&job->spec, job->remote.conn,
				      job->repo ? job->repo->name_space : NULL,
				      text, err);
	if (rc >= 0)
		rc = open_store(job, err);
	part.dataset = job->spec.dataset;
	part.path = job->spec.path;
	if (rc >= 0)
		o.ready = dv_wtready_new(dest && *dest ? dest : ".",
					 job->spec.record.manifest.algo);
	if (rc >= 0)
		rc = bring(job, &o, err);
	if (rc >= 0 && o.stats.missing)
		rc = dv_remotepart_find_gaps(&part, job->odb,
					     &job->spec.record.manifest, err);
	if (rc >= 0)
		rc = choose_part(job, part.gaps.n > 0, err);
	if (rc >= 0)
		rc = choose_dest(job, dest, err);
	if (rc >= 0)
		rc = dv_worktree_export(job->odb, &job->manifest, "",
					job->dest, job->force, o.ready,
					o.progress, err);
	dv_wtready_free(o.ready);
	if (rc >= 0)
		rc = record(job, err);
	if (rc >= 0)
		tell(job, &part, &o);
	dv_remotepart_release(&part);
	dv_obtain_release(&o);
	return rc < 0 ? rc : o.faults > 0;
}

static int cmd_install(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .remote = DV_REMOTECMD_INIT };
	const char *dest = NULL;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "dest", &dest, "<path>",
			   "where to; the dataset's name, unless given"),
		DV_OPT_BOOL('f', "force", &job.force,
			    "overwrite files that are there"),
		DV_REMOTECMD_OPTS(&job.remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc != 2)
		dv_usage(usage, spec, "say which dataset, and from where");
	rc = install(&job, argv[0], argv[1], dest, &err);
	dv_remotecmd_close(&job.remote);
	dv_rspec_release(&job.spec);
	dv_odb_close(job.own);
	dv_repo_close(job.repo);
	free(job.store_dir);
	free(job.dest);
	return dv_exit(rc, &err);
}

DV_MAIN("install", cmd_install)
