/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MROOT_H
#define DV_FORMAT_MROOT_H

/*
 * Root of a manifest: what is true of the whole, and its top list.
 * Layout: dv-format-manifest(5).
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/mlist.h"

#define DV_MROOT_MAGIC "dv-manifest"
#define DV_MROOT_VERSION 1

struct dv_mroot {
	enum dv_algo algo;
	uint64_t entries, files, size;
	const uint8_t *meta;	/* of the dataset; NULL for none */
	size_t meta_len;
	struct dv_mlist list;
};

#define DV_MROOT_INIT { 0, 0, 0, 0, NULL, 0, DV_MLIST_INIT }

void dv_mroot_release(struct dv_mroot *r);

/*
 * Append a root whose list of n refs of depth is the refs_len bytes at
 * refs, one behind the other; r->list is not looked at.
 */
void dv_mroot_encode(struct dv_buf *out, const struct dv_mroot *r,
		     unsigned depth, size_t n, const char *refs,
		     size_t refs_len);

/*
 * Read the n bytes at buf, from which *r, initialised, borrows.
 * DV_E_FORMAT; DV_E_UNSUPPORTED for a version or algorithm that is not
 * known here.
 */
int dv_mroot_decode(struct dv_mroot *r, const void *buf, size_t n,
		    struct dv_err *err);

#endif
