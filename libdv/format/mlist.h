/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MLIST_H
#define DV_FORMAT_MLIST_H

/*
 * Refs and lists of a manifest: which blocks (or lists) there are, and
 * where their paths begin.  Layout: dv-format-manifest(5).
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/mp.h"

/* What a list says of one block, or of one list below it. */
struct dv_mref {
	const char *first;	/* path of its first entry; borrowed */
	size_t first_len;
	struct dv_digest id;
	uint64_t entries;	/* in all that is below it */
	uint64_t bytes;		/* of the object itself */
};

void dv_mref_encode(struct dv_buf *out, const struct dv_mref *ref);

/* Take one ref, which names a list or (depth 0) a block.  DV_E_FORMAT. */
int dv_mref_decode(struct dv_mref *ref, struct dv_mp *in,
		   enum dv_algo algo, unsigned depth, struct dv_err *err);

struct dv_mlist {
	struct dv_mref *refs;	/* ascending by first */
	size_t n, cap;
	unsigned depth;		/* 0: refs name blocks */
};

#define DV_MLIST_INIT { NULL, 0, 0, 0 }

void dv_mlist_release(struct dv_mlist *l);

/* Which list it is decides where it may end. */
enum dv_mlist_place {
	DV_MLIST_ROOT,		/* in the root: anywhere */
	DV_MLIST_INNER,		/* as dv_cut_list() says */
	DV_MLIST_LAST		/* the same, or with the manifest */
};

/*
 * Take a list whose refs are of depth; they borrow from in's bytes.  *l
 * is the caller's, initialised, and its memory is used again.  *entries
 * is their sum.  DV_E_FORMAT.
 */
int dv_mlist_decode(struct dv_mlist *l, struct dv_mp *in,
		    enum dv_algo algo, unsigned depth,
		    enum dv_mlist_place place, uint64_t *entries,
		    struct dv_err *err);

#endif
