/* SPDX-License-Identifier: MIT */
#include "porcelain/fsckremote.h"

#include "porcelain/human.h"
#include "remote/rfsck.h"

static void tell(void *arg, const char *sentence)
{
	(void)arg;
	dv_out("%s\n", sentence);
}

static void say_checked(const struct dv_rfsck *f)
{
	char versions[DV_HUMAN_MAX], packs[DV_HUMAN_MAX];
	char objects[DV_HUMAN_MAX];

	dv_say("checked %s, %s, %s",
	       dv_human_count(versions, f->versions, "version", "versions"),
	       dv_human_count(packs, f->packs, "pack", "packs"),
	       dv_human_count(objects, f->objects, "object", "objects"));
}

int dv_fsckremote(const char *where, bool verify, struct dv_remotecmd *cmd,
		  struct dv_err *err)
{
	struct dv_rfsck f = { .verify = verify, .fault = tell,
			      .progress = &cmd->progress };
	const char *name = *where ? where : NULL;
	struct dv_repo *repo = NULL;
	int rc;

	rc = dv_remotecmd_repo(&repo, name, err);
	if (!rc)
		rc = dv_remotecmd_open(cmd, repo, name, NULL, 0, false, err);
	if (!rc)
		rc = dv_rfsck_run(cmd->conn, &f, err);
	if (!rc && f.damaged)
		dv_hint("where the data still is, dv push --repair --all "
			"sends again what they held; dv gc --remote removes "
			"them later");
	if (!rc && cmd->verbose)
		say_checked(&f);
	dv_remotecmd_close(cmd);
	dv_repo_close(repo);
	return rc < 0 ? rc : f.faults > 0;
}
