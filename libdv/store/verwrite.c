/* SPDX-License-Identifier: MIT */
#include "store/versions.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "store/verscan.h"

/* --- what is there ------------------------------------------------------ */

/* Same in all that an id shortens? */
static int check_same(const struct dv_record *a, const struct dv_record *b,
		      const char *id, struct dv_err *err)
{
	if (!strcmp(a->code, b->code) &&
	    !strcmp(a->config_hash, b->config_hash) &&
	    dv_digest_eq(&a->manifest, &b->manifest))
		return 0;
	dv_err_set(err, DV_E_CONFLICT,
		   "another version of '%s' has the same id '%s' already",
		   a->dataset, id);
	return dv_err_hint(err, "commit a change of the code, or of the "
				"configuration, and record again");
}

/* The record under the ref: 1 and *out, or 0. */
static int read_ref(struct dv_repo *r, const char *ref, struct dv_record *out,
		    struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	char hex[DV_GIT_HEX];
	int rc;

	rc = dv_git_ref_get(r->git, ref, hex, err);
	if (rc > 0) {
		rc = dv_git_tag_read(r->git, hex, &text, DV_RECORD_MAX, err);
		if (!rc)
			rc = dv_record_parse(out, text.data, text.len, err);
		rc = rc < 0 ? dv_err_prefix(err, "ref '%s'", ref) : 1;
	}
	dv_buf_release(&text);
	return rc;
}

static int read_file(const char *path, struct dv_record *out,
		     struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_file_read(&text, AT_FDCWD, path, DV_RECORD_MAX, err);
	if (rc == -DV_E_MISSING) {
		rc = 0;
	} else if (!rc) {
		rc = dv_record_parse(out, text.data, text.len, err);
		rc = rc < 0 ? dv_err_prefix(err, "'%s'", path) : 1;
	}
	dv_buf_release(&text);
	return rc;
}

/* 1 where the same version is recorded under ref or at path. */
static int find_same(struct dv_repo *r, const struct dv_record *rec,
		     const char *ref, const char *path, const char *id,
		     struct dv_err *err)
{
	struct dv_record there;
	int rc;

	rc = read_ref(r, ref, &there, err);
	if (!rc)
		rc = read_file(path, &there, err);
	if (rc <= 0)
		return rc;
	rc = check_same(rec, &there, id, err);
	dv_record_release(&there);
	return rc < 0 ? rc : 1;
}

/* --- write -------------------------------------------------------------- */

static int write_ref(struct dv_repo *r, const char *ref,
		     const struct dv_buf *text, struct dv_err *err)
{
	char hex[DV_GIT_HEX];
	int rc;

	rc = dv_git_tag_write(r->git, text->data, text->len, hex, err);
	return rc < 0 ? rc : dv_git_ref_set(r->git, ref, hex, "",
					    "dv: record a version", err);
}

static int write_file(const char *path, const struct dv_buf *text,
		      struct dv_err *err)
{
	char *copy = dv_strdup(path);
	int rc;

	rc = dv_mkdirs(dirname(copy), 0777, err);
	free(copy);
	return rc < 0 ? rc : dv_file_create(AT_FDCWD, path, text->data,
					    text->len, 0666, err);
}

/* Where two record one version at once, who comes second finds it. */
static int write_new(struct dv_repo *r, const struct dv_record *rec,
		     const char *ref, const char *path, const char *id,
		     struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_record_format(&text, rec, err);
	if (!rc)
		rc = dv_git_has_commit(r->git, rec->code, err);
	if (rc >= 0)
		rc = rc ? write_ref(r, ref, &text, err) :
		     write_file(path, &text, err);
	dv_buf_release(&text);
	if (rc != -DV_E_EXISTS)
		return rc < 0 ? rc : 1;
	rc = find_same(r, rec, ref, path, id, err);
	return rc < 0 ? rc : 0;
}

int dv_versions_write(struct dv_repo *r, const struct dv_record *rec,
		      char *id, struct dv_err *err)
{
	char *ref = NULL, *path = NULL;
	char own[DV_VERSION_ID_MAX];
	int rc;

	rc = dv_record_check(rec, err);
	if (rc < 0)
		return rc;
	dv_record_id(own, rec);
	rc = dv_verscan_ref(&ref, rec->dataset, own, err);
	if (!rc)
		rc = dv_verscan_path(&path, r->store_dir, rec->name_space,
				     rec->dataset, own, err);
	if (!rc)
		rc = find_same(r, rec, ref, path, own, err);
	if (rc >= 0)
		rc = rc ? 0 : write_new(r, rec, ref, path, own, err);
	if (rc >= 0)
		memcpy(id, own, sizeof(own));
	free(ref);
	free(path);
	return rc;
}

