/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_PACKIDX_LAYOUT_H
#define DV_FORMAT_PACKIDX_LAYOUT_H

/*
 * Layout of a pack index, for its reader and its builder, and for location
 * records, whose objects and blocks have the same entries; integers are
 * big-endian.
 *
 *  bytes        field
 *      4        magic "DVPI"
 *      1        version: 1
 *      1        kind: 1 data, 2 meta
 *      1        algorithm of the ids
 *      1        0
 *      4        n, objects
 *      4        m, blocks
 *      8        end of the last block in the pack
 *   1024        fan-out: for each first byte, ids that begin with it or less
 *      n * 16/32  ids, ascending
 *      n * 24   objects, in the order of the ids:
 *                 4 block, 4 offset in its plain bytes, 4 length,
 *                 1 type: 1 plain, 2 recipe, 3 zero, 8 size of the object
 *      m * 32   blocks, in the order they lie in the pack:
 *                 8 offset, 4 stored length, 4 plain length,
 *                 8 XXH3-64 of stored bytes, 1 codec: 0 stored, 1 zstd,
 *                 7 zero
 *      8        XXH3-64 of all bytes before
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "format/pack.h"
#include "format/packidx.h"

#define PACKIDX_MAGIC "DVPI"
#define PACKIDX_VERSION 1
#define PACKIDX_HEADER 24
#define PACKIDX_FAN 1024
#define PACKIDX_OBJECT 24
#define PACKIDX_BLOCK 32
#define PACKIDX_CHECK 8
#define PACKIDX_LENGTH_MIN (PACKIDX_HEADER + PACKIDX_FAN + PACKIDX_CHECK)

/* n and m are within their limits, so this does not overflow. */
static inline uint64_t packidx_length(enum dv_algo algo, uint32_t n,
				      uint32_t m)
{
	return PACKIDX_LENGTH_MIN +
	       (uint64_t)n * (dv_algo_size(algo) + PACKIDX_OBJECT) +
	       (uint64_t)m * PACKIDX_BLOCK;
}

/*
 * The entry of a block in a pack whose blocks end at end.  Returns why it
 * cannot be one, or NULL.
 */
static inline const char *packidx_get_block(const uint8_t *p, uint64_t end,
					    struct dv_pack_block *out)
{
	struct dv_pack_block k = {
		.offset = dv_get_be64(p),
		.stored = dv_get_be32(p + 8),
		.plain = dv_get_be32(p + 12),
		.check = dv_get_be64(p + 16),
		.codec = p[24],
	};

	if (k.codec != DV_PACK_STORED && k.codec != DV_PACK_ZSTD)
		return "a block of unknown codec";
	if (dv_get_be32(p + 24) & 0xffffff || dv_get_be32(p + 28))
		return "a reserved field is not zero";
	if (k.plain > DV_PACK_PLAIN_MAX || k.stored > k.plain ||
	    (k.codec == DV_PACK_STORED && k.stored != k.plain))
		return "a block of forbidden length";
	if (k.offset < DV_PACK_HEADER || k.offset > end ||
	    k.stored > end - k.offset)
		return "a block outside the pack";
	*out = k;
	return NULL;
}

static inline void packidx_put_block(struct dv_buf *out,
				     const struct dv_pack_block *k)
{
	dv_buf_be64(out, k->offset);
	dv_buf_be32(out, k->stored);
	dv_buf_be32(out, k->plain);
	dv_buf_be64(out, k->check);
	dv_buf_be32(out, (unsigned)k->codec << 24);
	dv_buf_be32(out, 0);
}

/*
 * The entry of an object in one of m blocks, whose entries are at blocks.
 * Returns why it cannot be one, or NULL.
 */
static inline const char *packidx_get_object(const uint8_t *p,
					     const uint8_t *blocks,
					     uint32_t m,
					     struct dv_pack_object *out)
{
	struct dv_pack_object o = {
		.block = dv_get_be32(p),
		.offset = dv_get_be32(p + 4),
		.length = dv_get_be32(p + 8),
		.type = p[12],
		.size = dv_get_be64(p + 16),
	};

	if (o.type != DV_PACK_PLAIN && o.type != DV_PACK_RECIPE)
		return "an object of unknown type";
	if (p[13] || p[14] || p[15])
		return "a reserved field is not zero";
	if (o.block >= m)
		return "an object in a block that is not there";
	if (o.size > INT64_MAX)
		return "absurd size";
	if (o.type == DV_PACK_PLAIN && o.size != o.length)
		return "an object with two sizes";
	if ((uint64_t)o.offset + o.length >
	    dv_get_be32(blocks + (size_t)o.block * PACKIDX_BLOCK + 12))
		return "an object reaches out of its block";
	*out = o;
	return NULL;
}

#endif
