/* SPDX-License-Identifier: MIT */
#include "porcelain/commit-parts.h"

#include <stdlib.h>

#include "base/path.h"
#include "porcelain/commit-check.h"
#include "porcelain/jsonout.h"
#include "store/worktree.h"

/* --- one record ------------------------------------------------------ */

/*
 * from is what the content in the work tree descends from.  Under the name
 * that the dataset had before, it may be this very version: then what that
 * one descends from is the parent.
 */
static void add_parents(struct dv_record *rec, const struct dv_version *from)
{
	char id[DV_VERSION_ID_MAX];

	if (strcmp(from->id, dv_record_id(id, rec)))
		dv_strlist_add(&rec->parents, from->id);
	else if (strcmp(from->rec.dataset, rec->dataset))
		for (size_t i = 0; i < from->rec.parents.n; i++)
			dv_strlist_add(&rec->parents, from->rec.parents.v[i]);
}

/* The version that the content descends from, else the newest one. */
static int find_parent(struct dv_commit *c, struct dv_record *rec,
		       struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_version v;
	struct dv_digest base;
	char *from = NULL;
	int rc;

	rc = dv_worktree_base(c->s.repo, rec->dataset, &base, &from, err);
	if (rc < 0)
		return rc;
	rc = from && !dv_versions_find_parent(c->s.versions, rec->dataset,
					      from, &v, &ignored);
	if (!rc)
		rc = dv_versions_newest(c->s.versions, rec->dataset, NULL, &v,
					err);
	if (rc > 0) {
		add_parents(rec, &v);
		dv_version_release(&v);
	}
	free(from);
	return rc < 0 ? rc : 0;
}

/* "dv add <dataset>", as it is typed where the user is, and what it does. */
static int hint_add(struct dv_commit *c, const char *dataset,
		    const char *what, struct dv_err *err)
{
	char *typed = dv_path_relative(dataset, c->s.repo->prefix);

	dv_err_hint(err, "dv add %s%s", typed, what);
	free(typed);
	return -err->code;
}

static int check_content(struct dv_commit *c, const char *dataset,
			 struct dv_pointer *ptr, struct dv_err *err)
{
	int rc;

	rc = dv_worktree_pointer(c->s.repo, dataset, ptr, err);
	if (rc < 0)
		return rc;
	if (!rc) {
		dv_err_set(err, DV_E_MISSING, "'%s' has no pointer, '%s.dv', "
			   "in the work tree", dataset, dataset);
		return hint_add(c, dataset, "", err);
	}
	rc = dv_odb_stat(c->s.odb, &ptr->manifest, NULL, err);
	if (rc)
		return rc < 0 ? rc : 0;
	dv_err_set(err, DV_E_MISSING, "the content that '%s.dv' names is not "
		   "in this store", dataset);
	return hint_add(c, dataset, " takes in what lies in the work tree, "
			"dv pull brings what was published", err);
}

static char *copy_or_null(const char *s)
{
	return s ? dv_strdup(s) : NULL;
}

int dv_commit_prepare(struct dv_commit *c, const char *dataset,
		      struct dv_err *err)
{
	struct dv_repo *repo = c->s.repo;
	struct dv_pointer ptr;
	struct dv_record *rec;
	int rc;

	rc = check_content(c, dataset, &ptr, err);
	if (rc < 0)
		return rc;

	dv_grow(&c->recs, &c->cap, c->n + 1, sizeof(*c->recs));
	rec = &c->recs[c->n++];
	dv_record_init(rec);
	memcpy(rec->code, c->code, sizeof(rec->code));
	memcpy(rec->config_hash, c->config.hash, sizeof(c->config.hash));
	rec->dirty = c->dirty;
	rec->snapshot = c->snapshot;
	rec->tagger = dv_strdup(c->ident);
	rec->time = c->time;
	rec->tz = c->tz;
	rec->name_space = dv_strdup(repo->name_space);
	rec->dataset = dv_strdup(dataset);
	rec->manifest = ptr.manifest;
	rec->files = ptr.files;
	rec->size = ptr.size;
	rec->config = c->config.id;
	rec->made_by = dv_strdup("commit");
	rec->command = copy_or_null(c->command);
	for (size_t i = 0; i < c->inputs.n; i++)
		dv_strlist_add(&rec->inputs, c->inputs.v[i]);
	dv_labels_add(c->labels, rec);
	return find_parent(c, rec, err);
}

