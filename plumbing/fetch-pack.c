/* SPDX-License-Identifier: MIT */
/*
 * dv fetch-pack: bring objects of a remote into the store.
 *
 * One line in for each: its id.  A manifest brings all that it names, any
 * other object is looked for in the packs of what the heads point at.
 * One line out for each that is here now, whole, in the same order:
 *	(manifest | object) SP <id>
 *
 * Exit status is 1 when that is not each of them.
 */
#include "plumbing/common/remotecmd.h"

#include <stdlib.h>

#include "remote/obtain.h"
#include "store/repofile.h"
#include "store/userstore.h"

static const char *const usage[] = {
	"dv fetch-pack [<option>...] [--store=<directory>] [-z] <remote> "
		"[<id>...]",
	NULL
};

#define ALL_KINDS (1u << DV_PACK_DATA | 1u << DV_PACK_META)

struct wanted {
	struct dv_digest id;
	bool is_manifest, broken;	/* broken: not all it names came */
};

struct job {
	struct dv_remotecmd cmd;
	struct dv_repo *repo;		/* NULL: outside of any */
	const char *store;		/* as given, or NULL */
	char *dir;			/* of the store that we opened */
	struct dv_odb *odb, *own;	/* own: ours to close */
	char eol;
	struct dv_strlist ids;
	struct wanted *v;
	struct dv_rpacks *packs;
	struct dv_obtain o;
};

static void tell(void *arg, const char *sentence)
{
	(void)arg;
	dv_error("%s", sentence);
}

/* --- manifests ------------------------------------------------------------ */

static int fetch_manifest(struct job *job, struct wanted *w,
			  struct dv_err *err)
{
	struct dv_conn *c = job->cmd.conn;
	struct dv_rlocation where = { .n = 0 };
	uint64_t faults = job->o.faults;
	int rc = dv_rlocation_read(&where, c, &w->id, err);

	w->is_manifest = rc > 0;
	dv_rlocation_release(&where);
	if (rc <= 0)
		return rc;
	rc = dv_obtain_manifest(c, job->odb, job->packs, &w->id, true,
				&job->o, err);
	w->broken = job->o.faults > faults;
	return rc;
}

/* --- other objects ---------------------------------------------------------- */

/* A name space, a dataset and a version, in turns. */
static int keep_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *h,
		     struct dv_err *err)
{
	struct dv_strlist *names = arg;

	(void)tag;
	(void)err;
	if (!*h->version)
		return 0;
	dv_strlist_add(names, ns);
	dv_strlist_add(names, dataset);
	dv_strlist_add(names, h->version);
	return 0;
}

/* The packs of the manifest of a version. */
static int add_packs(struct job *job, char *const name[3],
		     struct dv_err *err)
{
	struct dv_conn *c = job->cmd.conn;
	struct dv_rlocation where = { .n = 0 };
	struct dv_record rec;
	int rc = dv_catalog_record(c, name[0], name[1], name[2], &rec, err);

	if (rc < 0)
		return rc;
	rc = dv_rlocation_read(&where, c, &rec.manifest, err);
	if (rc > 0)
		dv_rpacks_add_location(job->packs, &where.l);
	dv_rlocation_release(&where);
	dv_record_release(&rec);
	return rc < 0 ? rc : 0;
}

static int load_heads(struct job *job, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	int rc;

	rc = dv_catalog_read_heads(job->cmd.conn, NULL, NULL, keep_head,
				   &names, err);
	for (size_t i = 0; rc >= 0 && i < names.n; i += 3)
		rc = add_packs(job, names.v + i, err);
	dv_strlist_release(&names);
	if (rc >= 0)
		rc = dv_rpacks_load(job->packs, ALL_KINDS, tell, NULL, err);
	return rc < 0 ? rc : 0;
}

static int fetch_objects(struct job *job, struct dv_err *err)
{
	struct dv_rget_want *want = dv_calloc(job->ids.n, sizeof(*want));
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < job->ids.n; i++) {
		if (job->v[i].is_manifest)
			continue;
		rc = dv_odb_stat(job->odb, &job->v[i].id, NULL, err);
		if (!rc)
			want[n++] = (struct dv_rget_want){
				job->v[i].id, DV_RGET_ANY_SIZE };
	}
	if (rc >= 0 && n)
		rc = load_heads(job, err);
	if (rc >= 0 && n)
		rc = dv_rget_objects(job->cmd.conn, job->packs, job->odb,
				     want, n, &job->o.stats, tell, NULL,
				     &job->cmd.progress, err);
	free(want);
	return rc < 0 ? rc : 0;
}

