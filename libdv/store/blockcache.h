/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_BLOCKCACHE_H
#define DV_STORE_BLOCKCACHE_H

/*
 * The last few blocks that were decompressed, so that the small objects of
 * one block, read one after another, cost one decompression.  Each thread
 * tends to keep a place of its own.
 */

#include "base/buf.h"
#include "base/err.h"
#include "store/packfile.h"

struct dv_blockcache;

struct dv_blockcache *dv_blockcache_new(void);
void dv_blockcache_free(struct dv_blockcache *c);

/*
 * Append length bytes at offset of the plain bytes of block number b of
 * pack, which k describes and which has them.
 */
int dv_blockcache_read(struct dv_blockcache *c, struct dv_packfile *pack,
		       uint32_t b, const struct dv_pack_block *k,
		       uint32_t offset, uint32_t length, struct dv_buf *out,
		       struct dv_err *err);

#endif
