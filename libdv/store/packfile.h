/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_PACKFILE_H
#define DV_STORE_PACKFILE_H

/*
 * One pack on disk, open for reading: its index mapped, the pack itself
 * opened when the first byte of it is needed.  An .idx that is missing or
 * broken is no loss, the pack ends in the same bytes.
 *
 * Many threads may read from one handle.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "format/packidx.h"

struct dv_packfile {
	struct dv_packidx idx;
	char *base;		/* path without ".pack" or ".idx" */
	_Atomic int fd;		/* of the pack; -1 until it is needed */
	struct dv_map map;	/* what idx is a view of */
	_Atomic bool summed, checked;	/* what was done of the two below */
};

/*
 * Open the pack whose path is base plus ".pack"; algo is the store's.
 * DV_E_MISSING if it is gone, DV_E_FORMAT naming the file.
 */
int dv_packfile_open(struct dv_packfile **out, const char *base,
		     enum dv_algo algo, struct dv_err *err);
void dv_packfile_close(struct dv_packfile *pf);

/* Compare the checksum of the index, once: says it no, it knows it. */
int dv_packfile_check_sum(struct dv_packfile *pf, struct dv_err *err);
/*
 * Check all of the index, once.  Looking an object up checks what it
 * uses; one who throws away what the index does not name must know that
 * it names everything.
 */
int dv_packfile_check(struct dv_packfile *pf, struct dv_err *err);

/* Bytes of the pack on disk, by its index. */
uint64_t dv_packfile_size(const struct dv_packfile *pf);
/* Its descriptor, borrowed, or a failure; DV_E_MISSING if it is gone. */
int dv_packfile_fd(struct dv_packfile *pf, struct dv_err *err);
/* Read n bytes at off, all there or DV_E_FORMAT. */
int dv_packfile_pread(struct dv_packfile *pf, void *to, size_t n,
		      uint64_t off, struct dv_err *err);
/* Append the plain bytes of block k; DV_E_DIGEST where it is damaged. */
int dv_packfile_block(struct dv_packfile *pf, const struct dv_pack_block *k,
		      struct dv_buf *out, struct dv_err *err);
/* Put "pack '<path>': " in front of the failure. */
int dv_packfile_blame(const struct dv_packfile *pf, struct dv_err *err);

#endif
