/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "store/wtindex.h"

#define POINTER_SUFFIX ".dv"

/* --- pointers ------------------------------------------------------------ */

/*
 * Read what lies at path of the work tree, if it is a file that begins as
 * a pointer: 1, or 0.  A link is not followed and is no pointer.
 */
static int read_pointer(struct dv_repo *r, const char *path,
			struct dv_buf *text, struct dv_err *err)
{
	char head[DV_POINTER_MAX + 1];
	struct stat st;
	ssize_t n;
	int fd;

	fd = dv_path_open(r->workfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		    errno == ENXIO || errno == ENAMETOOLONG)
			return 0;
		return dv_err_sys(err, "cannot open '%s'", path);
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return 0;
	}
	n = dv_read_full(fd, head, sizeof(head));
	if (n < 0)
		dv_err_sys(err, "cannot read '%s'", path);
	close(fd);
	if (n < 0)
		return -err->code;
	if (!dv_pointer_is(head, (size_t)n))
		return 0;
	dv_buf_reset(text);
	dv_buf_add(text, head, (size_t)n);
	return 1;
}

int dv_worktree_pointer(struct dv_repo *r, const char *dataset,
			struct dv_pointer *out, struct dv_err *err)
{
	char *path = dv_asprintf("%s" POINTER_SUFFIX, dataset);
	char *typed = dv_path_relative(path, r->prefix);
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = read_pointer(r, path, &text, err);
	if (rc > 0) {
		rc = dv_pointer_parse(out, text.data, text.len, typed, err);
		if (rc >= 0)
			rc = 1;
	}
	if (rc > 0 && out->manifest.algo != r->algo)
		rc = dv_err_set(err, DV_E_UNSUPPORTED, "'%s' names a %s "
				"object, but this repository is %s", typed,
				dv_algo_name(out->manifest.algo),
				dv_algo_name(r->algo));
	dv_buf_release(&text);
	free(typed);
	free(path);
	return rc;
}

/* --- which datasets ------------------------------------------------------ */

static int add_pointed(struct dv_repo *r, struct dv_strlist *out,
		       struct dv_err *err)
{
	struct dv_strlist paths = DV_STRLIST_INIT;
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_git_tracked_pointers(r->git, &paths, err);
	for (size_t i = 0; i < paths.n && rc >= 0; i++) {
		char *path = paths.v[i];

		rc = read_pointer(r, path, &text, err);
		if (rc <= 0)
			continue;
		path[strlen(path) - strlen(POINTER_SUFFIX)] = '\0';
		dv_strlist_add(out, path);
	}
	dv_buf_release(&text);
	dv_strlist_release(&paths);
	return rc < 0 ? rc : 0;
}

int dv_worktree_datasets(struct dv_repo *r, struct dv_strlist *out,
			 struct dv_err *err)
{
	int rc;

	rc = dv_wtindex_list(r->state_dir, out, err);
	if (rc >= 0)
		rc = add_pointed(r, out, err);
	dv_strlist_uniq(out);
	return rc;
}

/* Is there a dataset of exactly this name?  1/0 */
static int is_dataset(struct dv_repo *r, const char *name,
		      struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err limit = DV_ERR_INIT;
	char *pointer;
	int rc;

	/* A name that is too long for an index is no dataset. */
	rc = dv_wtindex_exists(r, name, &limit);
	if (rc < 0 && limit.code != DV_E_LIMIT) {
		*err = limit;
		return rc;
	}
	if (rc > 0)
		return 1;
	pointer = dv_asprintf("%s" POINTER_SUFFIX, name);
	rc = read_pointer(r, pointer, &text, err);
	dv_buf_release(&text);
	free(pointer);
	return rc;
}

int dv_worktree_dataset_of(struct dv_repo *r, const char *path,
			   char **dataset, struct dv_err *err)
{
	char *name = dv_strdup(path);
	int rc = 0;

	while (*name) {
		char *slash = strrchr(name, '/');

		rc = is_dataset(r, name, err);
		if (rc || !slash)
			break;
		*slash = '\0';
	}
	if (rc > 0)
		*dataset = name;
	else
		free(name);
	return rc;
}

