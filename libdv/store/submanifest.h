/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_SUBMANIFEST_H
#define DV_STORE_SUBMANIFEST_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/err.h"
#include "store/odb.h"

/*
 * The part of a manifest at path ("": all) as a manifest of its own, in
 * odb: paths are from there, a file is the entry ".".  held: without what
 * has its content not in odb.  DV_E_MISSING where there is nothing.
 */
int dv_submanifest(struct dv_odb *odb, const struct dv_digest *manifest,
		   const char *path, bool held, struct dv_digest *out,
		   struct dv_err *err);

#endif
