/* SPDX-License-Identifier: MIT */
/*
 * dv pull: bring versions and data from a remote into the work tree.
 *
 * Without arguments every dataset becomes what its pointer says.  What
 * came is told on stderr.  Exit status is 1 where something could not be
 * had and the rest was brought.
 */
#include "plumbing/common/remotecmd.h"

#include <stdlib.h>
#include <string.h>

#include "porcelain/bring.h"
#include "porcelain/only.h"
#include "porcelain/remotepart.h"
#include "porcelain/remoteversions.h"
#include "porcelain/session.h"
#include "remote/obtain.h"
#include "remote/remotes.h"
#include "store/resolve.h"

static const char *const usage[] = {
	"dv pull [-f] [--remote=<name>] [--only=<pattern>]... [<option>...] "
	"[<dataset>[@<what>][:<path>]]...",
	NULL
};

struct job {
	struct dv_session s;
	struct dv_remotecmd remote;
	struct dv_rpacks *packs;
	struct dv_obtain_where *where;
	struct dv_only *only;		/* NULL: all */
	bool force;
	bool failed;			/* a dataset could not be brought */
	bool down;			/* nor can others: it is the remote */
	uint64_t faults;		/* files could not */
	uint64_t files;			/* that are wanted */
	bool news;			/* something came, or was told */
	bool seen;			/* the remote is not empty */
};

static void count(struct job *job, struct dv_obtain *o)
{
	job->faults += o->faults;
	job->files += o->files;
	dv_obtain_release(o);
}

/* What cannot be asked once need not be asked for each dataset. */
static void note_down(struct job *job, int rc)
{
	job->down |= rc == -DV_E_SYS || job->remote.conn->lost;
}

/* --- records --------------------------------------------------------------- */

static void came(void *arg, const char *dataset, const struct dv_obtain *o,
		 struct dv_err *err)
{
	struct job *job = arg;

	if (!o) {
		dv_bring_fail(err);
		job->failed = true;
		return;
	}
	if (!job->remote.quiet)
		dv_remotepart_tell(dataset, o);
	job->news |= o->records || o->tags;
}

/*
 * Of these datasets.  Where the contents of their pointers are wanted next,
 * their lists of files come, too.
 */
static int bring_versions(struct job *job, const struct dv_strlist *datasets,
			  bool with_pointers, struct dv_err *err)
{
	struct dv_obtain_many m = { .packs = job->packs, .data = true,
		.all = { .progress = &job->remote.progress,
			 .bad = dv_remotepart_bad, .where = job->where } };
	struct dv_digest *pointers = NULL;
	int rc = 0;

	for (size_t i = 0; i < datasets->n; i++)
		dv_strlist_add(&m.datasets, datasets->v[i]);
	if (with_pointers)
		rc = dv_remoteversions_pointers(&job->s, &m, &pointers, err);
	if (rc >= 0)
		rc = dv_remoteversions_bring(&job->s, job->remote.conn, &m,
					     came, job, err);
	if (rc >= 0)
		rc = dv_obtain_lists(job->remote.conn, job->s.odb, job->packs,
				     m.manifests, m.n, &m.all, err);
	note_down(job, rc);
	job->faults += m.all.faults;
	job->seen |= m.seen;
	dv_obtain_many_release(&m);
	free(pointers);
	return rc;
}

/* --- data ------------------------------------------------------------------ */

static int bring_data(struct job *job, struct dv_remotepart *part,
		      const struct dv_digest *manifest, struct dv_checkout *c,
		      struct dv_err *err)
{
	struct dv_obtain o = { .progress = &job->remote.progress,
			       .want = dv_remotepart_wants, .want_arg = part,
			       .bad = dv_remotepart_bad,
			       .where = job->where };
	int rc;

