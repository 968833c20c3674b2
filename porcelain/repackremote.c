/* SPDX-License-Identifier: MIT */
#include "porcelain/repackremote.h"

#include "porcelain/human.h"
#include "remote/rrepack.h"

static void say_result(const struct dv_rrepack *r)
{
	char old[DV_HUMAN_MAX], old_size[DV_HUMAN_MAX], made[DV_HUMAN_MAX];
	char made_size[DV_HUMAN_MAX], count[DV_HUMAN_MAX];

	if (!r->packs) {
		dv_say("nothing to repack");
		return;
	}
	dv_human_count(old, r->packs, "pack", "packs");
	dv_human_size(old_size, r->bytes);
	if (r->dry_run) {
		dv_say("would repack %s, %s; of their content %s is needed", old,
		       old_size, dv_human_size(made_size, r->needed));
		return;
	}
	dv_human_count(made, r->new_packs, "pack", "packs");
	dv_human_size(made_size, r->new_bytes);
	dv_human_count(count, r->manifests, "manifest", "manifests");
	dv_say("repacked %s, %s, into %s, %s, for %s", old, old_size, made,
	       made_size, count);
	if (r->changed)
		dv_say("%s left as published meanwhile",
		       dv_human_count(count, r->changed, "manifest",
				      "manifests"));
	dv_hint("the old packs stay until: dv gc --remote");
	if (r->left)
		dv_hint("%s left to another run, as there are so many packs",
			dv_human_count(count, r->left, "manifest is",
				       "manifests are"));
}

int dv_repackremote(const char *where, bool all, bool dry_run, int level,
		    struct dv_remotecmd *cmd, struct dv_err *err)
{
	struct dv_rrepack r = { .all = all, .dry_run = dry_run,
				.level = level, .progress = &cmd->progress };
	const char *name = *where ? where : NULL;
	struct dv_repo *repo = NULL;
	int rc;

	rc = dv_remotecmd_repo(&repo, name, err);
	if (!rc && repo)
		rc = dv_repo_odb(repo, &r.odb, err);
	if (!rc)
		rc = dv_remotecmd_open(cmd, repo, name, NULL, 0, !dry_run,
				       err);
	if (!rc)
		rc = dv_rrepack_run(cmd->conn, &r, err);
	dv_remotecmd_close(cmd);
	if (!rc && !cmd->quiet)
		say_result(&r);
	dv_repo_close(repo);
	return rc;
}
