/* SPDX-License-Identifier: MIT */
/*
 * dv gc: remove objects that no version, index or pointer names.
 *
 * What is removed lies in the store's trash for the grace period.  Writes
 * nothing on stdout; says on stderr what it did.
 */
#include "plumbing/common/command.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "porcelain/gcremote.h"
#include "porcelain/graceperiod.h"
#include "porcelain/human.h"
#include "porcelain/mark.h"

static const char *const usage[] = {
	"dv gc [-n] [-q] [--grace=<time>]",
	"dv gc --remote [<name>] [-n] [--grace=<time>] [-f] [<option>...]",
	NULL
};

struct gc {
	struct dv_repo *repo;
	struct dv_odb *odb;
	struct dv_mark *mark;
	struct dv_progress progress;
	bool dry_run, quiet;
	int64_t grace;
	uint64_t garbage, bytes;
	uint64_t deleted;	/* bytes that were in the trash */
};

static int read_grace(struct gc *gc, const char *given, struct dv_err *err)
{
	char *text = NULL;
	int rc = 0;

	if (!given)
		rc = dv_git_config_str(gc->repo->git, "dv.gcgrace", &text,
				       err);
	if (rc < 0)
		return rc;
	gc->grace = DV_GRACEPERIOD_DEFAULT;
	if (given || text)
		rc = dv_graceperiod_parse(&gc->grace, given ? given : text,
					  time(NULL), err);
	if (rc < 0 && text)
		dv_err_prefix(err, "dv.gcGrace");
	free(text);
	return rc < 0 ? rc : 0;
}

static bool keep(void *arg, const struct dv_digest *id)
{
	struct gc *gc = arg;

	return dv_mark_has(gc->mark, id);
}

static int mark(void *arg, struct dv_err *err)
{
	struct gc *gc = arg;

	return dv_mark_all(gc->mark, err);
}

static int remark(void *arg, struct dv_err *err)
{
	struct gc *gc = arg;

	return dv_mark_again(gc->mark, err);
}

static void say_result(const struct gc *gc)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	if (gc->quiet)
		return;
	dv_human_count(count, gc->garbage, "object", "objects");
	dv_human_size(size, gc->bytes);
	if (gc->dry_run && gc->garbage)
		dv_say("would remove %s, %s", count, size);
	else if (gc->garbage)
		dv_say("removed %s, %s", count, size);
	else if (!gc->deleted)
		dv_say("nothing to remove");
	if (gc->deleted)
		dv_say("deleted %s from the trash",
		       dv_human_size(size, gc->deleted));
	else if (gc->garbage && !gc->dry_run)
		dv_hint("they take space in the trash until the grace period "
			"is over; at once: dv gc --grace=now");
}

/* Bytes in the trash; what cannot be read counts as none. */
static uint64_t trash_size(const struct gc *gc)
{
	char *path = dv_asprintf("%s/trash", gc->repo->store_dir);
	DIR *dir = opendir(path);
	struct dirent *e;
	struct stat st;
	uint64_t sum = 0;

	while (dir && (e = readdir(dir)))
		if (!fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			sum += (uint64_t)st.st_size;
	if (dir)
		closedir(dir);
	free(path);
	return sum;
}

/* "longer than 0 seconds" would keep what went this second */
static int prune(struct gc *gc, struct dv_err *err)
{
	uint64_t before = trash_size(gc), after;
	int rc;

	rc = dv_odb_prune(gc->odb, gc->grace ? gc->grace : -1, err);
	after = trash_size(gc);
	gc->deleted = before > after ? before - after : 0;
	return rc;
}

static int sweep(struct gc *gc, struct dv_err *err)
{
	struct dv_odb_repack r = {
		.keep = keep, .mark = mark, .remark = remark, .arg = gc,
		.dry_run = gc->dry_run, .progress = &gc->progress
	};
	int rc;

	rc = dv_odb_repack(gc->odb, &r, err);
	if (rc < 0)
		return rc;
	gc->garbage = r.objects_dropped;
	gc->bytes = r.bytes_dropped;
	return 0;
}

static int run(struct gc *gc, struct dv_err *err)
{
	int rc;

	dv_progress_phase(&gc->progress, "marking", 0, 0);
	rc = mark(gc, err);
	if (!rc)
		rc = sweep(gc, err);
	if (!rc && !gc->dry_run)
		rc = prune(gc, err);
	return rc;
}

static int run_here(struct gc *gc, const char *grace, struct dv_err *err)
{
	struct dv_meter *meter;
	int rc;

	rc = dv_repo_open(&gc->repo, 0, err);
	if (!rc)
		rc = dv_repo_odb(gc->repo, &gc->odb, err);
	if (!rc)
		rc = read_grace(gc, grace, err);
	if (!rc)
		rc = dv_mark_open(&gc->mark, gc->repo, &gc->progress, err);
	if (!rc) {
		meter = dv_meter_start(&gc->progress, gc->quiet);
		rc = run(gc, err);
		dv_meter_stop(meter);
	}
	if (!rc)
		say_result(gc);
	dv_mark_close(gc->mark);
	dv_repo_close(gc->repo);
	return rc;
}

static int cmd_gc(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct gc gc = { .repo = NULL };
	struct dv_gcremote o = { .where = NULL };
	struct dv_remotecmd remote = DV_REMOTECMD_INIT;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('n', "dry-run", &o.dry_run,
			    "say what would go, and remove nothing"),
		DV_OPT_STR(0, "grace", &o.grace, "<time>",
			   "delete what is unneeded for longer (14d)"),
		DV_OPT_OPTSTR('r', "remote", &o.where, "<name>",
			      "remove from a remote what no version needs"),
		DV_OPT_BOOL('f', "force", &o.force,
			    "with --remote: whatever --grace is"),
		DV_REMOTECMD_OPTS(&remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (o.where && !*o.where && argc == 1)
		o.where = argv[--argc];
	if (argc)
		dv_usage(usage, spec, "no arguments are taken");

	gc.dry_run = o.dry_run;
	gc.quiet = remote.quiet;
	rc = o.where ? dv_gcremote(&o, &remote, &err) :
	     run_here(&gc, o.grace, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("gc", cmd_gc)
