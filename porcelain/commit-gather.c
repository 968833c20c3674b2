/* SPDX-License-Identifier: MIT */
#include "porcelain/commit-parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "porcelain/commit-check.h"
#include "store/resolve.h"
#include "store/worktree.h"

/* --- which datasets -------------------------------------------------- */

/*
 * What was added is in the store: a pointer whose content is not came
 * through git, and its version is elsewhere.
 */
static int add_staged(struct dv_commit *c, const char *dataset,
		      struct dv_strlist *out, struct dv_strlist *unheld,
		      struct dv_err *err)
{
	struct dv_version newest;
	struct dv_pointer ptr;
	int rc;

	rc = dv_worktree_pointer(c->s.repo, dataset, &ptr, err);
	if (rc <= 0)
		return rc;
	rc = dv_versions_newest(c->s.versions, dataset, &ptr.manifest,
				&newest, err);
	if (rc > 0)
		dv_version_release(&newest);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = dv_odb_stat(c->s.odb, &ptr.manifest, NULL, err);
	if (rc >= 0)
		dv_strlist_add(rc ? out : unheld, dataset);
	return rc < 0 ? rc : 0;
}

static void say_nothing_staged(const struct dv_strlist *unheld)
{
	dv_say("nothing to commit: all content here has a version");
	if (unheld->n)
		dv_hint("dv pull brings the content and the versions of what "
			"'%s.dv' %s", unheld->v[0], unheld->n > 1 ?
			"and other pointers name" : "names");
	dv_hint("dv add <path> takes in changes of the work tree");
	dv_hint("dv commit <dataset> records the same content for another "
		"code or configuration");
}

int dv_commit_select_staged(struct dv_commit *c, struct dv_strlist *out,
			    struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT, unheld = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktree_datasets(c->s.repo, &all, err);
	for (size_t i = 0; !rc && i < all.n; i++)
		rc = add_staged(c, all.v[i], out, &unheld, err);
	if (!rc && !all.n)
		dv_say("nothing to commit; dv add puts data under version "
		       "control");
	else if (!rc && !out->n && !c->quiet)
		say_nothing_staged(&unheld);
	dv_strlist_release(&unheld);
	dv_strlist_release(&all);
	return rc;
}

/* A pointer that cannot be read is said before git calls it dirt. */
int dv_commit_select_named(struct dv_commit *c, int argc, const char **argv,
			   struct dv_strlist *out, struct dv_err *err)
{
	struct dv_pointer ptr;
	char *dataset;
	int rc = 0;

	for (int i = 0; rc >= 0 && i < argc; i++) {
		rc = dv_session_dataset(&c->s, argv[i], &dataset, err);
		if (rc < 0)
			break;
		rc = dv_worktree_pointer(c->s.repo, dataset, &ptr, err);
		if (!dv_strlist_has(out, dataset))
			dv_strlist_add(out, dataset);
		free(dataset);
	}
	return rc < 0 ? rc : 0;
}

/* --- what all records have ------------------------------------------- */

static int read_message(struct dv_commit *c, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < c->messages.n; i++) {
		dv_buf_str(&text, i ? "\n\n" : "");
		dv_buf_str(&text, c->messages.v[i]);
	}
	if (c->message_file && !strcmp(c->message_file, "-"))
		rc = dv_fd_read(&text, STDIN_FILENO, DV_RECORD_MAX,
				"standard input", err);
	else if (c->message_file)
		rc = dv_file_read(&text, AT_FDCWD, c->message_file,
				  DV_RECORD_MAX, err);

	while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
		dv_buf_setlen(&text, text.len - 1);
	if (!rc && text.len)
		c->message = dv_buf_detach(&text, NULL);
	dv_buf_release(&text);
	return rc;
}

static int find_head(struct dv_commit *c, char head[DV_GIT_HEX],
		     struct dv_err *err)
{
	int rc;

	if (c->code_rev)
		return dv_git_revparse(c->s.repo->git, c->code_rev, head, err);
	rc = dv_git_head(c->s.repo->git, head, err);
	if (rc)
		return rc < 0 ? rc : 0;
	dv_err_set(err, DV_E_MISSING, "there is no git commit yet, and a "
		   "version names the one whose code made the data");
	return dv_err_hint(err, "git add <files> && git commit, then dv "
			   "commit again");
}

/*
 * Where all files are as in a commit, or only pointers are not, the code
 * is that of the commit and has its name.
 */
static int find_snapshot(struct dv_commit *c, const char *head,
			 struct dv_err *err)
{
	struct dv_git *git = c->s.repo->git;
	char snapshot[DV_GIT_HEX];
	int rc;

	rc = dv_git_snapshot(git, c->message ? c->message :
			     "snapshot for dv commit", snapshot, err);
	if (rc >= 0)
		rc = dv_git_code_commit(git, snapshot, c->code, err);
	if (rc >= 0)
		c->snapshot = strcmp(snapshot, head) &&
			      !strcmp(snapshot, c->code);
	return rc;
}

static int find_code(struct dv_commit *c, struct dv_err *err)
{
	struct dv_git *git = c->s.repo->git;
	char head[DV_GIT_HEX];
	int rc;

	rc = find_head(c, head, err);
	if (rc < 0)
		return rc;
	if (c->snapshot)
		return find_snapshot(c, head, err);

	if (!c->code_rev) {
		rc = dv_commit_check_clean(&c->s, &c->config.files,
					  !c->allow_dirty, err);
		if (rc < 0)
			return rc;
		c->dirty = rc;
	}
	return dv_git_code_commit(git, head, c->code, err);
}

static int add_input(struct dv_commit *c, const char *text, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	int rc;

	rc = dv_spec_resolve(&spec, c->s.repo, c->s.versions, text, err);
	if (rc < 0)
		return rc;
	if (*spec.path) {
		rc = dv_err_set(err, DV_E_INVALID, "input '%s' names a path; "
				"inputs are whole versions", text);
		dv_err_hint(err, "--input=%s", spec.dataset);
	} else if (!spec.has_version) {
		rc = dv_err_set(err, DV_E_MISSING, "the content of input '%s' "
				"has no version", text);
		dv_err_hint(err, "dv commit %s first", spec.dataset);
	} else {
		dv_strlist_take(&c->inputs,
				dv_asprintf("%s@%s", spec.dataset,
					    spec.version.id));
	}
	dv_spec_release(&spec);
	return rc;
}

int dv_commit_gather(struct dv_commit *c, struct dv_err *err)
{
	int rc;

	rc = read_message(c, err);
	if (rc < 0)
		return rc;
	rc = dv_runconfig_load(&c->config, c->s.repo, &c->configs,
			       &c->settings, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < c->input_specs.n; i++) {
		rc = add_input(c, c->input_specs.v[i], err);
		if (rc < 0)
			return rc;
	}
	dv_strlist_uniq(&c->inputs);
	rc = dv_git_ident(c->s.repo->git, &c->ident, &c->time, &c->tz, err);
	return rc < 0 ? rc : find_code(c, err);
}
