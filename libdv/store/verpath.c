/* SPDX-License-Identifier: MIT */
#include "store/verscan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "format/component.h"

int dv_verscan_ref(char **out, const char *dataset, const char *id,
		   struct dv_err *err)
{
	struct dv_buf ref = DV_BUF_INIT;
	int rc;

	dv_buf_str(&ref, "refs/dv/");
	rc = dv_component_encode(&ref, dataset, err);
	if (!rc) {
		dv_buf_printf(&ref, "/%s", id);
		*out = dv_buf_detach(&ref, NULL);
	}
	dv_buf_release(&ref);
	return rc;
}

int dv_verscan_path(char **out, const char *store_dir,
		    const char *name_space, const char *dataset,
		    const char *id, struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	int rc;

	dv_buf_printf(&path, "%s/versions/", store_dir);
	rc = dv_component_encode(&path, name_space, err);
	if (!rc) {
		dv_buf_char(&path, '/');
		rc = dv_component_encode(&path, dataset, err);
	}
	if (!rc) {
		dv_buf_printf(&path, "/%s", id);
		*out = dv_buf_detach(&path, NULL);
	}
	dv_buf_release(&path);
	return rc;
}

int dv_verscan_files(struct dv_repo *r, const char *dataset, const char *id,
		     struct dv_strlist *out, struct dv_err *err)
{
	char *top = dv_asprintf("%s/versions", r->store_dir);
	struct dv_buf name = DV_BUF_INIT;
	struct dirent *e;
	struct stat st;
	DIR *dir;
	int rc;

	rc = dv_component_encode(&name, dataset, err);
	dir = rc ? NULL : opendir(top);
	if (!rc && !dir && errno != ENOENT)
		rc = dv_err_sys(err, "cannot read '%s'", top);
	while (dir && (e = readdir(dir))) {
		char *path;

		if (e->d_name[0] == '.')
			continue;
		path = dv_asprintf("%s/%s/%s/%s",
				   top, e->d_name, name.data, id);
		if (!lstat(path, &st))
			dv_strlist_take(out, path);
		else
			free(path);
	}
	if (dir)
		closedir(dir);
	dv_buf_release(&name);
	free(top);
	return rc;
}

/* --- the key ------------------------------------------------------------ */

/*
 * How long after its time a file may change again without another time:
 * a tick of the kernel's clock, or two seconds where the file system
 * keeps no parts of a second.
 */
static int64_t settled(const struct timespec *t)
{
	int64_t slack = t->tv_nsec ? 20000000 : 2000000000;

	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec + slack;
}

static void add_stat(struct dv_buf *out, const char *path, int64_t *newest)
{
	struct stat st;
	int64_t when;

	dv_buf_add(out, path, strlen(path) + 1);
	if (stat(path, &st)) {
		dv_buf_char(out, '-');
		return;
	}
	dv_buf_be64(out, (uint64_t)st.st_ino);
	dv_buf_be64(out, (uint64_t)st.st_size);
	dv_buf_be64(out, (uint64_t)st.st_mtim.tv_sec);
	dv_buf_be64(out, (uint64_t)st.st_mtim.tv_nsec);
	dv_buf_be64(out, (uint64_t)st.st_ctim.tv_sec);
	dv_buf_be64(out, (uint64_t)st.st_ctim.tv_nsec);
	when = settled(&st.st_mtim);
	if (when > *newest)
		*newest = when;
}

/* The directory and those below it, depth levels down, by name. */
static int add_dirs(struct dv_buf *out, const char *path, int depth,
		    int64_t *newest, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	struct dirent *e;
	DIR *dir;
	size_t i;
	int rc = 0;

	add_stat(out, path, newest);
	if (!depth)
		return 0;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
		       dv_err_sys(err, "cannot read '%s'", path);
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.' &&
		    (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN))
			dv_strlist_take(&names, dv_asprintf("%s/%s", path,
							    e->d_name));
	closedir(dir);
	dv_strlist_sort(&names);
	for (i = 0; i < names.n && !rc; i++)
		rc = add_dirs(out, names.v[i], depth - 1, newest, err);
	dv_strlist_release(&names);
	return rc;
}

int dv_verscan_key(struct dv_repo *r, uint8_t key[DV_VCACHE_KEY],
		   int64_t *newest, struct dv_err *err)
{
	const char *common = dv_git_commondir(r->git);
	char *packed = dv_asprintf("%s/packed-refs", common);
	char *loose = dv_asprintf("%s/refs/dv", common);
	char *files = dv_asprintf("%s/versions", r->store_dir);
	struct dv_buf seen = DV_BUF_INIT;
	struct dv_digest digest;
	int64_t latest = 0;
	int rc;

	add_stat(&seen, packed, &latest);
	rc = add_dirs(&seen, loose, 1, &latest, err);
	if (!rc)
		rc = add_dirs(&seen, files, 2, &latest, err);
	if (!rc) {
		dv_digest_of(&digest, DV_ALGO_XXH128, seen.data, seen.len);
		memcpy(key, digest.b, DV_VCACHE_KEY);
		*newest = latest;
	}
	dv_buf_release(&seen);
	free(packed);
	free(loose);
	free(files);
	return rc;
}
