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
#include "porcelain/session.h"
#include "remote/obtain.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv fetch [-f] [--all] [--data] [--remote=<name>] [<option>...] "
	"[<dataset>...]",
	NULL
};

#define DATASETS_MAX 1000000

struct job {
	struct dv_session s;
	struct dv_remotecmd remote;
	struct dv_rpacks *packs;
	bool all;			/* lists of files of every version */
	bool data, force;
	bool failed, news;
	bool down;			/* it is the remote that fails */
	uint64_t faults;
};

/* --- lists of files, content ------------------------------------------------ */

/* The manifests to bring of a dataset, each once. */
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
		rc = 0;
	}
	return rc;
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
static int bring_all(struct wanted *w)
{
	struct ids ids = { dv_calloc(w->ids.n + 1, sizeof(*ids.v)), 0 };
	struct job *job = w->job;
	int rc;

	dv_idmap_each(&w->ids, add_id, &ids);
	rc = dv_obtain_lists(job->remote.conn, job->s.odb, job->packs, ids.v,
			     ids.n, w->o, w->err);
	free(ids.v);
	return rc < 0 ? rc : dv_idmap_each(&w->ids, bring, w);
}

static int bring_lists(struct job *job, const char *dataset,
		       struct dv_obtain *o, struct dv_err *err)
{
	struct wanted w = { .job = job, .o = o, .err = err };
	int rc;

	dv_idmap_init(&w.ids, job->s.repo->algo);
	rc = dv_versions_each_row(job->s.versions, dataset, on_row, &w, err);
	if (rc >= 0)
		rc = dv_version_tag_each(job->s.repo, dataset, on_tag, &w,
					 err);
	if (rc >= 0)
		rc = add_pointer(&w, dataset, err);
	if (rc >= 0)
		rc = bring_all(&w);
	dv_idmap_release(&w.ids);
	return rc;
}

/* --- which ------------------------------------------------------------------- */

static void tell(struct job *job, const char *dataset,
		 const struct dv_obtain *o)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	if (job->remote.quiet)
		return;
	job->news |= dv_remotepart_tell(dataset, o);
	if (!o->stats.objects)
		return;
	job->news = true;
	dv_say("%s: %s, %s received", dataset,
	       dv_human_count(count, o->stats.objects, "object", "objects"),
	       dv_human_size(size, o->stats.bytes));
}

static int fetch_one(struct job *job, const char *dataset, struct dv_err *err)
{
	struct dv_obtain o = { .progress = &job->remote.progress,
			       .bad = dv_remotepart_bad };
	int rc;

	rc = dv_obtain_versions(job->remote.conn, job->s.repo, job->s.versions,
				dataset, job->force, &o, err);
	if (rc >= 0)
		rc = bring_lists(job, dataset, &o, err);
	if (rc >= 0)
		tell(job, dataset, &o);
	job->faults += o.faults;
	dv_obtain_release(&o);
	return rc;
}

/* All heads of a dataset come one behind the other. */
static int on_head(void *arg, const char *ns, const char *dataset,
		   const char *tag, uint64_t n, struct dv_err *err)
{
	struct dv_strlist *out = arg;

	(void)ns, (void)tag, (void)n;
	if (out->n && !strcmp(out->v[out->n - 1], dataset))
		return 0;
	if (out->n >= DATASETS_MAX)
		return dv_err_set(err, DV_E_LIMIT, "more than %d datasets are "
				  "published there", DATASETS_MAX);
	dv_strlist_add(out, dataset);
	return 0;
}

/* Those of here, and those of the name space that are published there. */
static int list_datasets(struct job *job, struct dv_strlist *out,
			 struct dv_err *err)
{
	int rc = 0;

	if (job->s.repo->workdir)
		rc = dv_worktree_datasets(job->s.repo, out, err);
	if (rc >= 0)
		rc = dv_versions_datasets(job->s.versions, out, err);
	if (rc >= 0 && dv_transport_caps(job->remote.conn->t)->list)
		rc = dv_catalog_heads(job->remote.conn,
				      job->s.repo->name_space, NULL, on_head,
				      out, err);
	dv_strlist_uniq(out);
	return rc;
}

static int fetch(struct job *job, int argc, const char **argv,
		 const char *remote, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	char *dataset;
	int rc;

	rc = dv_remotepart_open(&job->remote, job->s.repo, remote, err);
	if (rc < 0)
		return rc;
	job->packs = dv_rpacks_new(job->remote.conn);
	for (int i = 0; i < argc && rc >= 0; i++) {
		rc = dv_remotepart_dataset(&job->s, argv[i], &dataset, err);
		if (rc >= 0)
			dv_strlist_take(&all, dataset);
	}
	if (rc >= 0 && !argc)
		rc = list_datasets(job, &all, err);
	for (size_t i = 0; i < all.n && rc >= 0 && !job->down; i++)
		if (fetch_one(job, all.v[i], err) < 0) {
			job->down = err->code == DV_E_SYS;
			dv_bring_fail(err);
			job->failed = true;
		}
	dv_strlist_release(&all);
	return rc;
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
	if (rc >= 0 && !job.failed && !job.faults && !job.news)
		rc = dv_conn_check_there(job.remote.conn, &err);
	dv_rpacks_free(job.packs);
	dv_remotecmd_close(&job.remote);
	dv_session_close(&job.s);
	if (rc >= 0 && job.failed)
		return 128;
	if (rc >= 0 && !job.news && !job.faults && !job.remote.quiet)
		dv_say("nothing new");
	return dv_exit(rc < 0 ? rc : job.faults > 0, &err);
}

DV_MAIN("fetch", cmd_fetch)