	o.ready = dv_wtready_new(job->s.repo->workdir, job->s.repo->algo);
	rc = dv_obtain_manifest(job->remote.conn, job->s.odb, job->packs,
				manifest, true, &o, err);
	note_down(job, rc);
	if (rc >= 0 && o.stats.missing)
		rc = dv_remotepart_find_gaps(part, job->s.odb, manifest, err);
	if (rc >= 0 && (o.files || !job->only)) {
		c->force = job->force;
		c->ready = o.ready;
		c->progress = &job->remote.progress;
		if (job->only || part->gaps.n) {
			c->want = dv_remotepart_wants;
			c->want_arg = part;
		}
		rc = dv_worktree_checkout(job->s.repo, part->dataset, manifest,
					  c, err);
		job->news |= rc >= 0 && (o.stats.objects || c->written);
		if (rc >= 0 && !job->remote.quiet &&
		    dv_remotepart_tell_data(part, &o, c))
			job->news = true;
		if (rc >= 0 && !job->remote.quiet)
			dv_bring_tell_left(part->dataset,
					   job->s.repo->prefix, c, "pull");
	}
	dv_wtready_free(o.ready);
	count(job, &o);
	return rc;
}

/* --- which ----------------------------------------------------------------- */

/* As dv checkout does. */
static int remove_gone(struct job *job, const char *dataset,
		       struct dv_err *err)
{
	struct dv_checkout c = { .force = job->force,
				 .progress = &job->remote.progress };
	struct dv_digest was;
	int rc;

	if (job->only)
		return 0;
	rc = dv_bring_remove(&job->s, dataset, &c, &was, err);
	if (rc > 0 && !job->remote.quiet)
		dv_bring_tell_removed(dataset, &c, &was);
	job->news |= rc > 0 && c.removed;
	return rc;
}

static int pull_pointer(struct job *job, const char *dataset,
			struct dv_err *err)
{
	struct dv_remotepart part = { .dataset = dataset,
				      .only = job->only };
	struct dv_checkout c = { .keep_changes = true };
	struct dv_pointer pointer;
	char *version = NULL;
	int rc;

	if (job->only && !dv_only_may(job->only, dataset))
		return 0;
	rc = dv_bring_pointer(&job->s, dataset, &pointer, &version, err);
	if (!rc)
		return remove_gone(job, dataset, err);
	c.version = version;
	if (rc > 0)
		rc = bring_data(job, &part, &pointer.manifest, &c, err);
	dv_remotepart_release(&part);
	free(version);
	return rc;
}

/* Versions of those that have a pointer.  One that is bad is told later. */
static int bring_all_versions(struct job *job, const struct dv_strlist *all,
			      struct dv_err *err)
{
	struct dv_strlist some = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pointer pointer;
	int rc = 0;

	for (size_t i = 0; i < all->n; i++)
		if ((!job->only || dv_only_may(job->only, all->v[i])) &&
		    dv_worktree_pointer(job->s.repo, all->v[i], &pointer,
					&ignored) > 0)
			dv_strlist_add(&some, all->v[i]);
	if (some.n)
		rc = bring_versions(job, &some, true, err);
	dv_strlist_release(&some);
	return rc;
}

static int pull_all(struct job *job, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktree_datasets(job->s.repo, &all, err);
	if (rc >= 0)
		rc = bring_all_versions(job, &all, err);
	for (size_t i = 0; i < all.n && rc >= 0 && !job->down; i++)
		if (pull_pointer(job, all.v[i], err) < 0) {
			dv_bring_fail(err);
			job->failed = true;
		}
	if (rc >= 0 && !all.n && !job->remote.quiet)
		dv_say("there is no dataset here; dv fetch brings the "
		       "versions of those that are published");
	dv_strlist_release(&all);
	return rc;
}

