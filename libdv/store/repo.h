/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_REPO_H
#define DV_STORE_REPO_H

/*
 * A dv repository: git's, the store beside it, this work tree's state.
 * Every path in it is named in dv-repository(5).
 */

#include <stdbool.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/lock.h"
#include "format/dvconfig.h"
#include "format/pointer.h"
#include "store/git.h"
#include "store/odb.h"

struct dv_repo {
	struct dv_git *git;
	char *workdir;		/* absolute; NULL: bare */
	int workfd;		/* open on workdir; -1 */
	char *prefix;		/* of the current directory below workdir:
				   "" or "sub/dir/" */
	char *store_dir;	/* <commondir>/dv */
	char *state_dir;	/* <gitdir>/dv, this work tree's */
	enum dv_algo algo;
	bool fresh;		/* the store was made in passing */
	char *name_space;	/* "lab" */
	int lock_timeout;	/* ms; dv.lockTimeout */
	struct dv_dvconfig config;	/* .dvconfig; ask for known keys only */
	struct dv_odb *odb;	/* by dv_repo_odb() */
};

enum dv_repo_flag {
	DV_REPO_WORKTREE = 1u << 0	/* a bare one will not do */
};

/*
 * Open the repository of the current directory.  Sentences and hints for:
 * not in a git repository, not initialised (`dv init`), .dvconfig and
 * store of different formats, a newer store.  A clone whose .dvconfig
 * names the format is initialised in passing, and its datasets are kept
 * from git then.  *out is the caller's.
 */
int dv_repo_open(struct dv_repo **out, unsigned flags, struct dv_err *err);
void dv_repo_close(struct dv_repo *r);

/* Open the object database, once; borrowed, closed with r. */
int dv_repo_odb(struct dv_repo *r, struct dv_odb **out, struct dv_err *err);

/*
 * Make the store and .dvconfig.  Idempotent; another format than the one
 * that is there, also if only in a tracked pointer, is DV_E_EXISTS.
 * name_space NULL: from the origin's URL, else the work tree's name.
 * *fresh: it was not there before.
 */
int dv_repo_init(enum dv_algo algo, bool algo_given, const char *name_space,
		 bool *fresh, struct dv_err *err);

/*
 * An argument of the user (relative to the current directory or absolute)
 * as a path below workdir without a slash at the end, "" for the work
 * tree itself.  DV_E_INVALID outside, inside .git, or not valid.
 */
int dv_repo_path(struct dv_repo *r, const char *arg, char **out,
		 struct dv_err *err);

/*
 * The pointer `<dataset>.dv` in the work tree: 1 and *out, or 0 where
 * there is none (or another file of that name).  DV_E_FORMAT where it is
 * one and damaged, or has conflict markers.
 */
int dv_repo_pointer(struct dv_repo *r, const char *dataset,
		    struct dv_pointer *out, struct dv_err *err);

/* Where in state_dir/dir a dataset has its file; *out is the caller's. */
int dv_repo_state_path(struct dv_repo *r, const char *dir,
		       const char *dataset, char **out, struct dv_err *err);

/* Exclusive lock of this work tree's state, waits for lock_timeout. */
int dv_repo_lock(struct dv_repo *r, struct dv_lock *lock, struct dv_err *err);

/*
 * The object format of here without opening git: .dvconfig of the work
 * tree around the current directory, else xxh128.
 */
int dv_repo_guess_algo(enum dv_algo *out, struct dv_err *err);

#endif
