/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_STAGED_H
#define DV_PORCELAIN_STAGED_H

/*
 * Pointers that no commit has yet: those in git's index, and those on
 * disk, of every work tree of this repository.
 */

#include "base/err.h"
#include "store/repo.h"

/*
 * Call fn with the content of each, at most DV_POINTER_MAX bytes, some
 * more than once; not all of them need be sound pointers.  Non-zero ends
 * it; returned.
 */
int dv_staged_each(struct dv_repo *r, dv_git_blob_fn *fn, void *arg,
		   struct dv_err *err);

#endif
