/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_GITLIB_H
#define DV_STORE_GITLIB_H

/*
 * The door to git2.h: what the files store/git*.c, which together are
 * git.h, share.  Nobody else includes it.
 */

#include <git2.h>

#include "store/git.h"

struct dv_git {
	git_repository *repo;
	git_odb *odb;		/* by dv_git_odb() */
	git_config *config;	/* by dv_git_config() */
	char *workdir;		/* NULL: bare */
	char *gitdir, *commondir;
};

/*
 * Fill err from the libgit2 call that has just answered rc, with its text
 * behind ours.  GIT_ENOTFOUND is DV_E_MISSING, GIT_EEXISTS DV_E_EXISTS,
 * GIT_EAMBIGUOUS DV_E_AMBIGUOUS, GIT_EMODIFIED DV_E_CONFLICT, GIT_ELOCKED
 * DV_E_LOCKED, GIT_EINVALIDSPEC DV_E_INVALID.
 */
int dv_git_fail(struct dv_err *err, int rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Hex of an id; out has DV_GIT_HEX. */
void dv_git_hex(char *out, const git_oid *id);
/* 40 hex digits to an id; DV_E_INVALID. */
int dv_git_oid(git_oid *out, const char *hex, struct dv_err *err);

/* Opened once; borrowed. */
int dv_git_odb(struct dv_git *g, git_odb **out, struct dv_err *err);
/*
 * git's configuration with the files that the environment names and this
 * work tree's own, opened once; borrowed.
 */
int dv_git_config(struct dv_git *g, git_config **out, struct dv_err *err);

/*
 * Object id, which must be of that type and have at most max bytes, else
 * DV_E_FORMAT and DV_E_LIMIT.  What a partial clone left behind is
 * fetched by git.  *out is the caller's: git_odb_object_free().
 */
int dv_git_object(struct dv_git *g, const git_oid *id, git_object_t type,
		  size_t max, git_odb_object **out, struct dv_err *err);
/* Commits and trees, fetched the same way; the caller's to free. */
int dv_git_commit(struct dv_git *g, const git_oid *id, git_commit **out,
		  struct dv_err *err);
int dv_git_tree(struct dv_git *g, const git_oid *id, git_tree **out,
		struct dv_err *err);

/* Is this entry of a tree a pointer, by name, mode and content? 1/0 */
int dv_git_is_pointer(struct dv_git *g, const char *name, git_filemode_t mode,
		      const git_oid *id, struct dv_err *err);
/* Does the path end as that of a pointer does? */
bool dv_git_is_pointer_name(const char *path);

/*
 * Run `git` with argv (which begins "git") on this repository, whatever
 * the environment and the current directory are; env as dv_proc_run().
 * Returns its exit status or a failure.
 */
int dv_git_run(struct dv_git *g, const char *const *argv,
	       const char *const *env, const void *input, size_t n,
	       struct dv_buf *out, struct dv_err *err);

#endif
