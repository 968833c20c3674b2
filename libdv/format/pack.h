/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_PACK_H
#define DV_FORMAT_PACK_H

/*
 * A pack: header, blocks of stored or compressed bytes that objects lie
 * in, the index, a trailer that tells how long the index is.  Layout and
 * reject list: dv-format-pack(5).
 *
 * Failure: DV_E_FORMAT, DV_E_UNSUPPORTED for a newer version.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/packidx.h"

#define DV_PACK_HEADER 8
#define DV_PACK_TRAILER 16

void dv_pack_encode_header(uint8_t out[DV_PACK_HEADER],
			   enum dv_pack_kind kind, enum dv_algo algo);
void dv_pack_encode_trailer(uint8_t out[DV_PACK_TRAILER],
			    uint64_t index_length);

/*
 * Where the index lies in a pack of size bytes, from its last
 * DV_PACK_TRAILER bytes.
 */
int dv_pack_locate(const uint8_t trailer[DV_PACK_TRAILER], uint64_t size,
		   uint64_t *index, uint64_t *length, struct dv_err *err);

/* A view of a whole pack in memory. */
struct dv_pack {
	const uint8_t *p;	/* borrowed */
	size_t len;
	struct dv_packidx idx;
};

/* Header, trailer, and the index opened; p must outlive out. */
int dv_pack_open(struct dv_pack *out, const void *p, size_t n,
		 struct dv_err *err);
/* Check the index, and that header and index agree. */
int dv_pack_check(const struct dv_pack *pack, struct dv_err *err);
/* Compare block b < idx.m with its checksum. */
int dv_pack_check_block(const struct dv_pack *pack, uint32_t b,
			struct dv_err *err);
/* The pack's name: digest of its index. */
void dv_pack_id(const struct dv_pack *pack, struct dv_digest *out);

/* Append the plain bytes of block k whose stored bytes are at p. */
int dv_pack_unblock(struct dv_buf *out, const struct dv_pack_block *k,
		    const void *p, struct dv_err *err);

#endif
