/* SPDX-License-Identifier: MIT */
#include "porcelain/bring.h"

#include <stdlib.h>

#include "base/path.h"
#include "plumbing/common/command.h"
#include "porcelain/human.h"

static int find_version(struct dv_session *s, const char *dataset,
			const struct dv_digest *manifest, char **version,
			struct dv_err *err)
{
	struct dv_version newest;
	struct dv_digest base;
	int rc;

	*version = NULL;
	rc = dv_worktree_base(s->repo, dataset, &base, version, err);
	if (rc < 0 || (rc && dv_digest_eq(&base, manifest)))
		return rc;
	free(*version);
	*version = NULL;
	rc = dv_versions_newest(s->versions, dataset, manifest, &newest, err);
	if (rc > 0) {
		*version = dv_strdup(newest.id);
		dv_version_release(&newest);
	}
	return rc;
}

int dv_bring_pointer(struct dv_session *s, const char *dataset,
		     struct dv_pointer *pointer, char **version,
		     struct dv_err *err)
{
	int rc = dv_worktree_pointer(s->repo, dataset, pointer, err);

	if (rc <= 0)
		return rc;
	rc = find_version(s, dataset, &pointer->manifest, version, err);
	return rc < 0 ? rc : 1;
}

void dv_bring_tell(const char *dataset, const struct dv_checkout *c)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	struct dv_buf text = DV_BUF_INIT;

	if (!c->written && !c->removed && !c->unheld)
		return;
	if (c->written)
		dv_buf_printf(&text, ", %s written (%s)",
			      dv_human_count(count, c->written, "file",
					     "files"),
			      dv_human_size(size, c->bytes));
	if (c->removed)
		dv_buf_printf(&text, ", %s removed",
			      dv_human_count(count, c->removed, "file",
					     "files"));
	if (c->kept)
		dv_buf_printf(&text, ", %" PRIu64 " as before", c->kept);
	if (c->absent)
		dv_buf_printf(&text, ", %s not here (%s)",
			      dv_human_count(count, c->absent, "file",
					     "files"),
			      dv_human_size(size, c->absent_bytes));
	dv_say("%s: %s%s", dataset, c->dry_run ? "would be: " : "",
	       text.data + 2);
	dv_buf_release(&text);
}

void dv_bring_tell_left(const char *dataset, const char *prefix,
			const struct dv_checkout *c, const char *command)
{
	char count[DV_HUMAN_MAX];
	char *typed;

	if (!c->left)
		return;
	typed = dv_path_relative(dataset, prefix);
	dv_say("%s: %s elsewhere in it %s not here: the pointer has others "
	       "than were", dataset, dv_human_count(count, c->left, "file",
						   "files"),
	       c->left == 1 ? "is" : "are");
	dv_hint("dv %s '%s' brings the rest", command, typed);
	free(typed);
}

void dv_bring_fail(struct dv_err *err)
{
	dv_error("%s", err->msg);
	if (*err->hint)
		dv_hint("%s", err->hint);
	*err = (struct dv_err)DV_ERR_INIT;
}
