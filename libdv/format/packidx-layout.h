/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_PACKIDX_LAYOUT_H
#define DV_FORMAT_PACKIDX_LAYOUT_H

/*
 * Layout of a pack index, for its reader and its builder alone; integers
 * are big-endian.
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

#include "base/digest.h"

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

#endif
