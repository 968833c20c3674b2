/* SPDX-License-Identifier: MIT */
/*
 * dv pack-objects: write the objects named on stdin into a pack.
 *
 * One line in for each object: its id, or enough of it.  One line out:
 *	<name>			files <dir>/<name>.pack and .idx
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "store/locate.h"
#include "store/odb-transfer.h"

static const char *const usage[] = {
	"dv pack-objects [--kind=(data|meta)] [--level=<n>] [-z] [-q] <dir>",
	NULL
};

struct ids {
	struct dv_digest *v;
	size_t n, cap;
};

static int read_ids(struct dv_odb *odb, struct ids *ids, char eol,
		    struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, eol, err)) > 0) {
		dv_grow(&ids->v, &ids->cap, ids->n + 1, sizeof(*ids->v));
		rc = dv_odb_resolve(odb, in.line, &ids->v[ids->n], err);
		if (rc < 0)
			break;
		ids->n++;
	}
	dv_reader_release(&in);
	return rc;
}

static int pack(enum dv_odb_kind kind, int level, const char *dir, char eol,
		bool quiet, struct dv_err *err)
{
	struct dv_progress progress = { .phase = NULL };
	struct ids ids = { NULL, 0, 0 };
	struct dv_meter *meter = NULL;
	struct dv_odb *odb = NULL;
	char hex[DV_DIGEST_TEXT];
	struct dv_digest name;
	int rc;

	rc = dv_locate_odb(&odb, err);
	if (!rc)
		rc = read_ids(odb, &ids, eol, err);
	if (rc < 0)
		goto out;
	dv_progress_phase(&progress, "packing", 0, 0);
	meter = dv_meter_start(&progress, quiet);
	rc = dv_odb_pack(odb, ids.v, ids.n, kind, level, dir, &name,
			 &progress, err);
	dv_meter_stop(meter);
	if (rc > 0)
		dv_out("%s%c", dv_digest_hex(hex, &name), eol);
out:
	free(ids.v);
	dv_odb_close(odb);
	return rc < 0 ? rc : 0;
}

static int cmd_pack_objects(int argc, const char **argv,
			    const struct dv_ctx *ctx)
{
	const char *kind = "data";
	bool nul = false, quiet = false;
	int64_t level = 0;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "kind", &kind, "<kind>", "data or meta"),
		DV_OPT_INT(0, "level", &level, "<n>",
			   "compress: 1 (fast) to 19 (small); 0 not at all"),
		DV_OPT_BOOL('z', NULL, &nul, "records end in NUL, not LF"),
		DV_OPT_BOOL('q', "quiet", &quiet, "show no progress"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	enum dv_odb_kind k = DV_ODB_DATA;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc != 1)
		dv_usage(usage, spec, "give one directory");
	if (level < 0 || level > 19)
		dv_usage(usage, spec, "a level is 0 to 19");
	if (!strcmp(kind, "meta"))
		k = DV_ODB_META;
	else if (strcmp(kind, "data"))
		dv_usage(usage, spec, "a kind is 'data' or 'meta'");

	rc = pack(k, (int)level, argv[0], nul ? '\0' : '\n', quiet, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("pack-objects", cmd_pack_objects)
