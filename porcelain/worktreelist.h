/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_WORKTREELIST_H
#define DV_PORCELAIN_WORKTREELIST_H

/* What dv keeps in each of git's work trees of this repository. */

#include "base/err.h"
#include "base/strlist.h"
#include "store/repo.h"
#include "store/wtindex.h"

/* Append the git directory of each: the common one first. */
int dv_worktreelist_gitdirs(struct dv_repo *r, struct dv_strlist *out,
			    struct dv_err *err);

/*
 * Call fn for each dataset that has an index in any work tree: `there` is
 * r with that work tree's state_dir, good for dv_wtindex_open() and
 * nothing else.  Non-zero ends it; returned.
 */
typedef int dv_worktreelist_fn(void *arg, struct dv_repo *there,
			       const char *dataset, struct dv_err *err);
int dv_worktreelist_indexes(struct dv_repo *r, dv_worktreelist_fn *fn,
			    void *arg, struct dv_err *err);

#endif
