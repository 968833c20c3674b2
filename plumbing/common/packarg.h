/* SPDX-License-Identifier: MIT */
#ifndef DV_COMMON_PACKARG_H
#define DV_COMMON_PACKARG_H

/* Packs that are named as arguments. */

#include <stdbool.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * The name of a pack without ".pack", or ".idx" where that may be given,
 * too; the caller's to free.  NULL and DV_E_INVALID for another name.
 */
char *dv_packarg_base(const char *path, bool idx, struct dv_err *err);

/* A dv_packcheck_fn that says what is wrong. */
void dv_packarg_fault(void *arg, const struct dv_digest *id,
		      const char *sentence);

#endif
