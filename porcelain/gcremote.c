/* SPDX-License-Identifier: MIT */
#include "porcelain/gcremote.h"

#include <time.h>

#include "porcelain/graceperiod.h"
#include "porcelain/human.h"
#include "remote/rgc.h"

#define DAY (24 * 3600)

static int read_grace(const struct dv_gcremote *o, int64_t *out,
		      struct dv_err *err)
{
	int rc = 0;

	*out = DV_RGC_GRACE;
	if (o->grace)
		rc = dv_graceperiod_parse(out, o->grace, time(NULL), err);
	if (rc < 0 || *out >= DV_RGC_GRACE || o->force)
		return rc;
	dv_err_set(err, DV_E_INVALID, "'--grace=%s' is not safe on a remote: a "
		   "push that runs now, or goes on with what an earlier one "
		   "left, may publish a version whose data this deletes",
		   o->grace);
	return dv_err_hint(err, "where surely nobody pushes: --force; else "
			   "--grace=14d or more");
}

/* "3 packs, 12 MiB, and 2 manifests" */
static const char *sum_text(struct dv_buf *b, const struct dv_rgc_sum *s)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	dv_buf_reset(b);
	if (s->packs)
		dv_buf_printf(b, "%s, %s",
			      dv_human_count(count, s->packs, "pack", "packs"),
			      dv_human_size(size, s->bytes));
	if (s->packs && s->manifests)
		dv_buf_str(b, ", and ");
	if (s->manifests)
		dv_buf_str(b, dv_human_count(count, s->manifests,
					     "record of a manifest",
					     "records of manifests"));
	return dv_buf_cstr(b);
}

static bool is_any(const struct dv_rgc_sum *s)
{
	return s->packs || s->manifests;
}

static const char *in_time(char *out, int64_t seconds)
{
	if (seconds >= 2 * DAY)
		return dv_human_count(out, (uint64_t)(seconds / DAY), "day",
				      "days");
	if (seconds >= 2 * 3600)
		return dv_human_count(out, (uint64_t)(seconds / 3600), "hour",
				      "hours");
	return dv_human_count(out, (uint64_t)(seconds / 60 + 1), "minute",
			      "minutes");
}

static void say_result(const struct dv_rgc *gc)
{
	struct dv_buf b = DV_BUF_INIT;
	char when[DV_HUMAN_MAX];

	if (is_any(&gc->deleted) && gc->other)
		dv_say("another gc runs there; what is left of %s is left to it",
		       sum_text(&b, &gc->deleted));
	else if (is_any(&gc->deleted) && gc->late)
		dv_say("this took longer than 7 days; what is left of %s is "
		       "left to the next gc", sum_text(&b, &gc->deleted));
	else if (is_any(&gc->deleted))
		dv_say("%s %s", gc->dry_run ? "would delete" : "deleted",
		       sum_text(&b, &gc->deleted));
	if (is_any(&gc->waiting))
		dv_say("%s not needed, and not deleted for %s yet",
		       sum_text(&b, &gc->waiting), in_time(when, gc->next));
	if (is_any(&gc->doomed))
		dv_say("%s not needed%s", sum_text(&b, &gc->doomed),
		       gc->dry_run ? "" : ", noted there to be deleted");
	if (is_any(&gc->doomed) && !gc->dry_run)
		dv_hint("they are deleted by a gc in %s or later",
			in_time(when, gc->grace));
	if (is_any(&gc->left))
		dv_say("%s not needed, and left to a later gc: so many are "
		       "noted already", sum_text(&b, &gc->left));
	if (!is_any(&gc->deleted) && !is_any(&gc->waiting) &&
	    !is_any(&gc->doomed))
		dv_say("nothing to remove");
	dv_buf_release(&b);
}

int dv_gcremote(const struct dv_gcremote *o, struct dv_remotecmd *cmd,
		struct dv_err *err)
{
	struct dv_rgc gc = { .dry_run = o->dry_run,
			     .progress = &cmd->progress };
	const char *name = *o->where ? o->where : NULL;
	struct dv_repo *repo = NULL;
	int rc;

	rc = read_grace(o, &gc.grace, err);
	if (!rc)
		rc = dv_remotecmd_repo(&repo, name, err);
	if (!rc)
		rc = dv_remotecmd_open(cmd, repo, name, NULL, 0, !o->dry_run,
				       err);
	if (!rc)
		rc = dv_rgc_run(cmd->conn, &gc, err);
	dv_remotecmd_close(cmd);
	if (!rc && !cmd->quiet)
		say_result(&gc);
	dv_repo_close(repo);
	return rc;
}
