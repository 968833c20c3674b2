/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_PACKCHECK_H
#define DV_STORE_PACKCHECK_H

/*
 * One pack file checked: header, trailer, index in the pack and beside it,
 * name, checksums of blocks, digests of objects.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "format/pack.h"

enum dv_packcheck_flag {
	DV_PACKCHECK_OBJECTS = 1u << 0,	/* digests of plain objects, too */
	DV_PACKCHECK_NAME = 1u << 1,	/* the file's name is its digest */
	DV_PACKCHECK_IDX = 1u << 2	/* the .idx beside it is the same */
};

/*
 * One sentence about one fault, and the object that is damaged, or NULL
 * where it is not about one; called from one thread at a time.
 */
typedef void dv_packcheck_fn(void *arg, const struct dv_digest *id,
			     const char *sentence);

/*
 * Check the pack at base plus ".pack".  Returns the number of faults, each
 * of which fn was told, or negative where it could not be read at all;
 * DV_E_MISSING if it is gone.
 */
int64_t dv_packcheck(const char *base, unsigned flags, dv_packcheck_fn *fn,
		     void *arg, struct dv_progress *p, struct dv_err *err);

#endif
