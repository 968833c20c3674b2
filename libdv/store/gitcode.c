/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

#define SHALLOW_MAX (16u << 20)

/*
 * The walk: two trees are compared entry by entry, equal ones are not
 * opened, and the first difference that is no pointer ends it.  So a
 * commit costs what it changed, and a long run of commits that only move
 * pointers a few objects each.
 *
 * .dvconfig is no code either: it goes into the same commit as the first
 * pointers, and the names of outputs must not change by that.
 */

/*
 * Is a change to this entry, alone on its side, a change of code? 1/0
 * top: it is at the top of the work tree, where .dvconfig is.
 */
static int entry_is_code(struct dv_git *g, const git_tree_entry *e, bool top,
			 struct dv_err *err);

/* The same for all entries of a tree that is on one side only. */
static int tree_is_code(struct dv_git *g, const git_oid *id,
			struct dv_err *err)
{
	git_tree *tree;
	size_t i, n;
	int rc;

	rc = dv_git_tree(g, id, &tree, err);
	if (rc < 0)
		return rc;
	n = git_tree_entrycount(tree);
	for (i = 0; i < n && !rc; i++)
		rc = entry_is_code(g, git_tree_entry_byindex(tree, i), false,
				   err);
	git_tree_free(tree);
	return rc;
}

static int entry_is_code(struct dv_git *g, const git_tree_entry *e, bool top,
			 struct dv_err *err)
{
	int rc;

	if (git_tree_entry_type(e) == GIT_OBJECT_TREE)
		return tree_is_code(g, git_tree_entry_id(e), err);
	if (top && !strcmp(git_tree_entry_name(e), ".dvconfig"))
		return 0;
	rc = dv_git_is_pointer(g, git_tree_entry_name(e),
			       git_tree_entry_filemode(e),
			       git_tree_entry_id(e), err);
	return rc < 0 ? rc : !rc;
}

static int trees_differ(struct dv_git *g, const git_oid *a, const git_oid *b,
			bool top, struct dv_err *err);

/* Two entries of one name and kind (tree, or not). */
static int entries_differ(struct dv_git *g, const git_tree_entry *a,
			  const git_tree_entry *b, bool top,
			  struct dv_err *err)
{
	int rc;

	if (git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) &&
	    git_tree_entry_filemode(a) == git_tree_entry_filemode(b))
		return 0;
	if (git_tree_entry_type(a) == GIT_OBJECT_TREE &&
	    git_tree_entry_type(b) == GIT_OBJECT_TREE)
		return trees_differ(g, git_tree_entry_id(a),
				    git_tree_entry_id(b), false, err);
	rc = entry_is_code(g, a, top, err);
	return rc ? rc : entry_is_code(g, b, top, err);
}

static int lists_differ(struct dv_git *g, git_tree *a, git_tree *b,
			bool top, struct dv_err *err)
{
	size_t an = git_tree_entrycount(a), bn = git_tree_entrycount(b);
	size_t i = 0, k = 0;
	int rc = 0;

	while (!rc && (i < an || k < bn)) {
		const git_tree_entry *ea = git_tree_entry_byindex(a, i);
		const git_tree_entry *eb = git_tree_entry_byindex(b, k);
		int c = !ea ? 1 : !eb ? -1 : git_tree_entry_cmp(ea, eb);

		if (c < 0)
			rc = entry_is_code(g, ea, top, err);
		else if (c > 0)
			rc = entry_is_code(g, eb, top, err);
		else
			rc = entries_differ(g, ea, eb, top, err);
		i += c <= 0;
		k += c >= 0;
	}
	return rc;
}

/* 1 where they differ in more than pointers. */
static int trees_differ(struct dv_git *g, const git_oid *a, const git_oid *b,
			bool top, struct dv_err *err)
{
	git_tree *ta = NULL, *tb = NULL;
	int rc;

	rc = dv_git_tree(g, a, &ta, err);
	if (!rc)
		rc = dv_git_tree(g, b, &tb, err);
	if (!rc)
		rc = lists_differ(g, ta, tb, top, err);
	git_tree_free(ta);
	git_tree_free(tb);
	return rc;
}

/*
 * The commits whose parents a shallow clone left out, as git lists them;
 * empty where it is none.
 */
static int read_shallow(struct dv_git *g, struct dv_buf *out,
			struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	int rc;

	dv_buf_printf(&path, "%s/shallow", g->commondir);
	rc = dv_file_read(out, AT_FDCWD, path.data, SHALLOW_MAX, err);
	dv_buf_release(&path);
	return rc == -DV_E_MISSING ? 0 : rc;
}

/*
 * At the border of a shallow clone one cannot see what a commit changed.
 * Without a pointer in its tree it can have changed no pointer but by
 * removing the last one, and is taken for code; else we do not guess, as
 * the name would not be the same in a full clone.
 */
static int border_is_code(struct dv_git *g, const char *hex,
			  struct dv_err *err)
{
	struct dv_strlist pointers = DV_STRLIST_INIT;
	size_t n;
	int rc;

	rc = dv_git_pointers_at(g, hex, &pointers, err);
	n = pointers.n;
	dv_strlist_release(&pointers);
	if (rc < 0 || !n)
		return rc < 0 ? rc : 1;
	dv_err_set(err, DV_E_MISSING,
		   "the code commit may lie behind '%.10s', where this shallow "
		   "clone ends",
		   hex);
	return dv_err_hint(err, "git fetch --deepen=50, or git fetch "
				"--unshallow");
}

/*
 * Does the commit count?  Else *parent is set to the next one to ask.
 */
static int commit_is_code(struct dv_git *g, git_commit *commit,
			  const struct dv_buf *shallow, git_commit **parent,
			  struct dv_err *err)
{
	char hex[DV_GIT_HEX];
	int rc;

	dv_git_hex(hex, git_commit_id(commit));
	if (shallow->len && strstr(shallow->data, hex))
		return border_is_code(g, hex, err);
	if (git_commit_parentcount(commit) != 1)
		return 1;
	rc = dv_git_commit(g, git_commit_parent_id(commit, 0), parent, err);
	if (rc < 0)
		return rc;
	if (git_oid_equal(git_commit_tree_id(commit),
			  git_commit_tree_id(*parent)))
		return 1;
	return trees_differ(g, git_commit_tree_id(*parent),
			    git_commit_tree_id(commit), true, err);
}

int dv_git_code_commit(struct dv_git *g, const char *from,
		       char hex[DV_GIT_HEX], struct dv_err *err)
{
	struct dv_buf shallow = DV_BUF_INIT;
	git_commit *commit = NULL, *parent = NULL;
	git_oid id;
	int rc;

	rc = dv_git_oid(&id, from, err);
	if (!rc)
		rc = dv_git_commit(g, &id, &commit, err);
	if (!rc)
		rc = read_shallow(g, &shallow, err);
	while (!rc) {
		rc = commit_is_code(g, commit, &shallow, &parent, err);
		if (rc)
			break;
		git_commit_free(commit);
		commit = parent;
		parent = NULL;
	}
	if (rc > 0)
		dv_git_hex(hex, git_commit_id(commit));
	git_commit_free(parent);
	git_commit_free(commit);
	dv_buf_release(&shallow);
	return rc < 0 ? rc : 0;
}
