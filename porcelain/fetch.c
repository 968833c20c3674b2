/* SPDX-License-Identifier: MIT */
/*
 * dv fetch: bring versions, tags and lists of files from a remote.
 *
 * The work tree is not touched.  What came is told on stderr.
 */
#include "plumbing/common/remotecmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "porcelain/bring.h"
#include "porcelain/human.h"
#include "porcelain/remotepart.h"
#include "porcelain/remoteversions.h"
#include "porcelain/session.h"
#include "remote/obtain.h"
#include "store/exclude.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv fetch [-f] [--all] [--data] [--remote=<name>] [<option>...] "
	"[<dataset>...]",
	NULL
};

struct job {
	struct dv_session s;
	struct dv_remotecmd remote;
	struct dv_rpacks *packs;
	struct dv_obtain_where *where;
	bool all;			/* lists of files of every version */
	bool data, force;
	bool failed, news;
	bool seen;			/* the remote is not empty */
	bool down;			/* it is the remote that fails */
	uint64_t faults;
};

/* What of one dataset could not be had: the others come all the same. */
static void fail(struct job *job, struct dv_err *err)
{
	job->down = err->code == DV_E_SYS ||
		    (job->remote.conn && job->remote.conn->lost);
	dv_bring_fail(err);
	job->failed = true;
}

/* --- lists of files, content ------------------------------------------------ */

/* The manifests to bring, each once. */
struct wanted {
	struct job *job;
	struct dv_idmap ids;
	struct dv_obtain *o;
	struct dv_err *err;
};

static int on_row(void *arg, const struct dv_version_row *row,
		  struct dv_err *err)
{
	struct wanted *w = arg;

	(void)err;
	dv_idmap_add(&w->ids, &row->manifest, 0);
	return w->job->all ? 0 : 1;	/* the newest comes first */
}

static int on_tag(void *arg, const char *dataset, const char *tag,
		  const char *id, struct dv_err *err)
{
	struct wanted *w = arg;
	struct dv_version v;
	int rc;

	(void)tag;
	rc = dv_versions_find(w->job->s.versions, dataset, id, &v, err);
	if (rc == -DV_E_MISSING) {
		*err = (struct dv_err)DV_ERR_INIT;
		return 0;
	}
	if (rc < 0)
		return rc;
	dv_idmap_add(&w->ids, &v.rec.manifest, 0);
	dv_version_release(&v);
	return 0;
}

static int add_pointer(struct wanted *w, const char *dataset,
		       struct dv_err *err)
{
	struct dv_pointer pointer;
	int rc;

	if (!w->job->s.repo->workdir)
		return 0;
	rc = dv_worktree_pointer(w->job->s.repo, dataset, &pointer, err);
	if (rc > 0)
		dv_idmap_add(&w->ids, &pointer.manifest, 0);
	return rc;
}

static int add_dataset(struct wanted *w, const char *dataset,
		       struct dv_err *err)
{
	struct job *job = w->job;
	int rc;

	rc = dv_versions_each_row(job->s.versions, dataset, on_row, w, err);
	if (rc >= 0)
		rc = dv_version_tag_each(job->s.repo, dataset, on_tag, w,
					 err);
	return rc < 0 ? rc : add_pointer(w, dataset, err);
}

/* One that is not there is told; it need not have been published. */
static int bring(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct wanted *w = arg;
	struct job *job = w->job;
	int rc;

	(void)value;
	rc = dv_obtain_manifest(job->remote.conn, job->s.odb, job->packs, id,
				job->data, w->o, w->err);
	if (rc == -DV_E_MISSING) {
		dv_warn("%s", w->err->msg);
		*w->err = (struct dv_err)DV_ERR_INIT;
	} else if (rc < 0) {
		fail(job, w->err);
	}
	return job->down;
}

struct ids {
	struct dv_digest *v;
	size_t n;
};

static int add_id(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct ids *ids = arg;

	(void)value;
	ids->v[ids->n++] = *id;
	return 0;
}

/* All at once, then each with what it lacks. */
static void bring_all(struct wanted *w)
{
	struct ids ids = { dv_calloc(w->ids.n + 1, sizeof(*ids.v)), 0 };
	struct job *job = w->job;

	dv_idmap_each(&w->ids, add_id, &ids);
	if (dv_obtain_lists(job->remote.conn, job->s.odb, job->packs, ids.v,
			    ids.n, w->o, w->err) < 0)
		fail(job, w->err);
	free(ids.v);
	if (!job->down)
		dv_idmap_each(&w->ids, bring, w);
}

static void tell_received(struct job *job, const struct dv_strlist *datasets,
			  const struct dv_obtain *o)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	bool one = datasets->n == 1;

	if (!o->stats.objects)
		return;
	job->news = true;
	if (job->remote.quiet)
		return;
	dv_say("%s%s%s, %s received", one ? datasets->v[0] : "",
	       one ? ": " : "",
	       dv_human_count(count, o->stats.objects, "object", "objects"),
	       dv_human_size(size, o->stats.bytes));
}

