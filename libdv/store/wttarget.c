/* SPDX-License-Identifier: MIT */
#include "store/wttarget.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/worktree.h"
#include "store/wtfile.h"
#include "store/wtindex.h"

#define POINTER_SUFFIX ".dv"
#define SHOWN 10		/* paths listed in one message */

/* "a.csv, b.csv and 3 more" */
static void list_paths(struct dv_buf *out, const struct dv_strlist *paths)
{
	for (size_t i = 0; i < paths->n && i < SHOWN; i++) {
		dv_buf_printf(out, "%s'", i ? ", " : "");
		dv_path_quote(out, paths->v[i], strlen(paths->v[i]));
		dv_buf_char(out, '\'');
	}
	if (paths->n > SHOWN)
		dv_buf_printf(out, " and %zu more", paths->n - SHOWN);
}

/* What to do to path, as it is typed where the user is. */
static int hint_path(struct dv_repo *r, const char *command,
		     const char *path, struct dv_err *err)
{
	char *typed = dv_path_relative(path, r->prefix);

	dv_err_hint(err, "%s '%s'", command, typed);
	free(typed);
	return -err->code;
}

static int check_untracked(struct dv_repo *r, const char *path,
			   struct dv_err *err)
{
	struct dv_strlist paths = DV_STRLIST_INIT;
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_git_tracked(r->git, path, &paths, err);
	if (rc < 0 || !paths.n)
		goto out;
	list_paths(&text, &paths);
	dv_err_set(err, DV_E_INVALID, paths.n == 1 ?
		   "git tracks %s" : "git tracks files in it: %s",
		   dv_buf_cstr(&text));
	rc = dv_err_prefix(err, "'%s'", path);
	hint_path(r, "git rm -r --cached", path, err);
out:
	dv_buf_release(&text);
	dv_strlist_release(&paths);
	return rc;
}

/* Neither a submodule nor a clone may lie above path. */
static int check_own_repo(struct dv_repo *r, const char *path,
			  struct dv_err *err)
{
	for (size_t i = 0; path[i]; i++) {
		struct stat st;
		char *git;
		int rc;

		if (path[i] != '/')
			continue;
		git = dv_asprintf("%.*s/.git", (int)i, path);
		rc = fstatat(r->workfd, git, &st, AT_SYMLINK_NOFOLLOW);
		free(git);
		if (!rc)
			return dv_err_set(err, DV_E_INVALID, "'%s' is inside "
					  "another git repository, '%.*s'; "
					  "run dv there", path, (int)i, path);
	}
	return 0;
}

static int check_none_below(struct dv_repo *r, const char *path,
			    struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT, below = DV_STRLIST_INIT;
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_worktree_datasets(r, &all, err);
	for (size_t i = 0; i < all.n && rc >= 0; i++)
		if (dv_path_inside(path, strlen(path), all.v[i],
				   strlen(all.v[i])))
			dv_strlist_add(&below, all.v[i]);
	if (rc >= 0 && below.n) {
		list_paths(&text, &below);
		rc = dv_err_set(err, DV_E_INVALID, "'%s' holds datasets "
				"already: %s", path, dv_buf_cstr(&text));
		dv_err_hint(err, "dv add one of them, or dv rm them first");
	}
	dv_buf_release(&text);
	dv_strlist_release(&all);
	dv_strlist_release(&below);
	return rc;
}

/* A pointer is no data; a file where the pointer would go is not ours. */
static int check_pointer(struct dv_repo *r, const char *path,
			 struct dv_err *err)
{
	size_t n = strlen(path), suffix = strlen(POINTER_SUFFIX);
	struct dv_pointer ignored;
	struct stat st;
	char *name;
	int rc;

	if (n > suffix && !strcmp(path + n - suffix, POINTER_SUFFIX)) {
		name = dv_strndup(path, n - suffix);
		rc = dv_worktree_pointer(r, name, &ignored, err);
		if (rc) {
			rc = dv_err_set(err, DV_E_INVALID, "'%s' is the "
					"pointer of '%s', which git tracks",
					path, name);
			hint_path(r, "dv add", name, err);
		}
		free(name);
		if (rc < 0)
			return rc;
	}
	name = dv_asprintf("%s" POINTER_SUFFIX, path);
	rc = 0;
	if (!fstatat(r->workfd, name, &st, AT_SYMLINK_NOFOLLOW))
		rc = dv_err_set(err, DV_E_EXISTS, "'%s' is in the way: the "
				"pointer of '%s' goes there, and it is none",
				name, path);
	free(name);
	return rc;
}

/* What git and dv read in a work tree comes with a clone, through git. */
static int check_not_ours(struct dv_repo *r, const char *path,
			  struct dv_err *err)
{
	static const char *const ours[] = {
		".dvconfig", ".dvignore", ".gitignore", ".gitattributes",
		".gitmodules"
	};
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		if (strcmp(base, ours[i]))
			continue;
		dv_err_set(err, DV_E_INVALID, "'%s' is read by %s and is no "
			   "data", path, base[1] == 'd' ? "dv" : "git");
		return hint_path(r, "git add", path, err);
	}
	return 0;
}

int dv_wttarget_check_new(struct dv_repo *r, const char *path,
			  struct dv_err *err)
{
	char *index;
	int rc;

	rc = dv_wtindex_path(r, path, &index, err);
	if (rc < 0)
		return rc;
	free(index);
	rc = check_not_ours(r, path, err);
	if (rc >= 0)
		rc = check_own_repo(r, path, err);
	if (rc >= 0)
		rc = check_pointer(r, path, err);
	if (rc >= 0)
		rc = check_none_below(r, path, err);
	return rc;
}

