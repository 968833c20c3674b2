/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_LOCATION_LAYOUT_H
#define DV_FORMAT_LOCATION_LAYOUT_H

/*
 * Layout of a location record, for its reader and its builder alone;
 * integers are big-endian.
 *
 *  bytes        field
 *      4        magic "DVLO"
 *      1        version: 1
 *      1        algorithm of the ids
 *      2        0
 *      4        p, packs
 *      4        m, blocks of packs
 *      4        n, objects
 *      4        r, bytes of the root
 *  16/32        id of the manifest
 *      p * (16/32 + 24)  packs, ascending by id:
 *                 id, 8 size of the .pack, 8 of the .idx,
 *                 1 kind: 1 data, 2 meta, 7 zero
 *      m * 32   blocks, by pack and place in it: as in a pack index
 *      m * 4    for each block, which of the packs it is in
 *      n * 16/32  ids of objects, ascending
 *      n * 24   objects, in the order of the ids: as in a pack index
 *      r        the root
 *      8        XXH3-64 of all bytes before
 */

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "format/packidx-layout.h"

#define LOCATION_MAGIC "DVLO"
#define LOCATION_VERSION 1
#define LOCATION_HEADER 24
#define LOCATION_CHECK 8

/* Bytes of a pack's entry. */
static inline size_t location_pack_size(enum dv_algo algo)
{
	return dv_algo_size(algo) + 24;
}

/* The counts are of 32 bits, so this does not overflow. */
static inline uint64_t location_length(enum dv_algo algo, uint32_t packs,
				       uint32_t blocks, uint32_t objects,
				       uint32_t root)
{
	return LOCATION_HEADER + dv_algo_size(algo) +
	       packs * (uint64_t)location_pack_size(algo) +
	       blocks * (uint64_t)(PACKIDX_BLOCK + 4) +
	       objects * (uint64_t)(dv_algo_size(algo) + PACKIDX_OBJECT) +
	       root + LOCATION_CHECK;
}

#endif