/* --- recording ------------------------------------------------------- */

static int warn_about(struct dv_commit *c, const struct dv_record *rec,
		      struct dv_err *err)
{
	int rc;

	rc = dv_commit_check_age(&c->s, rec, &c->config, err);
	if (!rc)
		rc = dv_commit_check_config(&c->s, rec, &c->config, err);
	if (rc > 0) {
		c->no_config = true;
		rc = 0;
	}
	if (!rc)
		rc = dv_commit_check_added(&c->s, rec, err);
	if (!rc)
		rc = dv_commit_check_same(&c->s, rec, c->quiet, err);
	return rc;
}

/* The work tree's content now is this version, if it is this content. */
static int note_version(struct dv_commit *c, const struct dv_record *rec,
			const char *id, struct dv_err *err)
{
	struct dv_digest base;
	int rc;

	rc = dv_worktree_base(c->s.repo, rec->dataset, &base, NULL, err);
	if (rc <= 0 || !dv_digest_eq(&base, &rec->manifest))
		return rc < 0 ? rc : 0;
	return dv_worktree_set_version(c->s.repo, rec->dataset, id, err);
}

static int write_config(struct dv_commit *c, struct dv_err *err)
{
	int rc;

	rc = dv_odb_txn_put_meta(c->txn, c->config.canonical.data,
				 c->config.canonical.len, NULL, err);
	return rc < 0 ? rc : dv_odb_txn_sync(c->txn, err);
}

/* 1 where it is new, 0 where it was recorded before. */
static int write_record(struct dv_commit *c, struct dv_record *rec,
			const char *name, struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX];
	int rc, fresh;

	rec->message = dv_strdup(c->message ? c->message : name);
	rc = fresh = dv_versions_write(c->s.repo, rec, id, err);
	if (rc < 0)
		return dv_err_prefix(err, "'%s'", rec->dataset);
	if (!fresh && !c->quiet)
		dv_say("'%s' is recorded already as %s", rec->dataset, id);
	rc = note_version(c, rec, id, err);
	return rc < 0 ? rc : fresh;
}

static void put_json(struct dv_value *list, const struct dv_record *rec,
		     const char *name, bool fresh)
{
	struct dv_value *map = dv_value_push(list);
	char id[DV_VERSION_ID_MAX];

	*map = dv_value_map();
	dv_jsonout_str(map, "dataset", rec->dataset);
	dv_jsonout_str(map, "version", dv_record_id(id, rec));
	dv_jsonout_str(map, "artifact", name);
	dv_jsonout_bool(map, "new", fresh);
	dv_jsonout_str(map, "code", rec->code);
	dv_jsonout_str(map, "config_hash", rec->config_hash);
	dv_jsonout_id(map, "manifest", &rec->manifest);
}

static int record_one(struct dv_commit *c, struct dv_record *rec,
		      struct dv_value *list, struct dv_err *err)
{
	char *name = NULL;
	int rc, fresh = 1;

	rc = dv_labels_name(c->labels, rec, &name, err);
	if (!rc && !c->dry_run)
		rc = fresh = write_record(c, rec, name, err);
	if (rc < 0)
		goto out;

	if (c->json) {
		put_json(list, rec, name, fresh);
	} else if (!c->quiet) {
		dv_out_path(name, strlen(name), '\n');
		dv_out_char('\n');
	}
out:
	free(name);
	return rc < 0 ? rc : 0;
}

static void hint_config(const struct dv_commit *c)
{
	char *typed = dv_path_relative(".dvconfig", c->s.repo->prefix);

	dv_hint("dv commit --config=<file>; or for all times: git config "
		"--file %s --add dv.config <file>", typed);
	free(typed);
}

int dv_commit_write(struct dv_commit *c, struct dv_err *err)
{
	struct dv_value list = dv_value_array();
	int rc = 0;

	for (size_t i = 0; !rc && i < c->n; i++)
		rc = warn_about(c, &c->recs[i], err);
	if (!rc && c->no_config)
		hint_config(c);
	if (!rc && !c->dry_run)
		rc = write_config(c, err);
	for (size_t i = 0; !rc && i < c->n; i++)
		rc = record_one(c, &c->recs[i], &list, err);
	if (!rc && c->json)
		dv_jsonout_print(&list);
	dv_value_release(&list);
	return rc;
}
