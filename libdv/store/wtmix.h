/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTMIX_H
#define DV_STORE_WTMIX_H

/*
 * An index that has one part of a dataset from a manifest and the rest as
 * it was, and the manifest of that mixture.
 */

#include "base/err.h"
#include "store/odb.h"
#include "store/wtindex.h"

/*
 * Make *out in memory; new objects go into txn, which is not synced.
 * version may be NULL.  DV_E_MISSING if neither has anything at path.
 */
int dv_wtmix(struct dv_wtindex *out, struct dv_odb *odb,
	     struct dv_odb_txn *txn, const struct dv_windex *old,
	     const struct dv_digest *manifest, const char *path,
	     const char *version, struct dv_err *err);

#endif
