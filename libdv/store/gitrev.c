/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

int dv_git_head(struct dv_git *g, char hex[DV_GIT_HEX], struct dv_err *err)
{
	git_oid id;
	int rc;

	rc = git_reference_name_to_id(&id, g->repo, "HEAD");
	if (rc == GIT_ENOTFOUND || rc == GIT_EUNBORNBRANCH)
		return 0;
	if (rc < 0)
		return dv_git_fail(err, rc, "cannot read HEAD");
	dv_git_hex(hex, &id);
	return 1;
}

int dv_git_revparse(struct dv_git *g, const char *rev, char hex[DV_GIT_HEX],
		    struct dv_err *err)
{
	git_object *obj = NULL, *commit = NULL;
	int rc;

	if (!strcmp(rev, "@"))
		rev = "HEAD";
	rc = git_revparse_single(&obj, g->repo, rev);
	if (!rc)
		rc = git_object_peel(&commit, obj, GIT_OBJECT_COMMIT);
	if (!rc)
		dv_git_hex(hex, git_object_id(commit));
	git_object_free(commit);
	git_object_free(obj);
	if (!rc)
		return 0;

	if (rc == GIT_EAMBIGUOUS) {
		dv_err_set(err, DV_E_AMBIGUOUS,
			   "'%s' is the beginning of more than one git object",
			   rev);
		return dv_err_hint(err, "list them: git rev-parse "
					"--disambiguate='%s'",
				   rev);
	}
	return dv_err_set(err, DV_E_MISSING, "'%s' is no git revision here",
					     rev);
}

int dv_git_has_commit(struct dv_git *g, const char *hex, struct dv_err *err)
{
	git_object_t type;
	git_odb *odb = NULL;
	size_t size;
	git_oid id;
	int rc;

	rc = dv_git_odb(g, &odb, err);
	if (rc < 0)
		return rc;
	if (strlen(hex) != GIT_OID_HEXSZ || git_oid_fromstr(&id, hex))
		return 0;
	rc = git_odb_read_header(&size, &type, odb, &id);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return dv_git_fail(err, rc, "cannot look for commit '%s'", hex);
	return type == GIT_OBJECT_COMMIT;
}

static int find_commit(struct dv_git *g, const char *hex, git_commit **out,
		       struct dv_err *err)
{
	git_oid id;
	int rc = dv_git_oid(&id, hex, err);

	return rc < 0 ? rc : dv_git_commit(g, &id, out, err);
}

int dv_git_commit_info(struct dv_git *g, const char *hex, char **author,
		       int64_t *time, char **subject, struct dv_err *err)
{
	const git_signature *sig;
	git_commit *commit;
	const char *summary;
	int rc;

	rc = find_commit(g, hex, &commit, err);
	if (rc < 0)
		return rc;
	sig = git_commit_author(commit);
	summary = git_commit_summary(commit);
	*author = dv_asprintf("%s <%s>", sig->name, sig->email);
	*time = sig->when.time;
	*subject = dv_strdup(summary ? summary : "");
	git_commit_free(commit);
	return 0;
}

static int find_tree(struct dv_git *g, const char *hex, git_tree **out,
		     struct dv_err *err)
{
	git_commit *commit;
	int rc;

	rc = find_commit(g, hex, &commit, err);
	if (rc < 0)
		return rc;
	rc = dv_git_tree(g, git_commit_tree_id(commit), out, err);
	git_commit_free(commit);
	return rc;
}

int dv_git_blob_at(struct dv_git *g, const char *commit, const char *path,
		   struct dv_buf *out, size_t max, struct dv_err *err)
{
	git_tree_entry *entry = NULL;
	git_odb_object *blob;
	git_tree *tree;
	int rc;

	rc = find_tree(g, commit, &tree, err);
	if (rc < 0)
		return rc;
	rc = git_tree_entry_bypath(&entry, tree, path);
	git_tree_free(tree);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return dv_git_fail(err, rc, "cannot find '%s' in commit '%s'",
				   path, commit);

	rc = 0;
	if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
		rc = dv_git_object(g, git_tree_entry_id(entry), GIT_OBJECT_BLOB,
				   max, &blob, err);
	else
		blob = NULL;
	git_tree_entry_free(entry);
	if (rc < 0 || !blob)
		return rc;
	dv_buf_add(out, git_odb_object_data(blob), git_odb_object_size(blob));
	git_odb_object_free(blob);
	return 1;
}

/* --- pointers of a commit ----------------------------------------------- */

static int add_pointers(struct dv_git *g, git_tree *tree, struct dv_buf *path,
			struct dv_strlist *out, struct dv_err *err);

static int add_entry(struct dv_git *g, const git_tree_entry *e,
		     struct dv_buf *path, struct dv_strlist *out,
		     struct dv_err *err)
{
	size_t before = path->len;
	git_tree *sub;
	int rc;

	dv_buf_str(path, git_tree_entry_name(e));
	if (git_tree_entry_type(e) == GIT_OBJECT_TREE) {
		dv_buf_char(path, '/');
		rc = dv_git_tree(g, git_tree_entry_id(e), &sub, err);
		if (rc < 0)
			return rc;
		rc = add_pointers(g, sub, path, out, err);
		git_tree_free(sub);
	} else {
		rc = dv_git_is_pointer(g, path->data,
				       git_tree_entry_filemode(e),
				       git_tree_entry_id(e), err);
		if (rc > 0)
			dv_strlist_add(out, path->data);
	}
	dv_buf_setlen(path, before);
	return rc < 0 ? rc : 0;
}

static int add_pointers(struct dv_git *g, git_tree *tree, struct dv_buf *path,
			struct dv_strlist *out, struct dv_err *err)
{
	size_t i, n = git_tree_entrycount(tree);
	int rc = 0;

	for (i = 0; i < n && !rc; i++)
		rc = add_entry(g, git_tree_entry_byindex(tree, i), path, out,
			       err);
	return rc;
}

int dv_git_pointers_at(struct dv_git *g, const char *commit,
		       struct dv_strlist *out, struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	git_tree *tree;
	int rc;

	rc = find_tree(g, commit, &tree, err);
	if (rc < 0)
		return rc;
	rc = add_pointers(g, tree, &path, out, err);
	git_tree_free(tree);
	dv_buf_release(&path);
	return rc;
}
