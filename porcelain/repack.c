/* SPDX-License-Identifier: MIT */
/*
 * dv repack: bring the store's packs into their best form.
 *
 * To stderr, for people:
 *	packs: <before> -> <after>, <size> -> <size>
 */
#include "plumbing/common/command.h"

#include "store/locate.h"
#include "store/odb.h"

static const char *const usage[] = {
	"dv repack [-a] [-f] [--level=<n>] [-q]",
	NULL
};

/* zstd's own default: what is slower gains little. */
#define LEVEL 3

static void tell(const struct dv_odb_stats *before,
		 const struct dv_odb_stats *after)
{
	dv_say("packs: %" PRIu64 " -> %" PRIu64 ", %.1f MiB -> %.1f MiB",
	       before->packs, after->packs, (double)before->bytes / 1048576,
	       (double)after->bytes / 1048576);
}

static int repack(struct dv_odb *odb, struct dv_odb_repack *r, bool quiet,
		  struct dv_err *err)
{
	struct dv_odb_stats before, after;
	struct dv_progress progress = { .phase = NULL };
	struct dv_meter *meter;
	int rc;

	rc = dv_odb_stats(odb, &before, err);
	if (rc < 0)
		return rc;
	r->progress = &progress;
	meter = dv_meter_start(&progress, quiet);
	rc = dv_odb_repack(odb, r, err);
	dv_meter_stop(meter);
	if (!rc)
		rc = dv_odb_stats(odb, &after, err);
	if (!rc && !quiet)
		tell(&before, &after);
	return rc;
}

static int cmd_repack(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_odb_repack r = { .all = false };
	bool quiet = false;
	int64_t level = LEVEL;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('a', "all", &r.all,
			    "write every pack anew, not only small ones"),
		DV_OPT_BOOL('f', "recompress", &r.redo,
			    "compress anew what is compressed already"),
		DV_OPT_INT(0, "level", &level, "<n>",
			   "compress: 1 (fast) to 19 (small); 0 not at all"),
		DV_OPT_BOOL('q', "quiet", &quiet, "tell nothing"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb *odb = NULL;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc)
		dv_usage(usage, spec, "repack takes no arguments");
	if (level < 0 || level > 19)
		dv_usage(usage, spec, "a level is 0 to 19");
	r.level = (int)level;

	rc = dv_locate_odb(&odb, &err);
	if (!rc)
		rc = repack(odb, &r, quiet, &err);
	dv_odb_close(odb);
	return dv_exit(rc, &err);
}

DV_MAIN("repack", cmd_repack)