/* --- all ---------------------------------------------------------------------- */

/* 1 where something is not here, whole. */
static int print(struct job *job, struct dv_err *err)
{
	int missing = 0;

	for (size_t i = 0; i < job->ids.n; i++) {
		const struct wanted *w = &job->v[i];
		char id[DV_DIGEST_TEXT];
		int rc = w->broken ? 0 : dv_odb_stat(job->odb, &w->id, NULL,
						     err);

		if (rc < 0)
			return rc;
		missing |= !rc;
		if (rc)
			dv_out("%s %s%c", w->is_manifest ? "manifest" :
			       "object", dv_digest_format(id, &w->id),
			       job->eol);
	}
	return missing;
}

static int fetch(struct job *job, struct dv_err *err)
{
	struct dv_conn *c = job->cmd.conn;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < job->ids.n; i++) {
		struct wanted *w = &job->v[i];

		rc = dv_digest_parse(&w->id, job->ids.v[i],
				     strlen(job->ids.v[i]), c->algo, err);
		if (rc >= 0)
			rc = fetch_manifest(job, w, err);
	}
	if (rc >= 0)
		rc = fetch_objects(job, err);
	if (rc >= 0)
		rc = print(job, err);
	if (rc >= 0 && job->cmd.verbose)
		dv_say("%" PRIu64 " objects received, %" PRIu64 " bytes; %"
		       PRIu64 " bytes of packs", job->o.stats.objects,
		       job->o.stats.bytes, job->o.stats.wire);
	return rc;
}

static int open_store(struct job *job, struct dv_err *err)
{
	enum dv_algo algo = job->cmd.conn->algo;
	int rc;

	if (!algo) {
		dv_err_set(err, DV_E_MISSING, "nothing is published on remote "
			   "'%s'", job->cmd.conn->name);
		return -err->code;
	}
	if (job->repo && !job->store)
		return dv_repo_odb(job->repo, &job->odb, err);
	if (job->store) {
		rc = dv_repofile_make_store(job->store, algo, err);
		if (rc >= 0)
			rc = dv_odb_open(&job->own, job->store, algo, err);
	} else {
		rc = dv_userstore_open(&job->dir, &job->own, algo, err);
	}
	job->odb = job->own;
	return rc < 0 ? rc : 0;
}

static int run(struct job *job, const char *remote, struct dv_err *err)
{
	int rc = dv_remotecmd_repo(&job->repo, remote, err);

	if (rc >= 0)
		rc = dv_remotecmd_open(&job->cmd, job->repo, remote,
				       job->store, 0, false, err);
	if (rc >= 0)
		rc = open_store(job, err);
	if (rc >= 0) {
		job->packs = dv_rpacks_new(job->cmd.conn);
		job->v = dv_calloc(job->ids.n, sizeof(*job->v));
		rc = fetch(job, err);
	}
	dv_rpacks_free(job->packs);
	dv_remotecmd_close(&job->cmd);
	dv_obtain_release(&job->o);
	dv_odb_close(job->own);
	dv_repo_close(job->repo);
	free(job->v);
	free(job->dir);
	return rc;
}

static int read_ids(struct job *job, struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, job->eol, err)) > 0)
		dv_strlist_add(&job->ids, in.line);
	dv_reader_release(&in);
	return rc;
}

static int cmd_fetch_pack(int argc, const char **argv,
			  const struct dv_ctx *ctx)
{
	struct job job = { .cmd = DV_REMOTECMD_INIT };
	bool nul = false;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "store", &job.store, "<directory>",
			   "the store they go to, made if need be"),
		DV_OPT_BOOL('z', NULL, &nul, "records end in NUL, not LF"),
		DV_REMOTECMD_OPTS(&job.cmd),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc = 0;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "give a remote");
	job.eol = nul ? '\0' : '\n';
	job.o.bad = tell;
	job.o.progress = &job.cmd.progress;
	for (int i = 1; i < argc; i++)
		dv_strlist_add(&job.ids, argv[i]);
	if (argc == 1)
		rc = read_ids(&job, &err);
	if (!rc && job.ids.n)
		rc = run(&job, argv[0], &err);
	dv_strlist_release(&job.ids);
	return dv_exit(rc, &err);
}

DV_MAIN("fetch-pack", cmd_fetch_pack)