/* Only what is there, and what is data, can be a new dataset. */
static int check_kind(const struct dv_wtroot *root, const char *path,
		      struct dv_err *err)
{
	if (!root->here)
		return dv_err_set(err, DV_E_MISSING,
				  "'%s' is not in the work tree", path);
	if (S_ISLNK(root->st.st_mode))
		return dv_err_set(err, DV_E_INVALID, "'%s' is a symbolic link; "
				  "add the file or directory it leads to",
				  path);
	if (!S_ISREG(root->st.st_mode) && !S_ISDIR(root->st.st_mode))
		return dv_err_set(err, DV_E_INVALID, "'%s' is %s; dv keeps "
				  "files, links and directories", path,
				  dv_wtfile_kind(root->st.st_mode));
	return 0;
}

static int new_dataset(struct dv_wttarget *t, struct dv_repo *r,
		       const char *path, struct dv_err *err)
{
	t->fresh = true;
	t->dataset = dv_strdup(path);
	dv_strlist_add(&t->rel, "");
	return dv_wttarget_check_new(r, path, err);
}

/* Take in one path: the first says which dataset it is. */
static int add_path(struct dv_wttarget *t, struct dv_repo *r,
		    const char *path, struct dv_err *err)
{
	char *dataset = NULL;
	size_t n;
	int rc;

	if (!*path) {
		dv_err_set(err, DV_E_INVALID, "the work tree itself cannot be "
			   "a dataset");
		return dv_err_hint(err, "name a directory or file in it: "
				   "dv add data");
	}
	rc = dv_worktree_dataset_of(r, path, &dataset, err);
	if (rc < 0)
		return rc;
	if (!rc && !t->dataset)
		return new_dataset(t, r, path, err);
	if (!rc || (t->dataset && strcmp(t->dataset, dataset))) {
		free(dataset);
		return dv_err_set(err, DV_E_INVALID, "'%s' is not in '%s'",
				  path, t->dataset);
	}
	n = strlen(dataset);
	dv_strlist_add(&t->rel, path[n] ? path + n + 1 : "");
	if (t->dataset)
		free(dataset);
	else
		t->dataset = dataset;
	return 0;
}

/* Drop parts that lie in another one. */
static void thin_out(struct dv_strlist *rel)
{
	struct dv_strlist kept = DV_STRLIST_INIT;

	dv_strlist_uniq(rel);
	for (size_t i = 0; i < rel->n; i++)
		if (!dv_wttarget_has(&kept, rel->v[i], strlen(rel->v[i])))
			dv_strlist_add(&kept, rel->v[i]);
	dv_strlist_release(rel);
	*rel = kept;
}

static int find(struct dv_wttarget *t, struct dv_repo *r,
		const struct dv_strlist *paths, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < paths->n && rc >= 0; i++)
		rc = add_path(t, r, paths->v[i], err);
	if (rc < 0)
		return rc;
	thin_out(&t->rel);
	rc = dv_wtroot_open(&t->root, r->workfd, t->dataset, false, err);
	if (rc < 0)
		return rc;
	if (!*t->rel.v[0])
		rc = check_kind(&t->root, t->dataset, err);
	if (rc == -DV_E_MISSING && !t->fresh)
		dv_err_hint(err, "'dv checkout %s' brings it back, 'dv pull "
			    "%s' where it was never here, 'dv rm %s' stops "
			    "tracking it", t->dataset, t->dataset, t->dataset);
	for (size_t i = 0; i < paths->n && rc >= 0; i++)
		rc = check_untracked(r, paths->v[i], err);
	return rc;
}

int dv_wttarget_find(struct dv_wttarget *out, struct dv_repo *r,
		     const struct dv_strlist *paths, struct dv_err *err)
{
	struct dv_wttarget t = DV_WTTARGET_INIT;
	int rc;

	rc = find(&t, r, paths, err);
	if (rc < 0) {
		dv_wttarget_release(&t);
		return rc;
	}
	*out = t;
	return 0;
}

void dv_wttarget_release(struct dv_wttarget *t)
{
	free(t->dataset);
	dv_strlist_release(&t->rel);
	dv_wtroot_release(&t->root);
	*t = (struct dv_wttarget)DV_WTTARGET_INIT;
}

/* First part that is not before the n bytes of path and then tail. */
static size_t find_part(const struct dv_strlist *rel, const char *path,
			size_t n, const char *tail)
{
	size_t lo = 0, hi = rel->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strncmp(rel->v[mid], path, n);

		if (!c)
			c = strcmp(rel->v[mid] + n, tail);
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool dv_wttarget_has(const struct dv_strlist *rel, const char *path, size_t n)
{
	if (rel->n && !*rel->v[0])
		return true;
	for (size_t i = 1; i <= n; i++) {
		size_t at;

		if (i < n && path[i] != '/')
			continue;
		at = find_part(rel, path, i, "");
		if (at < rel->n && !strncmp(rel->v[at], path, i) &&
		    !rel->v[at][i])
			return true;
	}
	return false;
}

bool dv_wttarget_below(const struct dv_strlist *rel, const char *path,
		       size_t n)
{
	size_t at = find_part(rel, path, n, "/");

	return at < rel->n && !strncmp(rel->v[at], path, n) &&
	       rel->v[at][n] == '/';
}
