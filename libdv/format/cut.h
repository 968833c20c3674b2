/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_CUT_H
#define DV_FORMAT_CUT_H

/*
 * Where the blocks and the lists of a manifest end.  Every end follows
 * from what is in front of it inside the same block, so that a writer
 * needs no look-ahead and a reader can check each block by itself.
 */

#include <stdbool.h>
#include <stddef.h>

#define DV_CUT_MASK 511u		/* one path in 512 ends a block */
#define DV_CUT_BYTES (768u << 10)	/* of entries or refs; ends one too */
#define DV_CUT_REFS_MIN 16		/* of a list, so that lists get fewer */

/* Objects of a manifest are at most this long; the root, with metadata. */
#define DV_LIST_REFS_MAX 4096
#define DV_LIST_BYTES_MAX (1u << 20)
#define DV_ROOT_BYTES_MAX ((1u << 20) + (128u << 10))
#define DV_ROOT_DEPTH_MAX 8

/*
 * Does a block end behind the entry at path, which is its n-th and takes
 * it to bytes bytes of entries?
 */
bool dv_cut_block(const char *path, size_t path_len, size_t n,
		  size_t bytes);

/* The same for a list and the first path of its n-th ref. */
bool dv_cut_list(const char *first, size_t first_len, size_t n,
		 size_t bytes);

#endif
