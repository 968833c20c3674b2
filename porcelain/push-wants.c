/* SPDX-License-Identifier: MIT */
#include "porcelain/push-parts.h"

#include <stdlib.h>

#include "base/path.h"
#include "remote/remotes.h"
#include "store/resolve.h"
#include "store/worktree.h"

void dv_push_release_wants(struct dv_push *p)
{
	for (size_t i = 0; i < p->wants_n; i++)
		free(p->wants[i].dataset);
	free(p->wants);
	for (size_t i = 0; i < p->tags_n; i++) {
		free(p->tags[i].ns);
		free(p->tags[i].dataset);
		free(p->tags[i].tag);
	}
	free(p->tags);
}

/* Each version once, those of a dataset together. */
static void add_want(struct dv_push *p, const char *dataset, const char *id,
		     bool head)
{
	struct dv_publish_want *w;
	size_t at = p->wants_n;

	for (size_t i = p->wants_n; i > 0; i--) {
		w = &p->wants[i - 1];
		if (strcmp(w->dataset, dataset)) {
			if (at < p->wants_n)
				break;
			continue;
		}
		if (at == p->wants_n)
			at = i;
		if (!strcmp(w->id, id)) {
			w->head |= head;
			return;
		}
	}
	dv_grow(&p->wants, &p->wants_cap, p->wants_n + 1, sizeof(*p->wants));
	memmove(&p->wants[at + 1], &p->wants[at],
		(p->wants_n++ - at) * sizeof(*p->wants));
	w = &p->wants[at];
	w->dataset = dv_strdup(dataset);
	snprintf(w->id, sizeof(w->id), "%s", id);
	w->head = head;
}

static int hint_commit(struct dv_push *p, const char *dataset,
		       struct dv_err *err)
{
	char *typed = dv_path_relative(dataset, p->s.repo->prefix);

	dv_err_hint(err, "dv commit '%s'", typed);
	free(typed);
	return -err->code;
}

/* --- tags ----------------------------------------------------------------- */

static bool has_tag(const struct dv_push *p, const char *dataset,
		    const char *tag)
{
	for (size_t i = 0; i < p->tags_n; i++)
		if (!strcmp(p->tags[i].tag, tag) &&
		    !strcmp(p->tags[i].dataset, dataset))
			return true;
	return false;
}

/* Each once. */
static int add_tag(void *arg, const char *dataset, const char *tag,
		   const char *id, struct dv_err *err)
{
	struct dv_push *p = arg;
	struct dv_publish_name *t;
	struct dv_version v;
	int rc;

	if (has_tag(p, dataset, tag))
		return 0;
	rc = dv_versions_find(p->s.versions, dataset, id, &v, err);
	if (rc == -DV_E_MISSING) {
		err->code = 0;
		dv_warn("tag '%s@%s' names a version that is not recorded "
			"here; it is left out", dataset, tag);
		return 0;
	}
	if (rc < 0)
		return rc;
	add_want(p, dataset, id, false);
	dv_grow(&p->tags, &p->tags_cap, p->tags_n + 1, sizeof(*p->tags));
	t = &p->tags[p->tags_n++];
	t->ns = dv_strdup(v.rec.name_space);
	t->dataset = dv_strdup(dataset);
	t->tag = dv_strdup(tag);
	snprintf(t->id, sizeof(t->id), "%s", id);
	dv_version_release(&v);
	return 0;
}

/* Is what stands behind the @ a tag that names this very version? */
static int add_named_tag(struct dv_push *p, const struct dv_spec *spec,
			 struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX];
	struct dv_err ignored = DV_ERR_INIT;

	if (!spec->what || dv_version_tag_check(spec->what, &ignored) < 0 ||
	    dv_version_tag_get(p->s.repo, spec->dataset, spec->what, id,
			       &ignored) <= 0 ||
	    strcmp(id, spec->version.id))
		return 0;
	return add_tag(p, spec->dataset, spec->what, id, err);
}

/* --- arguments ------------------------------------------------------------- */

/* Somebody who knows git may name the remote where a dataset belongs. */
static int hint_remote(struct dv_push *p, const char *arg, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;

	if (!dv_remote_names(p->s.repo, &names, &ignored) &&
	    dv_strlist_has(&names, arg))
		dv_err_hint(err, "to push to the remote of that name: "
			    "dv push --remote=%s", arg);
	dv_strlist_release(&names);
	return -err->code;
}

static int choose_spec(struct dv_push *p, const char *arg, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	int rc;

	rc = dv_spec_resolve(&spec, p->s.repo, p->s.versions, arg, err);
	if (rc < 0)
		return hint_remote(p, arg, err);
	if (*spec.path) {
		dv_err_set(err, DV_E_INVALID, "'%s' is a part of dataset "
			   "'%s', and only whole versions are pushed", arg,
			   spec.dataset);
		rc = dv_err_hint(err, "dv push '%s'", spec.dataset);
	} else if (!spec.has_version) {
		dv_err_set(err, DV_E_MISSING, "the content of '%s' is no "
			   "version yet", arg);
		rc = hint_commit(p, spec.dataset, err);
	} else {
		add_want(p, spec.dataset, spec.version.id, true);
		rc = add_named_tag(p, &spec, err);
	}
	dv_spec_release(&spec);
	return rc;
}

/* --- all versions ----------------------------------------------------------- */

struct rows {
	struct dv_push *p;
	struct dv_strlist seen;		/* datasets */
};

/* Newest first: latest is to be at the first. */
static int add_row(void *arg, const struct dv_version_row *row,
		   struct dv_err *err)
{
	struct rows *rows = arg;
	struct dv_strlist *seen = &rows->seen;
	bool first = !dv_strlist_has(seen, row->dataset);

