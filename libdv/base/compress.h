/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_COMPRESS_H
#define DV_BASE_COMPRESS_H

/*
 * Zstandard frames (RFC 8878) of bytes in memory.  The door to zstd.h.
 * Any thread may call; each keeps its working memory until it ends.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Append one frame that holds n bytes and says so.  level: 1 .. 19. */
void dv_compress(struct dv_buf *out, const void *in, size_t n, int level);

/*
 * Append the size bytes that the one frame of n bytes at in holds.  size
 * is what the caller was told elsewhere, and has compared with its limit.
 * A frame that is broken, holds more or less, does not say how much, or
 * has bytes behind it is DV_E_FORMAT; out is as before then.
 */
int dv_decompress(struct dv_buf *out, size_t size, const void *in, size_t n,
		  struct dv_err *err);

#endif
