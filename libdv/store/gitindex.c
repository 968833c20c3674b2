/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"

typedef bool want_fn(const char *entry, const char *path);

static bool is_at_or_below(const char *entry, const char *path)
{
	return !strcmp(entry, path) ||
	       dv_path_inside(path, strlen(path), entry, strlen(entry));
}

static bool is_pointer(const char *entry, const char *path)
{
	(void)path;
	return dv_git_is_pointer_name(entry);
}

/*
 * libgit2 1.5 reads neither split nor sparse indexes: then git is asked,
 * which costs a process.
 */
static int ask_git(struct dv_git *g, const char *path, want_fn *want,
		   struct dv_strlist *out, struct dv_err *err)
{
	const char *const argv[] = {
		"git", "ls-files", "-z", "--", *path ? path : NULL, NULL
	};
	static const char *const env[] = { "GIT_LITERAL_PATHSPECS=1", NULL };
	struct dv_buf text = DV_BUF_INIT;
	const char *p, *end;
	int rc;

	rc = dv_git_run(g, argv, env, NULL, 0, &text, err);
	if (rc > 0)
		rc = dv_err_set(err, DV_E_SYS,
				"cannot list what git tracks: git ls-files "
				"ended with status %d",
				rc);
	p = dv_buf_cstr(&text);
	end = p + text.len;
	while (!rc && p < end) {
		if (want(p, path))
			dv_strlist_add(out, p);
		p += strlen(p) + 1;
	}
	dv_buf_release(&text);
	return rc;
}

static int each_entry(struct dv_git *g, const char *path, want_fn *want,
		      struct dv_strlist *out, struct dv_err *err)
{
	git_index *index;
	size_t i = 0, n, len = strlen(path);
	int rc;

	rc = git_repository_index(&index, g->repo);
	if (rc < 0)
		return ask_git(g, path, want, out, err);
	n = git_index_entrycount(index);
	if (len && git_index_find_prefix(&i, index, path))
		i = n;
	for (; i < n; i++) {
		const git_index_entry *e = git_index_get_byindex(index, i);

		if (strncmp(e->path, path, len))
			break;
		/* a conflict has up to three entries in a row */
		if (want(e->path, path) &&
		    (!out->n || strcmp(out->v[out->n - 1], e->path)))
			dv_strlist_add(out, e->path);
	}
	git_index_free(index);
	return 0;
}

int dv_git_tracked(struct dv_git *g, const char *path,
		   struct dv_strlist *out, struct dv_err *err)
{
	return each_entry(g, path, is_at_or_below, out, err);
}

int dv_git_tracked_pointers(struct dv_git *g, struct dv_strlist *out,
			    struct dv_err *err)
{
	return each_entry(g, "", is_pointer, out, err);
}