static void bring_lists(struct job *job, const struct dv_strlist *datasets,
			struct dv_obtain *o, struct dv_err *err)
{
	struct wanted w = { .job = job, .o = o, .err = err };

	dv_idmap_init(&w.ids, job->s.repo->algo);
	for (size_t i = 0; i < datasets->n; i++)
		if (add_dataset(&w, datasets->v[i], err) < 0)
			fail(job, err);
	if (!job->down)
		bring_all(&w);
	dv_idmap_release(&w.ids);
	tell_received(job, datasets, o);
}

/* --- which ------------------------------------------------------------------- */

/* Those of here; what else is published is found when all are asked for. */
static int list_datasets(struct job *job, struct dv_strlist *out,
			 struct dv_err *err)
{
	int rc = 0;

	if (job->s.repo->workdir)
		rc = dv_worktree_datasets(job->s.repo, out, err);
	return rc < 0 ? rc : dv_versions_datasets(job->s.versions, out, err);
}

static int choose(struct job *job, int argc, const char **argv,
		  struct dv_strlist *out, struct dv_err *err)
{
	char *dataset;
	int rc = argc ? 0 : list_datasets(job, out, err);

	for (int i = 0; i < argc && rc >= 0; i++) {
		rc = dv_remotepart_dataset(&job->s, argv[i], &dataset, err);
		if (rc >= 0)
			dv_strlist_take(out, dataset);
	}
	return rc;
}

static void came(void *arg, const char *dataset, const struct dv_obtain *o,
		 struct dv_err *err)
{
	struct job *job = arg;

	if (!o) {
		fail(job, err);
		return;
	}
	if (!job->remote.quiet)
		dv_remotepart_tell(dataset, o);
	job->news |= o->records || o->tags;
}

/* Neither here nor there: a slip of the pen. */
static void check_named(struct job *job, int argc, const char **argv,
			struct dv_err *err)
{
	for (int i = 0; i < argc; i++) {
		char *dataset = NULL;

		if (dv_remotepart_dataset(&job->s, argv[i], &dataset,
					  err) < 0 ||
		    !dv_remotepart_is_here(&job->s, dataset)) {
			dv_err_set(err, DV_E_MISSING, "'%s' is no dataset, "
				   "here or on remote '%s'", argv[i],
				   job->remote.conn->name);
			dv_remotepart_hint(&job->s, "fetch", argv[i], err);
			fail(job, err);
		}
		free(dataset);
	}
}

static int fetch(struct job *job, int argc, const char **argv,
		 const char *remote, struct dv_err *err)
{
	struct dv_obtain_many m = { .force = job->force, .data = job->data,
		.whole = !argc, .all = { .bad = dv_remotepart_bad,
		.progress = &job->remote.progress } };
	struct dv_digest *pointers = NULL;
	int rc;

	rc = dv_remotepart_open(&job->remote, job->s.repo, remote, err);
	if (rc < 0)
		return rc;
	m.packs = job->packs = dv_rpacks_new(job->remote.conn);
	m.all.where = job->where = dv_obtain_where_new(job->s.repo->algo);
	rc = choose(job, argc, argv, &m.datasets, err);
	if (rc >= 0)
		rc = dv_remoteversions_pointers(&job->s, &m, &pointers, err);
	if (rc >= 0)
		rc = dv_remoteversions_bring(&job->s, job->remote.conn, &m,
					     came, job, err);
	if (rc >= 0 && !job->down)
		bring_lists(job, &m.datasets, &m.all, err);
	if (rc >= 0 && !job->down)
		check_named(job, argc, argv, err);
	job->faults += m.all.faults;
	job->seen |= m.seen;
	dv_obtain_many_release(&m);
	free(pointers);
	return rc < 0 ? rc : 0;
}

static int cmd_fetch(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .s = DV_SESSION_INIT,
			   .remote = DV_REMOTECMD_INIT };
	const char *remote = NULL;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "remote", &remote, "<name>",
			   "the remote, or its URL"),
		DV_OPT_BOOL(0, "all", &job.all,
			    "lists of files of every version"),
		DV_OPT_BOOL(0, "data", &job.data,
			    "the content of their files, too"),
		DV_OPT_BOOL('f', "force", &job.force,
			    "move tags that are elsewhere there"),
		DV_REMOTECMD_OPTS(&job.remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	rc = dv_session_open(&job.s, 0, &err);
	if (rc >= 0)
		rc = fetch(&job, argc, argv, remote, &err);
	if (rc >= 0 && !job.failed && !job.faults && !job.news &&
	    !job.seen)
		rc = dv_conn_check_there(job.remote.conn, &err);
	/* a pointer may have come with git pull, and its data not yet */
	dv_exclude_try(job.s.repo);
	dv_rpacks_free(job.packs);
	dv_obtain_where_free(job.where);
	dv_remotecmd_close(&job.remote);
	dv_session_close(&job.s);
	if (rc >= 0 && job.failed)
		return 128;
	if (rc >= 0 && !job.news && !job.faults && !job.remote.quiet)
		dv_say("nothing new");
	return dv_exit(rc < 0 ? rc : job.faults > 0, &err);
}

DV_MAIN("fetch", cmd_fetch)
