/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MTREE_H
#define DV_FORMAT_MTREE_H

/*
 * The tree of an open manifest: root, lists, and a place among their
 * refs.  What walks a manifest (iterator, find, diff) goes by this.
 */

#include "base/buf.h"
#include "base/err.h"
#include "format/block.h"
#include "format/cut.h"
#include "format/manifest.h"
#include "format/mlist.h"
#include "format/mroot.h"

struct dv_manifest {
	dv_manifest_get_fn *get;
	void *arg;
	struct dv_manifest_info info;
	struct dv_buf bytes;		/* of the root */
	struct dv_mroot root;		/* borrows from them */
};

struct dv_mtree {
	struct dv_manifest *m;
	unsigned deep;			/* level in use, 0: the root's */
	struct {
		struct dv_buf bytes;
		struct dv_mlist own;
		const struct dv_mlist *list;
		size_t at;
	} levels[DV_ROOT_DEPTH_MAX + 1];
};

/* A place at the first ref of m, which must outlive t. */
void dv_mtree_init(struct dv_mtree *t, struct dv_manifest *m);
void dv_mtree_release(struct dv_mtree *t);

/* The ref here; NULL behind the last one.  Borrowed until t moves. */
const struct dv_mref *dv_mtree_ref(const struct dv_mtree *t);
/* Does it name a block (0), or a list of lists or blocks (more)? */
unsigned dv_mtree_depth(const struct dv_mtree *t);
/*
 * The ref whose paths begin where those of the ref here end; NULL where
 * this is the last.
 */
const struct dv_mref *dv_mtree_after(const struct dv_mtree *t);

/* Go on to the next ref, leaving out what is below this one. */
void dv_mtree_next(struct dv_mtree *t);
/* Read the list that the ref here names, and go to its first ref. */
int dv_mtree_enter(struct dv_mtree *t, struct dv_err *err);
/* Read the block that the ref here names into bytes, which is reset. */
int dv_mtree_open_block(const struct dv_mtree *t, struct dv_block *b,
			struct dv_buf *bytes, struct dv_err *err);
/*
 * The next entry of that block, as dv_block_next() has it; at the first
 * and behind the last, paths are those that the refs say.
 */
int dv_mtree_next_entry(const struct dv_mtree *t, struct dv_block *b,
			struct dv_pathorder *order, struct dv_entry *e,
			struct dv_err *err);

#endif
