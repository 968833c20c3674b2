/* SPDX-License-Identifier: MIT */
#include "porcelain/commit-check.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "plumbing/common/command.h"
#include "porcelain/entrytext.h"
#include "porcelain/human.h"
#include "porcelain/treediff.h"
#include "store/worktree.h"

#define LISTED_MAX 10
#define PATHS_NAMED 3

/* --- is the code what is committed? ---------------------------------- */

static int refuse_dirty(const struct dv_strlist *dirty, struct dv_err *err)
{
	struct dv_buf list = DV_BUF_INIT;
	char count[DV_HUMAN_MAX];

	for (size_t i = 0; i < dirty->n && i < LISTED_MAX; i++) {
		dv_buf_str(&list, i ? ", " : "");
		dv_path_quote(&list, dirty->v[i], strlen(dirty->v[i]));
	}
	if (dirty->n > LISTED_MAX)
		dv_buf_printf(&list, " and %zu more", dirty->n - LISTED_MAX);
	dv_err_set(err, DV_E_CONFLICT, "%s differ%s from HEAD, so its code "
		   "may not be what made the data: %s",
		   dv_human_count(count, dirty->n, "tracked file",
				  "tracked files"),
		   dirty->n == 1 ? "s" : "", list.data);
	dv_buf_release(&list);
	return dv_err_hint(err,
		"git commit -a, then dv commit again: if that code made it\n"
		"dv commit --snapshot: keep the files as they are now, too\n"
		"dv commit --allow-dirty: record it as '-dirty'\n"
		"dv commit --code=<rev>: name the commit that made it\n"
		"dv commit --config=<file>: if it is a configuration");
}

int dv_commit_check_clean(struct dv_session *s, const struct dv_strlist *except,
			 bool refuse, struct dv_err *err)
{
	struct dv_strlist dirty = DV_STRLIST_INIT;
	int rc;

	rc = dv_git_dirty(s->repo->git, except, &dirty, err);
	if (!rc && dirty.n)
		rc = refuse ? refuse_dirty(&dirty, err) : 1;
	dv_strlist_release(&dirty);
	return rc;
}

/* --- was it made by what is named? ----------------------------------- */

int dv_commit_check_age(struct dv_session *s, const struct dv_record *rec,
		       const struct dv_runconfig *config, struct dv_err *err)
{
	char *author, *subject;
	int64_t newest, when;
	int rc;

	rc = dv_worktree_newest(s->repo, rec->dataset, &newest, err);
	if (rc < 0 || !newest)
		return rc;
	if (config->newest > newest)
		dv_warn("'%s' is newer than the newest file of '%s'; was it "
			"the configuration that made it?",
			config->newest_name, rec->dataset);
	if (rec->snapshot)
		return 0;

	rc = dv_git_commit_info(s->repo->git, rec->code, &author, &when,
				&subject, err);
	if (rc < 0)
		return rc;
	free(author);
	free(subject);
	if (when > newest) {
		dv_warn("commit %.10s is newer than the newest file of '%s'; "
			"was it the code that made it?", rec->code,
			rec->dataset);
		dv_hint("dv commit --code=<rev> names another commit");
	}
	return 0;
}

int dv_commit_check_config(struct dv_session *s, const struct dv_record *rec,
			   const struct dv_runconfig *config,
			   struct dv_err *err)
{
	struct dv_version before;
	bool had;
	int rc;

	if (strcmp(dv_buf_cstr(&config->canonical), "{}") || !rec->parents.n)
		return 0;
	rc = dv_versions_find_parent(s->versions, rec->dataset,
				     rec->parents.v[0], &before, err);
	if (rc == -DV_E_MISSING)
		return 0;
	if (rc < 0)
		return rc;
	had = strcmp(before.rec.config_hash, rec->config_hash);
	if (had)
		dv_warn("'%s' is recorded without a configuration, and the "
			"version before, %s, has one", rec->dataset,
			before.id);
	dv_version_release(&before);
	return had;
}

struct unadded {
	uint64_t n;
	char *first;
};

static int count_change(void *arg, enum dv_change what, const char *path,
			size_t n, const struct dv_entry *e, bool in_store,
			struct dv_err *err)
{
	struct unadded *u = arg;

	(void)what;
	(void)e;
	(void)in_store;
	(void)err;
	if (!u->n++)
		u->first = dv_strndup(path, n);
	return 0;
}