/* --- what the index says ------------------------------------------------- */

int dv_worktree_base(struct dv_repo *r, const char *dataset,
		     struct dv_digest *manifest, char **version,
		     struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	int rc;

	rc = dv_wtindex_open(&x, r, dataset, err);
	if (rc <= 0)
		return rc;
	*manifest = x.ix.manifest;
	if (version)
		*version = *x.ix.version ? dv_strdup(x.ix.version) : NULL;
	dv_wtindex_release(&x);
	return 1;
}

/*
 * The header is written in place: it is shorter than a sector, and has a
 * checksum of its own, so that noting a version costs the same however
 * many entries there are.
 */
int dv_worktree_set_version(struct dv_repo *r, const char *dataset,
			    const char *version, struct dv_err *err)
{
	uint8_t header[DV_WINDEX_HEADER];
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct dv_lock lock = DV_LOCK_INIT;
	char *path = NULL;
	int rc, fd = -1;

	rc = dv_repo_lock(r, &lock, err);
	if (rc < 0)
		return rc;
	rc = dv_wtindex_open(&x, r, dataset, err);
	if (!rc)
		rc = dv_err_set(err, DV_E_MISSING,
				"'%s' has no index", dataset);
	if (rc < 0)
		goto out;
	if (!strcmp(x.ix.version, version ? version : "")) {
		rc = 0;
		goto out;
	}
	memcpy(header, x.map.data, sizeof(header));
	rc = dv_windex_set_version(header, version, err);
	if (rc >= 0)
		rc = dv_wtindex_path(r, dataset, &path, err);
	if (rc < 0)
		goto out;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dv_pwrite_full(fd, header, sizeof(header), 0))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	else
		rc = dv_fsync(fd, path, err);
out:
	if (fd >= 0 && close(fd) && rc >= 0)
		rc = dv_err_sys(err, "cannot write '%s'", path);
	free(path);
	dv_wtindex_release(&x);
	dv_lock_release(&lock);
	return rc;
}

int dv_worktree_newest(struct dv_repo *r, const char *dataset,
		       int64_t *mtime, struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct dv_windex_item item;
	int64_t newest = 0;
	int rc;

	rc = dv_wtindex_open(&x, r, dataset, err);
	for (uint32_t i = 0; rc > 0 && i < x.ix.entries; i++) {
		if (dv_windex_get(&x.ix, i, &item, err) < 0)
			rc = -err->code;
		else if (item.st.mtime > newest)
			newest = item.st.mtime;
	}
	dv_wtindex_release(&x);
	if (rc < 0)
		return rc;
	*mtime = newest / 1000000000;
	return 0;
}

int dv_worktree_each(struct dv_repo *r, const char *dataset,
		     dv_index_fn *fn, void *arg, struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_entry e;
	int rc;

	rc = dv_wtindex_load(&x, r, dataset, err);
	if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "'%s' is not a dataset",
				dataset);
	if (rc > 0)
		rc = 0;
	for (uint32_t i = 0; !rc && i < x.ix.entries; i++) {
		rc = dv_windex_entry(&x.ix, i, &e, &hold, err);
		if (!rc)
			rc = fn(arg, &e, err);
	}
	dv_buf_release(&hold);
	dv_wtindex_release(&x);
	return rc;
}

int dv_worktree_meta(struct dv_repo *r, const char *dataset,
		     struct dv_buf *out, struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	const uint8_t *meta;
	size_t n;
	int rc;

	rc = dv_wtindex_load(&x, r, dataset, err);
	if (rc <= 0)
		return rc;
	meta = dv_windex_meta(&x.ix, &n);
	dv_buf_add(out, meta, n);
	dv_wtindex_release(&x);
	return n > 0;
}
