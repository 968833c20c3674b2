/* SPDX-License-Identifier: MIT */
#include "store/versions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/vcache.h"
#include "store/verscan.h"

struct dv_versions {
	struct dv_repo *repo;
	struct dv_map map;	/* of the cache file */
	struct dv_buf built;	/* or made now */
	struct dv_vcache cache;	/* into one of the two */
	struct dv_strlist faults;
	char *path;
	bool damaged;		/* a record in the cache is */
};

/* --- the cache ---------------------------------------------------------- */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* True where there is one that can be read, up to date or not. */
static bool map_cache(struct dv_versions *v)
{
	struct dv_err ignored;

	if (dv_map_open(&v->map, AT_FDCWD, v->path, &ignored) < 0)
		return false;
	if (v->map.len &&
	    !dv_vcache_decode(&v->cache, v->map.data, v->map.len, &ignored) &&
	    v->cache.algo == v->repo->algo)
		return true;
	dv_map_release(&v->map);
	return false;
}

static int write_tmp(struct dv_versions *v, int fd, const char *tmp)
{
	char *format = dv_asprintf("%s/format", v->repo->store_dir);
	struct stat st;
	int rc;

	/* whoever may read the store may read this */
	rc = stat(format, &st) || fchmod(fd, st.st_mode & 0666);
	free(format);
	if (!rc)
		rc = dv_write_full(fd, v->built.data, v->built.len);
	return rc || rename(tmp, v->path);
}

/*
 * Nothing depends on it being there, so it is not synced: what a crash
 * leaves of it fails its checks.  Where one may not write there is none.
 */
static void write_cache(struct dv_versions *v)
{
	char *dir = dv_asprintf("%s/cache", v->repo->store_dir);
	struct dv_err ignored;
	char *tmp = NULL;
	int fd;

	if (!dv_mkdirs(dir, 0777, &ignored) &&
	    !dv_tmpfile(&fd, &tmp, dir, &ignored)) {
		if (write_tmp(v, fd, tmp))
			unlink(tmp);
		dv_tmpfile_forget(tmp);
		close(fd);
	}
	free(tmp);
	free(dir);
}

/*
 * The key is taken before the records are read, so that what changes
 * meanwhile makes another key.
 */
static int load(struct dv_versions *v, struct dv_err *err)
{
	int64_t stamp = now_ns(), newest = 0;
	uint8_t key[DV_VCACHE_KEY] = { 0 };
	bool there;
	int rc;

	rc = dv_verscan_key(v->repo, key, &newest, err);
	if (rc < 0)
		return rc;
	there = map_cache(v);
	if (there && !memcmp(key, v->cache.key, sizeof(key)) &&
	    newest < v->cache.stamp)
		return 0;

	rc = dv_verscan_build(&v->built, v->repo, there ? &v->cache : NULL, key,
			      stamp, &v->faults, err);
	dv_map_release(&v->map);
	if (!rc)
		rc = dv_vcache_decode(&v->cache, v->built.data, v->built.len,
				      err);
	if (!rc && !v->faults.n)
		write_cache(v);
	return rc;
}

static void unload(struct dv_versions *v)
{
	if (v->damaged)
		unlink(v->path);
	v->damaged = false;
	dv_map_release(&v->map);
	dv_buf_release(&v->built);
	dv_strlist_release(&v->faults);
	memset(&v->cache, 0, sizeof(v->cache));
}

int dv_versions_reload(struct dv_versions *v, struct dv_err *err)
{
	unload(v);
	return load(v, err);
}

int dv_versions_open(struct dv_versions **out, struct dv_repo *r,
		     struct dv_err *err)
{
	struct dv_versions *v = dv_calloc(1, sizeof(*v));
	int rc;

	v->repo = r;
	v->path = dv_asprintf("%s/cache/versions", r->store_dir);
	rc = load(v, err);
	if (rc < 0)
		dv_versions_close(v);
	else
		*out = v;
	return rc;
}

void dv_versions_close(struct dv_versions *v)
{
	if (!v)
		return;
	unload(v);
	free(v->path);
	free(v);
}

const struct dv_strlist *dv_versions_faults(const struct dv_versions *v)
{
	return &v->faults;
}

/* --- one version -------------------------------------------------------- */

void dv_version_copy(struct dv_version *out, const struct dv_version *in)
{
	*out = *in;
	dv_record_copy(&out->rec, &in->rec);
}

void dv_version_release(struct dv_version *v)
{
	dv_record_release(&v->rec);
	v->id[0] = v->tag[0] = '\0';
}

