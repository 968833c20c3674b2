/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_BLOCK_H
#define DV_FORMAT_BLOCK_H

/*
 * Block of a manifest: some of its entries, ascending.  Layout:
 * dv-format-manifest(5).  Entries are read one after the other, out of
 * the bytes and without allocating.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "format/manifest.h"
#include "format/mp.h"
#include "format/pathorder.h"

struct dv_block {
	struct dv_mp in;
	const uint8_t *body;	/* of the first entry */
	size_t entries, taken;
	enum dv_algo algo;
	bool last;
};

/*
 * Begin to read the n bytes at buf, which must outlive b.  last: no block
 * follows it in the manifest.  DV_E_FORMAT.
 */
int dv_block_open(struct dv_block *b, const void *buf, size_t n,
		  enum dv_algo algo, bool last, struct dv_err *err);
/*
 * The next entry: 1 and *e, borrowed from the bytes, or 0 at the end.
 * order takes its path.  DV_E_FORMAT, also where the block does not end
 * where dv_cut_block() says.
 */
int dv_block_next(struct dv_block *b, struct dv_pathorder *order,
		  struct dv_entry *e, struct dv_err *err);

#endif
