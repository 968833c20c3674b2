/* SPDX-License-Identifier: MIT */
#include "porcelain/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "plumbing/common/command.h"
#include "remote/remotes.h"
#include "store/resolve.h"
#include "store/worktree.h"

/* Before anything looks at pointers. */
static void resume(struct dv_session *s)
{
	struct dv_strlist done = DV_STRLIST_INIT;

	dv_worktree_resume(s->repo, &done);
	for (size_t i = 0; i < done.n; i++)
		dv_warn("'%s': an add of it was cut off; '%s.dv' names now "
			"what was added", done.v[i], done.v[i]);
	dv_strlist_release(&done);
}

int dv_session_open(struct dv_session *s, unsigned flags, struct dv_err *err)
{
	int rc;

	rc = dv_repo_open(&s->repo, flags, err);
	if (rc < 0)
		return rc;
	if (flags & DV_REPO_WORKTREE)
		resume(s);

	rc = dv_repo_odb(s->repo, &s->odb, err);
	if (rc < 0)
		return rc;

	return dv_versions_open(&s->versions, s->repo, err);
}

void dv_session_close(struct dv_session *s)
{
	dv_versions_close(s->versions);
	dv_repo_close(s->repo);
	*s = (struct dv_session)DV_SESSION_INIT;
}

/* Shell completion types the pointer's name: data.dv means data. */
static char *without_suffix(const char *path)
{
	size_t n = strlen(path);

	if (n > 3 && !strcmp(path + n - 3, ".dv"))
		return dv_strndup(path, n - 3);
	return NULL;
}

/* 1 and *out, or 0. */
static int in_work_tree(struct dv_session *s, const char *path, char **out,
			struct dv_err *err)
{
	char *bare;
	int rc;

	rc = dv_worktree_dataset_of(s->repo, path, out, err);
	if (rc)
		return rc;

	bare = without_suffix(path);
	if (bare)
		rc = dv_worktree_dataset_of(s->repo, bare, out, err);
	free(bare);
	return rc;
}

static int in_history(struct dv_session *s, const char *name, char **out,
		      struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	rc = dv_versions_datasets(s->versions, &all, err);
	if (!rc && dv_strlist_has(&all, name)) {
		*out = dv_strdup(name);
		rc = 1;
	}
	dv_strlist_release(&all);
	return rc;
}

int dv_session_dataset(struct dv_session *s, const char *arg, char **out,
		       struct dv_err *err)
{
	char *path = NULL;
	int rc = 0;

	if (s->repo->workdir) {
		rc = dv_repo_path(s->repo, arg, &path, err);
		if (rc < 0)
			goto out;
		rc = in_work_tree(s, path, out, err);
	}
	if (!rc)
		rc = in_history(s, path ? path : arg, out, err);
	if (!rc && path && strcmp(path, arg))
		rc = in_history(s, arg, out, err);
	if (!rc)
		rc = dv_spec_unknown(s->repo, s->versions, arg, err);
out:
	free(path);
	return rc < 0 ? rc : 0;
}

/* Where nobody shares anything yet, only who made the files has them. */
static void hint_pull(struct dv_session *s, const char *dataset,
		      struct dv_err *err)
{
	struct dv_strlist remotes = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	char *typed = dv_path_relative(dataset, s->repo->prefix);

	if (!dv_remote_names(s->repo, &remotes, &ignored) && remotes.n)
		dv_err_hint(err, "dv pull '%s' brings it", typed);
	else
		dv_err_hint(err, "git carries only the pointer, and there is "
			    "no remote: dv remote add origin <url>, or put "
			    "the files here and take them in: dv add '%s'",
			    typed);
	dv_strlist_release(&remotes);
	free(typed);
}

int dv_session_held(struct dv_session *s, const char *dataset,
		    const struct dv_digest *manifest, struct dv_err *err)
{
	char id[DV_DIGEST_TEXT];
	int rc;

	rc = dv_odb_stat(s->odb, manifest, NULL, err);
	if (rc)
		return rc < 0 ? rc : 0;
	dv_err_set(err, DV_E_MISSING, "the data of '%s' is not in this store "
		   "(manifest %s)", dataset, dv_digest_format(id, manifest));
	hint_pull(s, dataset, err);
	return -err->code;
}
