/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_ODB_TRANSFER_H
#define DV_STORE_ODB_TRANSFER_H

/*
 * Packs that go elsewhere and come from elsewhere.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "store/odb.h"

/*
 * Write one pack of the n objects at ids, each once, into the directory
 * dir: <name>.pack and <name>.idx.  A large object brings its chunks and
 * the parts of its recipe.  Each is checked against its digest on the way.
 * level: zstd's, 0 to store bytes as they are.  1 and *name, or 0 where n
 * is 0 and nothing was written; DV_E_MISSING names what is not here.
 */
int dv_odb_pack(struct dv_odb *odb, const struct dv_digest *ids, size_t n,
		enum dv_odb_kind kind, int level, const char *dir,
		struct dv_digest *name, struct dv_progress *p,
		struct dv_err *err);

/*
 * Add all objects of the pack at base plus ".pack", which nobody vouches
 * for: each is checked against its digest, a large one whole.  Its chunks
 * may be in the pack or here already.  An .idx beside it must be its own.
 * *count (may be NULL): how many.
 */
int dv_odb_unpack(struct dv_odb *odb, const char *base, uint64_t *count,
		  struct dv_progress *p, struct dv_err *err);

#endif
