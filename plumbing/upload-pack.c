/* SPDX-License-Identifier: MIT */
/*
 * dv upload-pack: send objects to a remote, as packs.
 *
 * One line in for each object: its id, or enough of it.  One line out for
 * each pack that holds any of them there, ascending:
 *	<name>
 */
#include "plumbing/common/remotecmd.h"

#include <stdlib.h>

#include "base/idmap.h"
#include "remote/catalog.h"
#include "remote/rheads.h"
#include "remote/rput.h"

static const char *const usage[] = {
	"dv upload-pack [<option>...] [--kind=(data|meta)] [--level=<n>] [-z] "
		"<remote> [<id>...]",
	NULL
};

struct job {
	struct dv_remotecmd remote;
	struct dv_odb *odb;
	enum dv_odb_kind kind;
	int level;
	char eol;
	struct dv_digest *ids;
	size_t n, cap;
};

static int add_id(struct job *job, const char *text, struct dv_err *err)
{
	int rc;

	dv_grow(&job->ids, &job->cap, job->n + 1, sizeof(*job->ids));
	rc = dv_odb_resolve(job->odb, text, &job->ids[job->n], err);
	job->n += rc >= 0;
	return rc;
}

static int read_ids(struct job *job, struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, job->eol, err)) > 0) {
		rc = add_id(job, in.line, err);
		if (rc < 0)
			break;
	}
	dv_reader_release(&in);
	return rc;
}

static void put_packs(struct job *job, struct dv_rpacks *s)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	struct dv_rplace place;
	struct dv_idmap seen;

	dv_idmap_init(&seen, dv_odb_algo(job->odb));
	for (size_t i = 0; i < job->n; i++) {
		const struct dv_digest *id;
		char hex[DV_DIGEST_TEXT];

		if (!dv_rpacks_find(s, &job->ids[i], true, &place))
			continue;
		id = &dv_rpacks_get(s, place.pack)->info.id;
		if (dv_idmap_add(&seen, id, 0))
			dv_strlist_add(&names, dv_digest_hex(hex, id));
	}
	dv_strlist_sort(&names);
	for (size_t i = 0; i < names.n; i++)
		dv_out("%s%c", names.v[i], job->eol);
	dv_strlist_release(&names);
	dv_idmap_release(&seen);
}

static int add_location(void *arg, size_t i, struct dv_rlocation *x,
			struct dv_err *err)
{
	(void)i, (void)err;
	if (x)
		dv_rpacks_add_location(arg, &x->l);
	return 0;
}

struct known {
	struct dv_conn *c;
	struct dv_rpacks *s;
};

static int add_known(void *arg, const struct dv_digest *manifests, size_t n,
		     struct dv_err *err)
{
	struct known *k = arg;

	return dv_rlocation_read_all(k->c, manifests, n, add_location, k->s,
				     err);
}

/*
 * What the newest published versions have, and what earlier ones have sent
 * and nobody published, is not sent again.
 */
static int upload(struct job *job, const char *ns, struct dv_err *err)
{
	struct dv_conn *c = job->remote.conn;
	struct dv_rpacks *s = dv_rpacks_new(c);
	struct dv_rput_stats stats = { .packs = 0 };
	int rc = 0;

	if (!c->fresh)
		rc = dv_rpacks_read_dooms(s, err);
	if (rc >= 0 && !c->fresh && ns)
		rc = dv_rheads_manifests(c, ns, add_known,
					 &(struct known){ c, s }, err);
	if (rc >= 0)
		rc = dv_rput_resume(c, s, err);
	if (rc >= 0)
		rc = dv_rpacks_load(s, 1u << DV_PACK_DATA | 1u << DV_PACK_META,
				    NULL, NULL, err);
	if (rc >= 0)
		rc = dv_conn_begin_write(c, dv_odb_algo(job->odb), err);
	if (rc >= 0)
		rc = dv_rput_objects(c, s, job->odb, job->ids, job->n,
				     job->kind, job->level, &stats,
				     &job->remote.progress, err);
	if (rc >= 0)
		put_packs(job, s);
	if (rc >= 0 && job->remote.verbose)
		dv_say("%" PRIu64 " objects sent, %" PRIu64 " bytes; %" PRIu64
		       " reused, %" PRIu64 " bytes saved", stats.objects,
		       stats.wire, stats.reused, stats.reused_bytes);
	dv_rpacks_free(s);
	return rc < 0 ? rc : 0;
}

static int run(struct job *job, const char *remote, int argc,
	       const char **argv, struct dv_err *err)
{
	struct dv_repo *r = NULL;
	int rc = dv_repo_open(&r, 0, err);

	if (!rc)
		rc = dv_repo_odb(r, &job->odb, err);
	for (int i = 0; !rc && i < argc; i++)
		rc = add_id(job, argv[i], err);
	if (!rc && !argc)
		rc = read_ids(job, err);
	if (!rc && job->n)
		rc = dv_remotecmd_open(&job->remote, r, remote, r->store_dir,
				       r->algo, true, err);
	if (!rc && job->n)
		rc = upload(job, r->name_space, err);
	dv_remotecmd_close(&job->remote);
	dv_repo_close(r);
	return rc;
}

static int cmd_upload_pack(int argc, const char **argv,
			   const struct dv_ctx *ctx)
{
	struct job job = { .remote = DV_REMOTECMD_INIT };
	const char *kind = "data";
	int64_t level = -1;
	bool nul = false;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "kind", &kind, "<kind>", "data or meta"),
		DV_OPT_INT(0, "level", &level, "<n>",
			   "compress: 1 (fast) to 19 (small); 0 not at all"),
		DV_OPT_BOOL('z', NULL, &nul, "records end in NUL, not LF"),
		DV_REMOTECMD_OPTS(&job.remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "give a remote");
	if (level < -1 || level > DV_ODB_LEVEL_MAX)
		dv_usage(usage, spec, "a level is 0 to 19");
	if (!strcmp(kind, "meta"))
		job.kind = DV_ODB_META;
	else if (strcmp(kind, "data"))
		dv_usage(usage, spec, "a kind is 'data' or 'meta'");
	job.level = (int)level;
	job.eol = nul ? '\0' : '\n';

	rc = run(&job, argv[0], argc - 1, argv + 1, &err);
	free(job.ids);
	return dv_exit(rc, &err);
}

DV_MAIN("upload-pack", cmd_upload_pack)