static int pull_spec(struct job *job, const char *text, struct dv_err *err)
{
	struct dv_remotepart part = { .only = job->only };
	struct dv_spec spec = { .dataset = NULL };
	struct dv_checkout c = { 0 };
	char *dataset = NULL;
	int rc;

	rc = dv_remotepart_dataset(&job->s, text, &dataset, err);
	if (rc >= 0)
		rc = dv_spec_resolve(&spec, job->s.repo, job->s.versions, text,
				     err);
	if (rc == -DV_E_MISSING && dataset &&
	    !dv_remotepart_is_here(&job->s, dataset))
		rc = dv_remotepart_hint(&job->s, "pull", text, err);
	if (rc >= 0) {
		part.dataset = spec.dataset;
		part.path = c.path = spec.path;
		c.version = spec.has_version ? spec.version.id : NULL;
		c.write_pointer = spec.what != NULL;
		rc = bring_data(job, &part, &spec.manifest, &c, err);
	}
	dv_remotepart_release(&part);
	dv_spec_release(&spec);
	free(dataset);
	return rc;
}

/* Versions of what is named.  What names nothing is told later. */
static int bring_named_versions(struct job *job, int argc, const char **argv,
				struct dv_err *err)
{
	struct dv_strlist some = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	bool pointers = true;
	char *dataset;
	int rc = 0;

	for (int i = 0; i < argc; i++) {
		if (dv_remotepart_dataset(&job->s, argv[i], &dataset,
					  &ignored) < 0)
			continue;
		dv_strlist_take(&some, dataset);
		pointers &= !strchr(argv[i], '@');
	}
	if (some.n)
		rc = bring_versions(job, &some, pointers, err);
	dv_strlist_release(&some);
	return rc;
}

static int pull(struct job *job, int argc, const char **argv,
		const char *remote, struct dv_err *err)
{
	int rc;

	rc = dv_remotepart_open(&job->remote, job->s.repo, remote, err);
	if (rc < 0)
		return rc;
	job->packs = dv_rpacks_new(job->remote.conn);
	job->where = dv_obtain_where_new(job->s.repo->algo);
	if (!argc)
		return pull_all(job, err);
	rc = bring_named_versions(job, argc, argv, err);
	if (rc < 0)
		return rc;
	if (argc == 1)
		return pull_spec(job, argv[0], err);
	for (int i = 0; i < argc && !job->down; i++)
		if (pull_spec(job, argv[i], err) < 0) {
			dv_bring_fail(err);
			job->failed = true;
		}
	return 0;
}

static int finish(struct job *job, int rc, struct dv_err *err)
{
	if (rc < 0 || job->failed)
		return rc < 0 ? dv_exit(rc, err) : 128;
	if (job->only && !job->files)
		dv_warn("no file here matches --only");
	else if (!job->news && !job->faults && !job->remote.quiet)
		dv_say("nothing new: all is here");
	return dv_exit(job->faults || (job->only && !job->files), err);
}

static int cmd_pull(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .s = DV_SESSION_INIT,
			   .remote = DV_REMOTECMD_INIT };
	struct dv_strlist only = DV_STRLIST_INIT;
	const char *remote = NULL;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "remote", &remote, "<name>",
			   "the remote, or its URL"),
		DV_OPT_LIST(0, "only", &only, "<pattern>",
			    "only files that match"),
		DV_OPT_BOOL('f', "force", &job.force,
			    "overwrite local changes that are nowhere else"),
		DV_REMOTECMD_OPTS(&job.remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	rc = dv_session_open(&job.s, DV_REPO_WORKTREE, &err);
	if (rc >= 0 && only.n)
		rc = dv_only_new(&job.only, &only, job.s.repo->prefix, &err);
	if (rc >= 0)
		rc = pull(&job, argc, argv, remote, &err);
	if (rc >= 0 && !job.failed && !job.faults && !job.news &&
	    !job.seen)
		rc = dv_conn_check_there(job.remote.conn, &err);
	dv_rpacks_free(job.packs);
	dv_obtain_where_free(job.where);
	dv_remotecmd_close(&job.remote);
	rc = finish(&job, rc, &err);
	dv_only_free(job.only);
	dv_session_close(&job.s);
	dv_strlist_release(&only);
	return rc;
}

DV_MAIN("pull", cmd_pull)