/* The cache's copy of a record is damaged: take it from its place. */
static int read_again(struct dv_versions *v, const char *dataset,
		      const struct dv_vcache_row *row, struct dv_buf *out,
		      struct dv_err *err)
{
	struct dv_strlist files = DV_STRLIST_INIT;
	int rc;

	v->damaged = true;
	if (*row->tag)
		return dv_git_tag_read(v->repo->git, row->tag, out,
				       DV_RECORD_MAX, err);
	rc = dv_verscan_files(v->repo, dataset, row->id, &files, err);
	if (!rc && !files.n)
		rc = dv_err_set(err, DV_E_MISSING,
				"version '%s@%s' has just been removed",
				dataset, row->id);
	if (!rc)
		rc = dv_file_read(out, AT_FDCWD, files.v[0], DV_RECORD_MAX,
				  err);
	dv_strlist_release(&files);
	return rc;
}

static int get_version(struct dv_versions *v, const char *dataset, size_t i,
		       struct dv_version *out, struct dv_err *err)
{
	struct dv_buf again = DV_BUF_INIT;
	struct dv_vcache_row row;
	const void *record;
	size_t n = 0;
	int rc = 0;

	dv_vcache_get(&v->cache, i, &row);
	record = dv_vcache_record(&v->cache, i, &n);
	if (!record) {
		rc = read_again(v, dataset, &row, &again, err);
		record = again.data;
		n = again.len;
	}
	if (!rc)
		rc = dv_record_parse(&out->rec, record, n, err);
	if (!rc) {
		snprintf(out->id, sizeof(out->id), "%s", row.id);
		snprintf(out->tag, sizeof(out->tag), "%s", row.tag);
	} else {
		dv_err_prefix(err, "version '%s@%s'", dataset, row.id);
	}
	dv_buf_release(&again);
	return rc;
}

/* Rows of dataset: false where it has none. */
static bool find_rows(struct dv_versions *v, const char *dataset,
		      size_t *first, size_t *n)
{
	ptrdiff_t i = dv_vcache_find_dataset(&v->cache, dataset);

	if (i < 0)
		return false;
	dv_vcache_dataset(&v->cache, (size_t)i, first, n);
	return true;
}

bool dv_versions_has(struct dv_versions *v, const char *dataset)
{
	return dv_vcache_find_dataset(&v->cache, dataset) >= 0;
}

/* --- walks -------------------------------------------------------------- */

struct place {
	const char *dataset;
	int64_t time;
	size_t row;
};

