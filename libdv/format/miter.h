/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MITER_H
#define DV_FORMAT_MITER_H

/*
 * The iterator of a manifest from inside: it can stop in front of a block
 * or list without reading it, which is what diff and the walk over
 * objects need.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "format/manifest.h"
#include "format/mtree.h"

enum dv_miter_place {
	DV_MITER_END,
	DV_MITER_REF,		/* in front of a block or list */
	DV_MITER_ENTRY		/* at an entry of a block */
};

struct dv_manifest_iter {
	enum dv_miter_place place;
	struct dv_mtree tree;		/* at the ref, or the block read */
	struct dv_entry entry;		/* at ENTRY */
	struct dv_pathorder order;
	struct dv_buf bytes;
	struct dv_block block;
	char *prefix;			/* NULL: all */
	size_t prefix_len;
	struct dv_manifest_info seen;	/* totals so far */
	bool skipped;			/* then they are not all */
	bool handed_out;		/* next() moves on first */
};

/* At REF: read it, and come to what is first in it. */
int dv_miter_enter(struct dv_manifest_iter *it, struct dv_err *err);
/* At REF or ENTRY: on to what follows; a ref is left unread. */
int dv_miter_next(struct dv_manifest_iter *it, struct dv_err *err);

#endif
