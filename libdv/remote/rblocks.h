/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RBLOCKS_H
#define DV_REMOTE_RBLOCKS_H

/*
 * Blocks of one pack of a remote, in the order in which they lie in it:
 * what lies close comes with one request, a few of which are under way at
 * once, into files in the remote's tmp.  Disk and memory used are bounded.
 */

#include <stdint.h>

#include "base/err.h"
#include "format/packidx.h"
#include "remote/conn.h"

/*
 * Block b: its k->stored bytes as they lie there, compared with their
 * checksum.  why NULL; else stored is, and why says what is wrong with it.
 * Non-zero ends it, returned.
 */
typedef int dv_rblocks_fn(void *arg, uint32_t b,
			  const struct dv_pack_block *k, const void *stored,
			  const char *why, struct dv_err *err);

/*
 * Read the blocks of pack, whose checked index is x, for which want, x->m
 * bytes, is not zero (NULL: all).  Fails where the remote does; blocks that
 * are damaged or cut off, and a pack that is not there, are told to fn.
 */
int dv_rblocks_read(struct dv_conn *c, const struct dv_digest *pack,
		    const struct dv_packidx *x, const uint8_t *want,
		    dv_rblocks_fn *fn, void *arg, struct dv_err *err);

/*
 * Places of a checked index by block: *order has x->n of them, those of
 * block b from (*start)[b] to (*start)[b + 1].  The caller frees both.
 */
void dv_rblocks_sort(const struct dv_packidx *x, uint32_t **order,
		     uint32_t **start);

#endif