/* Newest first; what is of one time stays in the cache's order. */
static int by_time(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static size_t add_places(struct dv_versions *v, const char *dataset,
			 size_t first, size_t n, struct place *out)
{
	struct dv_vcache_row row;
	size_t i;

	for (i = 0; i < n; i++) {
		dv_vcache_get(&v->cache, first + i, &row);
		out[i] = (struct place){ dataset, row.time, first + i };
	}
	return n;
}

/* All rows of dataset (NULL: of all) in order; the caller frees. */
static struct place *list_places(struct dv_versions *v, const char *dataset,
				 size_t *total)
{
	struct place *out = dv_calloc(v->cache.n + 1, sizeof(*out));
	size_t i, first, n;

	*total = 0;
	for (i = 0; i < v->cache.n_datasets; i++) {
		const char *name = dv_vcache_dataset(&v->cache, i, &first, &n);

		if (!dataset || !strcmp(dataset, name))
			*total += add_places(v, name, first, n, out + *total);
	}
	if (!dataset)
		qsort(out, *total, sizeof(*out), by_time);
	return out;
}

int dv_versions_each(struct dv_versions *v, const char *dataset,
		     dv_version_fn *fn, void *arg, struct dv_err *err)
{
	struct place *places;
	struct dv_version version;
	size_t i, n;
	int rc = 0;

	places = list_places(v, dataset, &n);
	for (i = 0; i < n && !rc; i++) {
		rc = get_version(v, places[i].dataset, places[i].row, &version,
				 err);
		if (rc < 0)
			break;
		rc = fn(arg, &version, err);
		dv_version_release(&version);
	}
	free(places);
	return rc;
}

int dv_versions_each_row(struct dv_versions *v, const char *dataset,
			 dv_version_row_fn *fn, void *arg, struct dv_err *err)
{
	struct place *places;
	size_t i, n;
	int rc = 0;

	places = list_places(v, dataset, &n);
	for (i = 0; i < n && !rc; i++) {
		struct dv_vcache_row r;
		struct dv_version_row row;

		dv_vcache_get(&v->cache, places[i].row, &r);
		row.dataset = places[i].dataset;
		row.id = r.id;
		row.tag = r.tag;
		row.time = r.time;
		row.manifest = r.manifest;
		rc = fn(arg, &row, err);
	}
	free(places);
	return rc;
}

int dv_versions_datasets(struct dv_versions *v, struct dv_strlist *out,
			 struct dv_err *err)
{
	size_t i, first, n;

	(void)err;
	for (i = 0; i < v->cache.n_datasets; i++)
		dv_strlist_add(out, dv_vcache_dataset(&v->cache, i, &first, &n));
	return 0;
}

/* --- look-ups ----------------------------------------------------------- */

static int not_found(const char *dataset, const char *text, struct dv_err *err)
{
	dv_err_set(err, DV_E_MISSING, "'%s' has no version '%s' here", dataset,
		   text);
	return dv_err_hint(err, "list them: dv log '%s'", dataset);
}

/* All that text may mean, as far as there is room. */
static int ambiguous(struct dv_versions *v, const char *dataset,
		     const char *text, size_t first, size_t k, size_t n,
		     struct dv_err *err)
{
	struct dv_buf list = DV_BUF_INIT;
	size_t i, shown = n < 64 ? n : 64;

	for (i = 0; i < shown; i++) {
		size_t row = dv_vcache_by_id(&v->cache, first, k + i);

		dv_buf_printf(&list, "%s%s", i ? ", " : "",
			      dv_vcache_id(&v->cache, row));
	}
	if (shown < n)
		dv_buf_printf(&list, " and %zu more", n - shown);
	dv_err_set(err, DV_E_AMBIGUOUS, "'%s@%s' may be any of: %s", dataset,
		   text, list.data);
	dv_buf_release(&list);
	return dv_err_hint(err, "give more digits");
}

int dv_versions_find(struct dv_versions *v, const char *dataset,
		     const char *text, struct dv_version *out,
		     struct dv_err *err)
{
	size_t first, n, k, matches;

	if (!find_rows(v, dataset, &first, &n) || !dv_record_id_like(text))
		return not_found(dataset, text, err);
	matches = dv_vcache_match(&v->cache, first, n, text, &k);
	if (!matches)
		return not_found(dataset, text, err);
	if (matches > 1)
		return ambiguous(v, dataset, text, first, k, matches, err);
	return get_version(v, dataset, dv_vcache_by_id(&v->cache, first, k),
			   out, err);
}

int dv_versions_find_parent(struct dv_versions *v, const char *dataset,
			    const char *id, struct dv_version *out,
			    struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	struct dv_err why = DV_ERR_INIT;
	int rc;

	if (!dv_record_id_is(id))
		return not_found(dataset, id, err);
	rc = dv_versions_find(v, dataset, id, out, &why);
	if (rc == -DV_E_MISSING)
		(void)dv_versions_datasets(v, &names, err);
	for (size_t i = 0; i < names.n && rc == -DV_E_MISSING; i++) {
		struct dv_err ignored = DV_ERR_INIT;

		if (strcmp(names.v[i], dataset))
			rc = dv_versions_find(v, names.v[i], id, out,
					      &ignored);
	}
	dv_strlist_release(&names);
	if (rc < 0)
		*err = why;
	return rc;
}

int dv_versions_newest(struct dv_versions *v, const char *dataset,
		       const struct dv_digest *manifest,
		       struct dv_version *out, struct dv_err *err)
{
	struct dv_vcache_row row;
	size_t i, first, n;
	int rc;

	if (!find_rows(v, dataset, &first, &n))
		return 0;
	for (i = first; i < first + n; i++) {
		dv_vcache_get(&v->cache, i, &row);
		if (manifest && !dv_digest_eq(&row.manifest, manifest))
			continue;
		rc = get_version(v, dataset, i, out, err);
		return rc < 0 ? rc : 1;
	}
	return 0;
}

char *dv_versions_show_id(struct dv_versions *v, const char *dataset,
			  const char *id)
{
	char text[DV_VERSION_ID_MAX + 1];
	size_t first, n, k, len;

	dv_record_short_id(text, id);
	len = strlen(text);
	if (!find_rows(v, dataset, &first, &n))
		return dv_strdup(text);
	text[len] = '-';
	text[len + 1] = '\0';
	if (dv_vcache_match(&v->cache, first, n, text, &k) > 1)
		return dv_strdup(id);
	text[len] = '\0';
	return dv_strdup(text);
}
