/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_TREEDIFF_H
#define DV_PORCELAIN_TREEDIFF_H

/* Two states of a dataset compared, into a list of changes. */

#include "base/digest.h"
#include "base/err.h"
#include "porcelain/deltas.h"
#include "store/odb.h"
#include "store/repo.h"

/*
 * From manifest a to manifest b (NULL: empty), at and below prefix ("":
 * all, and the metadata of the dataset as the change with path "").
 */
int dv_treediff_manifests(struct dv_deltas *out, struct dv_odb *odb,
			  const struct dv_digest *a,
			  const struct dv_digest *b, const char *prefix,
			  struct dv_err *err);

/*
 * From manifest a (NULL: what the index holds, else the pointer) to what
 * lies in the work tree.  Changed files are hashed.
 */
int dv_treediff_worktree(struct dv_deltas *out, struct dv_repo *repo,
			 const char *dataset, const struct dv_digest *a,
			 const char *prefix, struct dv_err *err);

#endif
