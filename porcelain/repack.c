/* SPDX-License-Identifier: MIT */
/*
 * dv repack: bring the store's packs into their best form.
 *
 * To stderr, for people:
 *	packs: <before> -> <after>, <size> -> <size>
 */
#include "plumbing/common/command.h"

#include "porcelain/repackremote.h"
#include "store/locate.h"
#include "store/odb.h"

static const char *const usage[] = {
	"dv repack [-a] [-f] [--level=<n>] [-q]",
	"dv repack --remote [<name>] [-a] [-n] [--level=<n>] [<option>...]",
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

static int repack_here(struct dv_odb_repack *r, bool quiet,
		       struct dv_err *err)
{
	struct dv_odb *odb = NULL;
	int rc = dv_locate_odb(&odb, err);

	if (!rc)
		rc = repack(odb, r, quiet, err);
	dv_odb_close(odb);
	return rc;
}

static int cmd_repack(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_odb_repack r = { .all = false };
	struct dv_remotecmd remote = DV_REMOTECMD_INIT;
	const char *where = NULL;
	bool dry_run = false;
	int64_t level = LEVEL;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('a', "all", &r.all,
			    "write every pack anew, not only small ones"),
		DV_OPT_BOOL('f', "recompress", &r.redo,
			    "compress anew what is compressed already"),
		DV_OPT_INT(0, "level", &level, "<n>",
			   "compress: 1 (fast) to 19 (small); 0 not at all"),
		DV_OPT_OPTSTR('r', "remote", &where, "<name>",
			      "the packs of a remote, and none here"),
		DV_OPT_BOOL('n', "dry-run", &dry_run,
			    "with --remote: say which would be, and do "
			    "nothing"),
		DV_REMOTECMD_OPTS(&remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (where && !*where && argc == 1)
		where = argv[--argc];
	if (argc)
		dv_usage(usage, spec, "repack takes no arguments");
	if (level < 0 || level > 19)
		dv_usage(usage, spec, "a level is 0 to 19");
	if (where ? r.redo : dry_run)
		dv_usage(usage, spec, "-f is for packs here, -n for those of "
			 "a remote");

	r.level = (int)level;
	rc = where ? dv_repackremote(where, r.all, dry_run, r.level, &remote,
				     &err) :
	     repack_here(&r, remote.quiet, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("repack", cmd_repack)
