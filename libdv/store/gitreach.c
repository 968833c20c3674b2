/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "format/pointer.h"

/*
 * git lists the root trees of all commits that it would keep; their
 * entries are walked here, each tree and each pointer once.  A blob is
 * judged at every name it has, so what git happens to name it first does
 * not matter.
 */
struct walk {
	struct dv_git *g;
	struct dv_idmap seen;
	dv_git_blob_fn *fn;
	void *arg;
};

/* Room for a git id, padded with zeros, in a set of digests. */
static bool is_new(struct walk *w, const git_oid *id)
{
	uint8_t bytes[DV_DIGEST_MAX] = { 0 };
	struct dv_digest d;

	memcpy(bytes, id->id, GIT_OID_RAWSZ);
	dv_digest_set(&d, DV_ALGO_SHA256, bytes);
	return dv_idmap_add(&w->seen, &d, 0);
}

static int visit_blob(struct walk *w, const git_tree_entry *e,
		      struct dv_err *err)
{
	const git_oid *id = git_tree_entry_id(e);
	git_filemode_t mode = git_tree_entry_filemode(e);
	git_odb_object *blob;
	int rc;

	if (!dv_git_is_pointer_name(git_tree_entry_name(e)) ||
	    (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE))
		return 0;
	if (!is_new(w, id))
		return 0;
	rc = dv_git_object(w->g, id, GIT_OBJECT_BLOB, DV_POINTER_MAX, &blob,
			   err);
	if (rc < 0)
		return rc == -DV_E_LIMIT ? 0 : rc;
	if (dv_pointer_is(git_odb_object_data(blob), git_odb_object_size(blob)))
		rc = w->fn(w->arg, git_odb_object_data(blob),
			   git_odb_object_size(blob), err);
	git_odb_object_free(blob);
	return rc;
}

static int visit_tree(struct walk *w, const git_oid *id, struct dv_err *err)
{
	git_tree *tree;
	size_t i, n;
	int rc;

	if (!is_new(w, id))
		return 0;
	rc = dv_git_tree(w->g, id, &tree, err);
	if (rc < 0)
		return rc;
	n = git_tree_entrycount(tree);
	for (i = 0; i < n && !rc; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		if (git_tree_entry_type(e) == GIT_OBJECT_TREE)
			rc = visit_tree(w, git_tree_entry_id(e), err);
		else
			rc = visit_blob(w, e, err);
	}
	git_tree_free(tree);
	return rc;
}

/* "commit <id>" and the tree's id, in turns. */
static int visit_lines(struct walk *w, char *p, struct dv_err *err)
{
	char *eol;
	git_oid id;
	int rc = 0;

	for (; !rc && *p; p = eol + 1) {
		eol = strchr(p, '\n');
		if (!eol)
			break;
		*eol = '\0';
		if (!strncmp(p, "commit ", 7))
			continue;
		rc = dv_git_oid(&id, p, err);
		if (!rc)
			rc = visit_tree(w, &id, err);
	}
	return rc;
}

/*
 * Those of the commits that an operation under way needs.  git does not
 * keep all of them from its own gc, so one may name what is gone.
 */
static void add_pseudorefs(struct dv_git *g, const char **argv, size_t n)
{
	static const char *const names[] = {
		"ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD",
		"REBASE_HEAD"
	};
	struct dv_err ignored;
	git_odb *odb = NULL;
	git_oid id;
	size_t i;

	if (dv_git_odb(g, &odb, &ignored) < 0)
		return;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!git_reference_name_to_id(&id, g->repo, names[i]) &&
		    git_odb_exists(odb, &id))
			argv[n++] = names[i];
	git_error_clear();
}

int dv_git_each_pointer(struct dv_git *g, dv_git_blob_fn *fn, void *arg,
			struct dv_err *err)
{
	/* What git shows in an object's place does not make it go. */
	const char *argv[16] = {
		"git", "--no-replace-objects", "rev-list", "--all",
		"--reflog", "--format=%T", NULL
	};
	struct walk w = { .g = g, .fn = fn, .arg = arg };
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	add_pseudorefs(g, argv, 6);
	rc = dv_git_run(g, argv, NULL, NULL, 0, &text, err);
	if (rc > 0)
		rc = dv_err_set(err, DV_E_SYS,
				"cannot list git's commits: git rev-list ended "
				"with status %d",
				rc);
	dv_idmap_init(&w.seen, DV_ALGO_SHA256);
	if (!rc && text.len)
		rc = visit_lines(&w, text.data, err);
	dv_idmap_release(&w.seen);
	dv_buf_release(&text);
	return rc;
}
