/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_VERSIONS_H
#define DV_STORE_VERSIONS_H

/*
 * The versions recorded here: annotated tags under refs/dv/, or files in
 * versions/ of the store where the code commit is not in this repository.
 * Looked up through a mapped cache (dv-format-vcache(5)) that is rebuilt
 * when refs or files have changed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"
#include "format/record.h"
#include "store/repo.h"

struct dv_version {
	char id[DV_VERSION_ID_MAX];	/* whole version id */
	char tag[DV_GIT_HEX];		/* git id of the tag; "" in a file */
	struct dv_record rec;
};

struct dv_versions;

/* Open the catalog.  *out is the caller's and must be closed before r. */
int dv_versions_open(struct dv_versions **out, struct dv_repo *r,
		     struct dv_err *err);
void dv_versions_close(struct dv_versions *v);
/* Look again: what was written or deleted since is seen then. */
int dv_versions_reload(struct dv_versions *v, struct dv_err *err);
/*
 * Sentences about refs and files that are no version record; they are
 * left out of all look-ups, and what is collected by versions must not be
 * while there are any.  Borrowed.
 */
const struct dv_strlist *dv_versions_faults(const struct dv_versions *v);

/*
 * Walk versions of dataset (NULL: of all), newest first: record time,
 * then a child before its parent.  The version is borrowed for the call.
 * Non-zero from fn ends it; returned.
 */
typedef int dv_version_fn(void *arg, const struct dv_version *v,
			  struct dv_err *err);
int dv_versions_each(struct dv_versions *v, const char *dataset,
		     dv_version_fn *fn, void *arg, struct dv_err *err);
/* The same without reading records, for thousands; all borrowed. */
struct dv_version_row {
	const char *dataset, *id;
	const char *tag;		/* "" in a file */
	int64_t time;
	struct dv_digest manifest;
};
typedef int dv_version_row_fn(void *arg, const struct dv_version_row *row,
			      struct dv_err *err);
int dv_versions_each_row(struct dv_versions *v, const char *dataset,
			 dv_version_row_fn *fn, void *arg, struct dv_err *err);
/* Are there versions of dataset? */
bool dv_versions_has(struct dv_versions *v, const char *dataset);
/* Names of all datasets that have versions, sorted. */
int dv_versions_datasets(struct dv_versions *v, struct dv_strlist *out,
			 struct dv_err *err);

/* Copy and free a version taken from a walk. */
void dv_version_copy(struct dv_version *out, const struct dv_version *in);
void dv_version_release(struct dv_version *v);

/*
 * The one version of dataset whose id begins with text (at least 6
 * characters; the manifest part may be left out: a short id).
 * DV_E_MISSING; DV_E_AMBIGUOUS lists all candidates.
 */
int dv_versions_find(struct dv_versions *v, const char *dataset,
		     const char *text, struct dv_version *out,
		     struct dv_err *err);
/*
 * The version with exactly this id, of dataset, or, behind a rename, of
 * whatever dataset has it: what a record's Parent names.  DV_E_MISSING.
 */
int dv_versions_find_parent(struct dv_versions *v, const char *dataset,
			    const char *id, struct dv_version *out,
			    struct dv_err *err);
/* Newest: 1 and *out, or 0 where there is none.  manifest NULL: any. */
int dv_versions_newest(struct dv_versions *v, const char *dataset,
		       const struct dv_digest *manifest,
		       struct dv_version *out, struct dv_err *err);

/*
 * How people see it: the short form, or the long one where two versions
 * of the dataset share it.  Caller frees.
 */
char *dv_versions_show_id(struct dv_versions *v, const char *dataset,
			  const char *id);

/*
 * Record a version: the tag object and refs/dv/<dataset>/<id> where
 * rec->code is in the repository, else a file.  1 when it is new, 0 when
 * the same version was there already (nothing is written).  *id has
 * DV_VERSION_ID_MAX.
 */
int dv_versions_write(struct dv_repo *r, const struct dv_record *rec,
		      char *id, struct dv_err *err);
/* The same as a file in a store that is in no repository. */
int dv_versions_write_file(const char *store_dir, const struct dv_record *rec,
			   struct dv_err *err);
/* Remove the ref or file. */
int dv_versions_delete(struct dv_repo *r, const char *dataset,
		       const char *id, struct dv_err *err);
/*
 * Remove many, "<dataset>@<version id>" each: all refs at once, then the
 * files.  What is not here any more is no failure.
 */
int dv_versions_delete_all(struct dv_repo *r, const struct dv_strlist *names,
			   struct dv_err *err);

/* --- tags: refs/dv-tags/<dataset>/<tag> ------------------------------- */

/*
 * DV_E_INVALID where tag cannot be one: empty, "latest", "v:" or "git:"
 * in front, a version id whole or short, or with a ':', '@' or control character in it.
 */
int dv_version_tag_check(const char *tag, struct dv_err *err);
/* force: an existing tag moves; else DV_E_EXISTS. */
int dv_version_tag_set(struct dv_repo *r, const char *dataset,
		       const char *tag, const char *id, bool force,
		       struct dv_err *err);
int dv_version_tag_delete(struct dv_repo *r, const char *dataset,
			  const char *tag, struct dv_err *err);
/*
 * Both of them and more: id NULL deletes.  old: NULL do not care, "" the
 * tag must not exist (DV_E_EXISTS), else the version id that it must name
 * now (DV_E_CONFLICT).
 */
int dv_version_tag_update(struct dv_repo *r, const char *dataset,
			  const char *tag, const char *id, const char *old,
			  struct dv_err *err);
/* 1 and the version id, or 0. */
int dv_version_tag_get(struct dv_repo *r, const char *dataset,
		       const char *tag, char *id, struct dv_err *err);
typedef int dv_version_tag_fn(void *arg, const char *dataset,
			      const char *tag, const char *id,
			      struct dv_err *err);
/* All tags of dataset (NULL: of all), sorted. */
int dv_version_tag_each(struct dv_repo *r, const char *dataset,
			dv_version_tag_fn *fn, void *arg, struct dv_err *err);

#endif
