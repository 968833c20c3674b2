/* SPDX-License-Identifier: MIT */
#include "porcelain/bring.h"

#include <stdlib.h>

#include "base/path.h"
#include "plumbing/common/command.h"
#include "porcelain/lastcopy.h"

/*
 * A pointer that git still has was deleted by hand: then the files are
 * not ours to remove.
 */
static int check_deleted(struct dv_session *s, const char *dataset,
			 struct dv_err *err)
{
	const char *prefix = s->repo->prefix;
	char *pointer = dv_asprintf("%s.dv", dataset);
	struct dv_strlist tracked = DV_STRLIST_INIT;
	char *typed, *typed_pointer;
	int rc;

	rc = dv_git_tracked(s->repo->git, pointer, &tracked, err);
	if (rc >= 0 && tracked.n) {
		dv_err_set(err, DV_E_MISSING, "'%s' is deleted, but git still "
			   "has it", pointer);
		typed = dv_path_relative(dataset, prefix);
		typed_pointer = dv_path_relative(pointer, prefix);
		rc = dv_err_hint(err, "git checkout -- '%s' brings it back, "
				 "dv rm '%s' stops tracking", typed_pointer,
				 typed);
		free(typed_pointer);
		free(typed);
	}
	dv_strlist_release(&tracked);
	free(pointer);
	return rc;
}

/*
 * A pointer that git never had may have gone with a git clean: with the
 * files the index would go, and nothing else names them.
 */
static int check_last(struct dv_session *s, const char *dataset,
		      const struct dv_digest *manifest, struct dv_err *err)
{
	struct dv_checkout look = { .dry_run = true };
	char *typed;
	int rc;

	rc = dv_worktree_checkout(s->repo, dataset, NULL, &look, err);
	if (rc < 0 || !look.removed)
		return rc;
	rc = dv_lastcopy_named(s, manifest, err);
	if (rc)
		return rc < 0 ? rc : 0;
	dv_err_set(err, DV_E_CONFLICT, "'%s' has no pointer, and no version "
		   "or commit has its content", dataset);
	typed = dv_path_relative(dataset, s->repo->prefix);
	dv_err_hint(err, "dv add '%s' makes the pointer again, dv checkout "
		    "--force removes the files", typed);
	free(typed);
	return -err->code;
}

int dv_bring_remove(struct dv_session *s, const char *dataset,
		    struct dv_checkout *c, struct dv_digest *was,
		    struct dv_err *err)
{
	int rc = check_deleted(s, dataset, err);

	if (rc >= 0)
		rc = dv_worktree_base(s->repo, dataset, was, NULL, err);
	if (rc <= 0)
		return rc;
	rc = c->force ? 0 : check_last(s, dataset, was, err);
	if (rc >= 0)
		rc = dv_worktree_checkout(s->repo, dataset, NULL, c, err);
	return rc < 0 ? rc : 1;
}

void dv_bring_tell_removed(const char *dataset, const struct dv_checkout *c,
			   const struct dv_digest *was)
{
	char id[DV_DIGEST_TEXT];

	dv_bring_tell(dataset, c);
	if (c->removed && !c->dry_run)
		dv_say("%s: no pointer here; dv checkout-manifest %s '%s' "
		       "would bring it back", dataset,
		       dv_digest_format(id, was), dataset);
}