int dv_commit_check_added(struct dv_session *s, const struct dv_record *rec,
			 struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	struct unadded u = { .n = 0 };
	char count[DV_HUMAN_MAX];
	char *typed;
	int rc;

	if (rec->files > DV_COMMIT_CHECK_FILES_MAX)
		return 0;
	rc = dv_worktree_status(s->repo, rec->dataset, false, NULL,
				count_change, &u, err);
	if (!rc && u.n) {
		dv_entrytext_join(&path, rec->dataset, u.first,
				  strlen(u.first));
		dv_warn("%s of '%s' not added, so not in this version; the "
			"first is '%s'",
			dv_human_count(count, u.n, "change", "changes"),
			rec->dataset, path.data);
		typed = dv_path_relative(rec->dataset, s->repo->prefix);
		dv_hint("dv add %s, then dv commit again", typed);
		free(typed);
	}
	free(u.first);
	dv_buf_release(&path);
	return rc;
}

/* --- did the same make something else before? ------------------------ */

struct sibling {
	const struct dv_record *rec;
	struct dv_version version;	/* the newest one */
	bool found;
};

static int find_sibling(void *arg, const struct dv_version *v,
			struct dv_err *err)
{
	struct sibling *s = arg;

	(void)err;
	if (strcmp(v->rec.code, s->rec->code) ||
	    strcmp(v->rec.config_hash, s->rec->config_hash) ||
	    v->rec.dirty ||
	    dv_digest_eq(&v->rec.manifest, &s->rec->manifest))
		return 0;
	dv_version_copy(&s->version, v);
	s->found = true;
	return 1;
}

static bool same_list(const struct dv_strlist *a, const struct dv_strlist *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!dv_strlist_has(b, a->v[i]))
			return false;
	return true;
}

static bool same_command(const struct dv_record *a, const struct dv_record *b)
{
	return a->command && b->command && !strcmp(a->command, b->command);
}

static int name_paths(struct dv_session *s, const struct dv_record *a,
		      const struct dv_record *b, struct dv_buf *out,
		      struct dv_err *err)
{
	struct dv_deltas list = DV_DELTAS_INIT;
	int rc;

	rc = dv_treediff_manifests(&list, s->odb, &a->manifest, &b->manifest,
				   "", err);
	for (size_t i = 0; !rc && i < list.n && i < PATHS_NAMED; i++) {
		dv_buf_str(out, i ? ", " : ": ");
		dv_entrytext_join(out, b->dataset, list.v[i].path,
				  list.v[i].path_len);
	}
	if (!rc && list.n > PATHS_NAMED)
		dv_buf_printf(out, " and %zu more", list.n - PATHS_NAMED);
	dv_deltas_release(&list);
	return rc;
}

/* The old content may be gone from here: its paths are then not named. */
static int say_irreproducible(struct dv_session *s,
			      const struct dv_version *old,
			      const struct dv_record *rec, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_buf paths = DV_BUF_INIT;
	int rc;

	rc = name_paths(s, &old->rec, rec, &paths, &why);
	if (!rc || rc == -DV_E_MISSING) {
		dv_warn("'%s' is not reproducible: code, configuration, "
			"inputs and command are those of %s, the content "
			"differs%s", rec->dataset, old->id,
			dv_buf_cstr(&paths));
		rc = 0;
	} else {
		*err = why;
	}
	dv_buf_release(&paths);
	return rc;
}

int dv_commit_check_same(struct dv_session *s, const struct dv_record *rec,
			bool quiet, struct dv_err *err)
{
	struct sibling sib = { .rec = rec };
	const struct dv_record *old = &sib.version.rec;
	int rc;

	if (rec->dirty)
		return 0;
	rc = dv_versions_each(s->versions, rec->dataset, find_sibling, &sib,
			      err);
	if (rc < 0 || !sib.found)
		return rc < 0 ? rc : 0;

	rc = 0;
	if (!same_list(&old->inputs, &rec->inputs)) {
		if (!quiet)
			dv_say("'%s': code and configuration are those of %s, "
			       "the inputs differ", rec->dataset,
			       sib.version.id);
	} else if (same_command(old, rec)) {
		rc = say_irreproducible(s, &sib.version, rec, err);
	} else if (!quiet) {
		dv_say("'%s': code and configuration are those of %s, the "
		       "content differs; --command and --input would say why",
		       rec->dataset, sib.version.id);
	}
	dv_version_release(&sib.version);
	return rc;
}
