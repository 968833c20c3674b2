/* SPDX-License-Identifier: MIT */
#include "store/wtindex.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "format/component.h"
#include "store/worktree.h"

int dv_wtindex_path(struct dv_repo *r, const char *dataset, char **out,
		    struct dv_err *err)
{
	return dv_repo_state_path(r, "index", dataset, out, err);
}

int dv_wtindex_exists(struct dv_repo *r, const char *dataset,
		      struct dv_err *err)
{
	struct stat st;
	char *path;
	int rc;

	rc = dv_wtindex_path(r, dataset, &path, err);
	if (rc < 0)
		return rc;
	rc = !lstat(path, &st);
	if (!rc && errno != ENOENT && errno != ENOTDIR)
		rc = dv_err_sys(err, "'%s'", path);
	free(path);
	return rc;
}

/*
 * A file that is being written ("tmp_<pid>_<16 hex digits>") lies beside
 * the finished ones; a dataset may be called "tmp_data" all the same.
 */
static bool is_temp(const char *name)
{
	size_t n;

	if (strncmp(name, "tmp_", 4))
		return false;
	n = strspn(name + 4, "0123456789");
	return n && name[4 + n] == '_' && strlen(name + 5 + n) == 16;
}

/* What is no component is nobody's, and left alone. */
int dv_wtindex_list(const char *state_dir, struct dv_strlist *out,
		    struct dv_err *err)
{
	char *path = dv_asprintf("%s/index", state_dir);
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf name = DV_BUF_INIT;
	struct dirent *d;
	DIR *dir = opendir(path);
	int rc = 0;

	if (!dir) {
		if (errno != ENOENT && errno != ENOTDIR)
			rc = dv_err_sys(err, "cannot read '%s'", path);
		goto out;
	}
	while ((errno = 0, d = readdir(dir))) {
		dv_buf_reset(&name);
		if (d->d_name[0] != '.' && !is_temp(d->d_name) &&
		    dv_component_decode(&name, d->d_name, &ignored) >= 0)
			dv_strlist_add(out, dv_buf_cstr(&name));
	}
	if (errno)
		rc = dv_err_sys(err, "cannot read '%s'", path);
	closedir(dir);
out:
	dv_buf_release(&name);
	free(path);
	return rc;
}

/*
 * A version may be written into the header in place meanwhile; then the
 * checksum differs once.
 */
#define TRIES 3

static int map_index(struct dv_wtindex *x, const char *path,
		     struct dv_err *err)
{
	int rc = -DV_E_DIGEST;

	for (int i = 0; i < TRIES && rc == -DV_E_DIGEST; i++) {
		dv_wtindex_release(x);
		rc = dv_map_open(&x->map, AT_FDCWD, path, err);
		if (rc >= 0)
			rc = dv_windex_open(&x->ix, x->map.data, x->map.len,
					    err);
	}
	return rc;
}

int dv_wtindex_open(struct dv_wtindex *out, struct dv_repo *r,
		    const char *dataset, struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	char *path;
	int rc;

	rc = dv_wtindex_path(r, dataset, &path, err);
	if (rc < 0)
		return rc;
	rc = map_index(&x, path, err);
	if (rc == -DV_E_MISSING) {
		rc = 0;
		goto out;
	}
	if (rc == -DV_E_SYS)
		goto out;
	if (rc >= 0 && x.ix.algo != r->algo)
		rc = dv_err_set(err, DV_E_FORMAT,
				"index: its digests are of another format");
	if (rc < 0) {
		dv_wtindex_release(&x);
		rc = dv_err_prefix(err, "'%s'", path);
		dv_err_hint(err, "remove the file '%s': dv makes it again "
			    "from '%s.dv' and the files", path, dataset);
		goto out;
	}
	x.here = x.on_disk = true;
	*out = x;
	rc = 1;
out:
	free(path);
	return rc;
}

static int add_all(struct dv_windex_build *b, struct dv_manifest *m,
		   unsigned flags, struct dv_err *err)
{
	struct dv_manifest_iter *it = NULL;
	const struct dv_entry *e;
	int rc;

	rc = dv_manifest_iter_open(&it, m, "", err);
	while (rc >= 0 && (rc = dv_manifest_iter_next(it, &e, err)) > 0)
		dv_windex_build_add(b, e, NULL, flags);
	dv_manifest_iter_close(it);
	return rc;
}

int dv_wtindex_of(struct dv_wtindex *out, struct dv_odb *odb,
		  const struct dv_digest *manifest, const char *version,
		  bool absent, struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct dv_windex_build *b = NULL;
	struct dv_manifest *m = NULL;
	const uint8_t *meta;
	size_t meta_len;
	int rc;

	rc = dv_manifest_open(&m, manifest, dv_odb_read, odb, err);
	if (rc < 0)
		return rc;
	b = dv_windex_build_new(manifest->algo);
	rc = add_all(b, m, absent ? DV_WINDEX_ABSENT : 0, err);
	if (rc < 0) {
		dv_windex_build_free(b);
		goto out;
	}
	meta = dv_manifest_get_meta(m, &meta_len);
	rc = dv_windex_build_finish(b, dv_manifest_get_info(m), version, meta,
				    meta_len, &x.own, err);
	if (rc >= 0)
		rc = dv_windex_open(&x.ix, x.own.data, x.own.len, err);
	if (rc < 0) {
		dv_buf_release(&x.own);
		goto out;
	}
	x.here = true;
	*out = x;
out:
	dv_manifest_close(m);
	return rc;
}

int dv_wtindex_load(struct dv_wtindex *out, struct dv_repo *r,
		    const char *dataset, struct dv_err *err)
{
	struct dv_pointer pointer;
	struct dv_odb *odb;
	int rc;

	rc = dv_wtindex_open(out, r, dataset, err);
	if (rc)
		return rc;
	rc = dv_worktree_pointer(r, dataset, &pointer, err);
	if (rc <= 0)
		return rc;
	rc = dv_repo_odb(r, &odb, err);
	if (rc < 0)
		return rc;
	rc = dv_wtindex_of(out, odb, &pointer.manifest, NULL, true, err);
	return rc < 0 ? rc : 1;
}

void dv_wtindex_release(struct dv_wtindex *x)
{
	dv_map_release(&x->map);
	dv_buf_release(&x->own);
	*x = (struct dv_wtindex)DV_WTINDEX_INIT;
}

/* Under the work tree's lock nobody is writing one. */
static void remove_temps(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (is_temp(d->d_name))
			unlinkat(dirfd(dir), d->d_name, 0);
	closedir(dir);
}

int dv_wtindex_write(struct dv_repo *r, const char *dataset,
		     const struct dv_buf *bytes, struct dv_err *err)
{
	char *dir = dv_asprintf("%s/index", r->state_dir);
	char *path = NULL;
	int rc;

	rc = dv_mkdirs(dir, 0777, err);
	if (rc >= 0)
		remove_temps(dir);
	if (rc >= 0)
		rc = dv_wtindex_path(r, dataset, &path, err);
	if (rc >= 0)
		rc = dv_file_write(AT_FDCWD, path, bytes->data, bytes->len,
				   0666, err);
	free(path);
	free(dir);
	return rc;
}

int dv_wtindex_remove(struct dv_repo *r, const char *dataset,
		      struct dv_err *err)
{
	char *path;
	int rc;

	rc = dv_wtindex_path(r, dataset, &path, err);
	if (rc < 0)
		return rc;
	if (unlink(path) && errno != ENOENT && errno != ENOTDIR)
		rc = dv_err_sys(err, "cannot remove '%s'", path);
	free(path);
	return rc;
}
