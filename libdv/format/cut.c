/* SPDX-License-Identifier: MIT */
#include "format/cut.h"

#include "base/digest.h"
#include "format/manifest.h"

static bool ends(const char *path, size_t n)
{
	return (dv_hash64(path, n) & DV_CUT_MASK) == 0;
}

bool dv_cut_block(const char *path, size_t path_len, size_t n,
		  size_t bytes)
{
	return n >= DV_BLOCK_ENTRIES_MAX || bytes >= DV_CUT_BYTES ||
	       ends(path, path_len);
}

bool dv_cut_list(const char *first, size_t first_len, size_t n,
		 size_t bytes)
{
	if (n >= DV_LIST_REFS_MAX || bytes >= DV_CUT_BYTES)
		return true;
	return n >= DV_CUT_REFS_MIN && ends(first, first_len);
}