	(void)err;
	if (first)
		dv_strlist_add(seen, row->dataset);
	add_want(rows->p, row->dataset, row->id, first);
	return 0;
}

static int choose_all(struct dv_push *p, const char *dataset,
		      struct dv_err *err)
{
	struct rows rows = { p, DV_STRLIST_INIT };
	int rc = dv_versions_each_row(p->s.versions, dataset, add_row, &rows,
				      err);

	if (!rc && p->with_tags)
		rc = dv_version_tag_each(p->s.repo, dataset, add_tag, p, err);
	dv_strlist_release(&rows.seen);
	return rc;
}

/* --- what the current commit needs ------------------------------------------ */

/* The newest version of that content: 1, or 0. */
static int add_content(struct dv_push *p, const char *dataset,
		       const struct dv_digest *manifest, bool head,
		       struct dv_err *err)
{
	struct dv_version v;
	int rc = dv_versions_newest(p->s.versions, dataset, manifest, &v, err);

	if (rc <= 0)
		return rc;
	add_want(p, dataset, v.id, head);
	dv_version_release(&v);
	return 1;
}

/* What git's commit names and no version: nobody else could get it. */
static int tell_unversioned(struct dv_push *p, const char *dataset,
			    const struct dv_digest *manifest,
			    struct dv_err *err)
{
	int rc = dv_odb_stat(p->s.odb, manifest, NULL, err);
	char *typed;

	if (rc <= 0)		/* it came with git, and is not ours to push */
		return rc;
	typed = dv_path_relative(dataset, p->s.repo->prefix);
	dv_error("the content of '%s' is no version yet", dataset);
	dv_hint("dv commit '%s'", typed);
	free(typed);
	p->refused = true;
	return 0;
}

/*
 * The pointer in the work tree may be ahead of the commit: its version
 * will be asked for as soon as git has it, so it goes too.
 */
static int choose_dataset(struct dv_push *p, const char *dataset,
			  const struct dv_pointer *committed,
			  struct dv_err *err)
{
	struct dv_pointer now;
	int rc = 0, ahead = 0, found;

	if (p->s.repo->workdir)
		rc = dv_worktree_pointer(p->s.repo, dataset, &now, err);
	if (rc > 0 && (!committed || !dv_digest_eq(&now.manifest,
						   &committed->manifest))) {
		rc = ahead = add_content(p, dataset, &now.manifest, true, err);
		if (!rc)
			rc = tell_unversioned(p, dataset, &now.manifest, err);
	}
	if (rc < 0 || !committed)
		return rc < 0 ? rc : 0;
	found = add_content(p, dataset, &committed->manifest, !ahead, err);
	return found ? found < 0 ? found : 0 :
		tell_unversioned(p, dataset, &committed->manifest, err);
}

/* The pointer of dataset in commit: 1 and *out, or 0. */
static int pointer_at(struct dv_push *p, const char *commit,
		      const char *dataset, struct dv_pointer *out,
		      struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	char *path = dv_asprintf("%s.dv", dataset);
	int rc;

	rc = dv_git_blob_at(p->s.repo->git, commit, path, &bytes,
			    DV_POINTER_MAX, err);
	if (rc > 0 && dv_pointer_is(bytes.data, bytes.len)) {
		rc = dv_pointer_parse(out, bytes.data, bytes.len, path, err);
		rc = rc < 0 ? rc : 1;
	} else if (rc > 0) {
		rc = 0;
	}
	dv_buf_release(&bytes);
	free(path);
	return rc;
}

static int choose_committed(struct dv_push *p, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	char head[DV_GIT_HEX];
	int rc, born;

	born = rc = dv_git_head(p->s.repo->git, head, err);
	if (rc > 0)
		rc = dv_git_pointers_at(p->s.repo->git, head, &all, err);
	for (size_t i = 0; rc >= 0 && i < all.n; i++)
		all.v[i][strlen(all.v[i]) - 3] = '\0';	/* ".dv" */
	if (rc >= 0 && p->s.repo->workdir)
		rc = dv_worktree_datasets(p->s.repo, &all, err);
	dv_strlist_uniq(&all);
	for (size_t i = 0; rc >= 0 && i < all.n; i++) {
		struct dv_pointer pointer;
		int has = 0;

		if (born > 0)
			rc = has = pointer_at(p, head, all.v[i], &pointer, err);
		if (rc >= 0)
			rc = choose_dataset(p, all.v[i], has > 0 ? &pointer :
					    NULL, err);
		if (rc >= 0 && p->with_tags)
			rc = dv_version_tag_each(p->s.repo, all.v[i], add_tag,
						 p, err);
	}
	dv_strlist_release(&all);
	return rc < 0 ? rc : 0;
}

int dv_push_choose(struct dv_push *p, int argc, const char **argv,
		   struct dv_err *err)
{
	int rc = 0;

	if (p->all && !argc)
		return choose_all(p, NULL, err);
	if (!argc)
		return choose_committed(p, err);
	for (int i = 0; !rc && i < argc; i++) {
		char *dataset = NULL;

		if (!p->all)
			rc = choose_spec(p, argv[i], err);
		if (!rc && (p->all || p->with_tags))
			rc = dv_session_dataset(&p->s, argv[i], &dataset, err);
		if (!rc && p->all)
			rc = choose_all(p, dataset, err);
		else if (!rc && p->with_tags)
			rc = dv_version_tag_each(p->s.repo, dataset, add_tag,
						 p, err);
		free(dataset);
	}
	return rc;
}