int dv_versions_write_file(const char *store_dir, const struct dv_record *rec,
			   struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	char id[DV_VERSION_ID_MAX];
	struct dv_record there;
	char *path = NULL;
	int rc;

	rc = dv_record_format(&text, rec, err);
	if (rc >= 0)
		rc = dv_verscan_path(&path, store_dir, rec->name_space,
				     rec->dataset, dv_record_id(id, rec), err);
	if (rc >= 0)
		rc = write_file(path, &text, err);
	if (rc == -DV_E_EXISTS) {
		rc = read_file(path, &there, err);
		if (rc > 0) {
			rc = check_same(rec, &there, id, err);
			dv_record_release(&there);
		}
	} else if (rc >= 0) {
		rc = 1;
	}
	free(path);
	dv_buf_release(&text);
	return rc;
}

/* --- delete ------------------------------------------------------------- */

static int delete_files(struct dv_repo *r, const char *dataset,
			const char *id, struct dv_err *err)
{
	struct dv_strlist files = DV_STRLIST_INIT;
	size_t i;
	int rc;

	rc = dv_verscan_files(r, dataset, id, &files, err);
	for (i = 0; i < files.n && rc >= 0; i++) {
		char *dir = dv_strdup(files.v[i]);

		if (unlink(files.v[i]) && errno != ENOENT)
			rc = dv_err_sys(err, "cannot remove '%s'", files.v[i]);
		else
			rc = dv_fsync_dir(AT_FDCWD, dirname(dir), err);
		free(dir);
	}
	if (!rc)
		rc = files.n > 0;
	dv_strlist_release(&files);
	return rc;
}

int dv_versions_delete(struct dv_repo *r, const char *dataset,
		       const char *id, struct dv_err *err)
{
	char *ref = NULL;
	char hex[DV_GIT_HEX];
	int rc, files;

	rc = dv_verscan_ref(&ref, dataset, id, err);
	if (!rc)
		rc = dv_git_ref_get(r->git, ref, hex, err);
	if (rc > 0) {
		rc = dv_git_ref_delete(r->git, ref, hex, err);
		rc = rc < 0 ? rc : 1;
	}
	free(ref);
	if (rc < 0)
		return rc;
	files = delete_files(r, dataset, id, err);
	if (files < 0)
		return files;
	if (!rc && !files)
		return dv_err_set(err, DV_E_MISSING,
				  "'%s' has no version '%s' here", dataset, id);
	return 0;
}

static int add_ref(struct dv_repo *r, const char *dataset, const char *id,
		   struct dv_strlist *out, struct dv_err *err)
{
	char hex[DV_GIT_HEX];
	char *ref;
	int rc;

	rc = dv_verscan_ref(&ref, dataset, id, err);
	if (rc < 0)
		return rc;
	rc = dv_git_ref_get(r->git, ref, hex, err);
	if (rc > 0)
		dv_strlist_take(out, ref);
	else
		free(ref);
	return rc < 0 ? rc : 0;
}

/* One step of dv_versions_delete_all() for each: its ref, or its files. */
static int delete_step(struct dv_repo *r, const struct dv_strlist *names,
		       struct dv_strlist *refs, struct dv_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < names->n && rc >= 0; i++) {
		char *dataset = dv_strdup(names->v[i]);
		char *at = strrchr(dataset, '@');

		*at = '\0';
		rc = refs ? add_ref(r, dataset, at + 1, refs, err) :
		     delete_files(r, dataset, at + 1, err);
		free(dataset);
	}
	return rc < 0 ? rc : 0;
}

int dv_versions_delete_all(struct dv_repo *r, const struct dv_strlist *names,
			   struct dv_err *err)
{
	struct dv_strlist refs = DV_STRLIST_INIT;
	int rc;

	rc = delete_step(r, names, &refs, err);
	if (!rc && refs.n)
		rc = dv_git_ref_delete_all(r->git, &refs, err);
	if (!rc)
		rc = delete_step(r, names, NULL, err);
	dv_strlist_release(&refs);
	return rc;
}
