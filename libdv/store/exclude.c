/* SPDX-License-Identifier: MIT */
#include "store/exclude.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/lock.h"
#include "store/worktree.h"
#include "store/wtfile.h"
#include "store/wtindex.h"

#define BEGIN "# dv begin"
#define END "# dv end"
#define NOTE " (kept by dv; edit around it)"
#define EXCLUDE_MAX (16u << 20)

/*
 * '/' in front anchors it.  A line feed or carriage return cannot be
 * written, '?' matches it; a blank at the end is quoted to stay.
 */
static void add_pattern(struct dv_buf *out, const char *path)
{
	size_t n = strlen(path);

	dv_buf_char(out, '/');
	for (size_t i = 0; i < n; i++) {
		char c = path[i];

		if (c == '\n' || c == '\r') {
			dv_buf_char(out, '?');
			continue;
		}
		if (strchr("*?[\\", c) || (c == ' ' && i + 1 == n))
			dv_buf_char(out, '\\');
		dv_buf_char(out, c);
	}
	dv_buf_char(out, '\n');
}

/* Does the line of n bytes begin with mark? */
static bool is_mark(const char *line, size_t n, const char *mark)
{
	size_t len = strlen(mark);

	return n >= len && !memcmp(line, mark, len) &&
	       (n == len || line[len] == ' ' || line[len] == '\r' ||
		line[len] == '\n');
}

/* A block without its end reaches no further than its patterns do. */
static size_t skip_block(const char *text, size_t n)
{
	size_t at = 0;

	while (at < n) {
		const char *lf = memchr(text + at, '\n', n - at);
		size_t len = lf ? (size_t)(lf - text) + 1 - at : n - at;

		if (is_mark(text + at, len, END))
			return at + len;
		if (text[at] != '/' && text[at] != '.')
			return at;
		at += len;
	}
	return at;
}

void dv_exclude_edit(struct dv_buf *out, const char *text, size_t n,
		     const struct dv_strlist *paths)
{
	size_t at = 0;

	while (at < n) {
		const char *lf = memchr(text + at, '\n', n - at);
		size_t len = lf ? (size_t)(lf - text) + 1 - at : n - at;

		if (is_mark(text + at, len, BEGIN)) {
			at += len;
			at += skip_block(text + at, n - at);
			continue;
		}
		dv_buf_add(out, text + at, len);
		at += len;
	}
	if (!paths->n)
		return;
	if (out->len && out->data[out->len - 1] != '\n')
		dv_buf_char(out, '\n');
	dv_buf_str(out, BEGIN NOTE "\n");
	dv_buf_str(out, DV_WTFILE_TEMP "*\n");
	for (size_t i = 0; i < paths->n; i++)
		add_pattern(out, paths->v[i]);
	dv_buf_str(out, END "\n");
}

/* Of one git directory. */
static int add_indexed(const char *gitdir, struct dv_strlist *out,
		       struct dv_err *err)
{
	char *path = dv_asprintf("%s/dv", gitdir);
	int rc = dv_wtindex_list(path, out, err);

	free(path);
	return rc;
}

/* The main work tree's git directory is the common one. */
static int add_all_indexed(const char *common, struct dv_strlist *out,
			   struct dv_err *err)
{
	char *path = dv_asprintf("%s/worktrees", common);
	DIR *dir = opendir(path);
	struct dirent *d;
	int rc;

	rc = add_indexed(common, out, err);
	while (dir && rc >= 0 && (d = readdir(dir))) {
		char *one;

		if (d->d_name[0] == '.')
			continue;
		one = dv_asprintf("%s/%s", path, d->d_name);
		rc = add_indexed(one, out, err);
		free(one);
	}
	if (dir)
		closedir(dir);
	free(path);
	return rc;
}

static int rewrite(const char *common, const struct dv_strlist *paths,
		   struct dv_err *err)
{
	char *dir = dv_asprintf("%s/info", common);
	char *path = dv_asprintf("%s/exclude", dir);
	struct dv_buf old = DV_BUF_INIT, new = DV_BUF_INIT;
	int rc;

	rc = dv_file_read(&old, AT_FDCWD, path, EXCLUDE_MAX, err);
	if (rc == -DV_E_MISSING)
		rc = dv_mkdirs(dir, 0777, err);
	if (rc < 0)
		goto out;
	dv_exclude_edit(&new, dv_buf_cstr(&old), old.len, paths);
	if (old.len != new.len || memcmp(dv_buf_cstr(&old), dv_buf_cstr(&new),
					 new.len))
		rc = dv_file_write(AT_FDCWD, path, dv_buf_cstr(&new), new.len,
				   0666, err);
out:
	dv_buf_release(&old);
	dv_buf_release(&new);
	free(path);
	free(dir);
	return rc;
}

/* Two work trees of one repository may be here at once. */
int dv_exclude_update(struct dv_repo *r, const char *also,
		      struct dv_err *err)
{
	const char *common = dv_git_commondir(r->git);
	struct dv_strlist paths = DV_STRLIST_INIT;
	struct dv_lock lock = DV_LOCK_INIT;
	char *path = dv_asprintf("%s/exclude.lock", r->store_dir);
	int rc;

	if (also)
		dv_strlist_add(&paths, also);
	rc = dv_lock_take(&lock, path, DV_LOCK_EXCLUSIVE, r->lock_timeout,
			  err);
	if (rc >= 0)
		rc = add_all_indexed(common, &paths, err);
	if (rc >= 0)
		rc = dv_worktree_datasets(r, &paths, err);
	if (rc >= 0)
		rc = rewrite(common, &paths, err);
	dv_lock_release(&lock);
	dv_strlist_release(&paths);
	free(path);
	return rc;
}

void dv_exclude_try(struct dv_repo *r)
{
	struct dv_err ignored = DV_ERR_INIT;
	int timeout;

	if (!r || !r->workdir)
		return;
	timeout = r->lock_timeout;
	r->lock_timeout = 0;
	(void)dv_exclude_update(r, NULL, &ignored);
	r->lock_timeout = timeout;
}
