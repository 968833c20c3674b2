/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_GIT_H
#define DV_STORE_GIT_H

/*
 * The git repository we live in: the door to git2.h, and the few
 * questions that are asked of the git program itself.
 *
 * Object ids of git are hex text here (40 digits), never bytes.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

#define DV_GIT_HEX 65		/* hex id and NUL, sha256 too */

struct dv_git;

/*
 * Find and open the repository of the current directory, as git does
 * (GIT_DIR, GIT_WORK_TREE, linked work trees, submodules, bare).  Own
 * sentences for: none here, a sha256 repository (DV_E_UNSUPPORTED),
 * dubious ownership.
 */
int dv_git_open(struct dv_git **out, struct dv_err *err);
void dv_git_close(struct dv_git *g);

/* Absolute, no slash at the end; borrowed.  workdir NULL: bare. */
const char *dv_git_workdir(const struct dv_git *g);
const char *dv_git_gitdir(const struct dv_git *g);
const char *dv_git_commondir(const struct dv_git *g);

/* --- commits and revisions ------------------------------------------ */

/* HEAD's commit: 1 and hex, 0 where HEAD is unborn. */
int dv_git_head(struct dv_git *g, char hex[DV_GIT_HEX], struct dv_err *err);
/* A revision as git reads it, peeled to a commit.  DV_E_MISSING,
 * DV_E_AMBIGUOUS. */
int dv_git_revparse(struct dv_git *g, const char *rev, char hex[DV_GIT_HEX],
		    struct dv_err *err);
/* Is the commit object here? 1/0 */
int dv_git_has_commit(struct dv_git *g, const char *hex, struct dv_err *err);
/*
 * The code commit of `from` (DESIGN.md section 2): the newest first-parent
 * ancestor, itself included, that changes anything but pointers and
 * .dvconfig.
 */
int dv_git_code_commit(struct dv_git *g, const char *from,
		       char hex[DV_GIT_HEX], struct dv_err *err);
/* For people: author, unix time, first line of the message. */
int dv_git_commit_info(struct dv_git *g, const char *hex, char **author,
		       int64_t *time, char **subject, struct dv_err *err);
/* Content of path at commit: 1, or 0 where there is none; at most max. */
int dv_git_blob_at(struct dv_git *g, const char *commit, const char *path,
		   struct dv_buf *out, size_t max, struct dv_err *err);
/* Paths below tree of commit that end in ".dv" and hold a pointer. */
int dv_git_pointers_at(struct dv_git *g, const char *commit,
		       struct dv_strlist *out, struct dv_err *err);

/* --- the work tree, as git sees it ----------------------------------- */

/* Paths in git's index at or below path ("" for all). */
int dv_git_tracked(struct dv_git *g, const char *path,
		   struct dv_strlist *out, struct dv_err *err);
/* Paths in git's index that end in ".dv" (not read). */
int dv_git_tracked_pointers(struct dv_git *g, struct dv_strlist *out,
			    struct dv_err *err);
/*
 * Tracked files that differ from HEAD, asked of `git status
 * --porcelain=v2 -z -uno`; pointers, .dvconfig and the paths in except
 * are left out.
 */
int dv_git_dirty(struct dv_git *g, const struct dv_strlist *except,
		 struct dv_strlist *out, struct dv_err *err);
/*
 * Hidden commit of all tracked and untracked, not ignored files, made
 * with a temporary index; parent HEAD.  Work tree and index stay as they
 * are.  Where nothing differs it is HEAD itself.  The same files on the
 * same HEAD with the same message give the same commit.  The code that a
 * version comes from is then dv_git_code_commit() of it: the snapshot,
 * unless only pointers differ.
 */
int dv_git_snapshot(struct dv_git *g, const char *message,
		    char hex[DV_GIT_HEX], struct dv_err *err);

/* --- tags and refs ---------------------------------------------------- */

/* Write the bytes of an annotated tag object. */
int dv_git_tag_write(struct dv_git *g, const void *buf, size_t n,
		     char hex[DV_GIT_HEX], struct dv_err *err);
/* Read a tag object, at most max bytes. */
int dv_git_tag_read(struct dv_git *g, const char *hex, struct dv_buf *out,
		    size_t max, struct dv_err *err);
/* The same for a blob: a record whose commit is not here. */
int dv_git_blob_write(struct dv_git *g, const void *buf, size_t n,
		      char hex[DV_GIT_HEX], struct dv_err *err);
int dv_git_blob_read(struct dv_git *g, const char *hex, struct dv_buf *out,
		     size_t max, struct dv_err *err);
/*
 * Point ref at hex.  old: "" it must not exist (DV_E_EXISTS), NULL do not
 * care, else what it must hold now (DV_E_CONFLICT).  Synced.
 */
int dv_git_ref_set(struct dv_git *g, const char *ref, const char *hex,
		   const char *old, const char *reflog, struct dv_err *err);
/* 1 and hex (not peeled), or 0. */
int dv_git_ref_get(struct dv_git *g, const char *ref, char hex[DV_GIT_HEX],
		   struct dv_err *err);
int dv_git_ref_delete(struct dv_git *g, const char *ref, const char *old,
		      struct dv_err *err);
/* All of them or none, whatever they hold; by one run of git. */
int dv_git_ref_delete_all(struct dv_git *g, const struct dv_strlist *refs,
			  struct dv_err *err);
typedef int dv_git_ref_fn(void *arg, const char *ref, const char *hex,
			  struct dv_err *err);
/* Refs whose names begin with prefix, sorted. */
int dv_git_ref_each(struct dv_git *g, const char *prefix, dv_git_ref_fn *fn,
		    void *arg, struct dv_err *err);

/* --- configuration ----------------------------------------------------- */

/* git's own configuration, `dv -c` first.  1 and *out, or 0 if unset. */
int dv_git_config_str(struct dv_git *g, const char *key, char **out,
		      struct dv_err *err);
int dv_git_config_int(struct dv_git *g, const char *key, int64_t *out,
		      struct dv_err *err);	/* k, m, g suffixes */
int dv_git_config_bool(struct dv_git *g, const char *key, bool *out,
		       struct dv_err *err);
/* Every <sub> that has a value <section>.<sub>.<name>, sorted, each once. */
int dv_git_config_subsections(struct dv_git *g, const char *section,
			      const char *name, struct dv_strlist *out,
			      struct dv_err *err);
/* Write into the repository's own config. */
int dv_git_config_set(struct dv_git *g, const char *key, const char *value,
		      struct dv_err *err);

/* "Name <email>", time and zone of who acts: GIT_COMMITTER_* first, then
 * configuration; DV_E_MISSING hints at git config user.name. */
int dv_git_ident(struct dv_git *g, char **ident, int64_t *time, int *tz,
		 struct dv_err *err);

/*
 * Content of every pointer in every commit that refs, HEADs of all work
 * trees, stash and reflogs reach, each once: for gc.
 */
typedef int dv_git_blob_fn(void *arg, const void *buf, size_t n,
			   struct dv_err *err);
int dv_git_each_pointer(struct dv_git *g, dv_git_blob_fn *fn, void *arg,
			struct dv_err *err);

#endif
