/* SPDX-License-Identifier: MIT */
#include "format/pack.h"

#include <string.h>

#include "base/compress.h"

/*
 *  header               trailer
 *  4  magic "DVPK"      8  length of the index
 *  1  version: 1        8  magic "DVPKEND\n"
 *  1  kind
 *  1  algorithm
 *  1  0
 */
#define VERSION 1
static const uint8_t magic[4] = { 'D', 'V', 'P', 'K' };
static const uint8_t end_magic[8] = { 'D', 'V', 'P', 'K',
				      'E', 'N', 'D', '\n' };

static int reject(struct dv_err *err, const char *why)
{
	return dv_err_set(err, DV_E_FORMAT, "pack is corrupt: %s", why);
}

void dv_pack_encode_header(uint8_t out[DV_PACK_HEADER],
			   enum dv_pack_kind kind, enum dv_algo algo)
{
	memcpy(out, magic, sizeof(magic));
	out[4] = VERSION;
	out[5] = (uint8_t)kind;
	out[6] = (uint8_t)algo;
	out[7] = 0;
}

void dv_pack_encode_trailer(uint8_t out[DV_PACK_TRAILER],
			    uint64_t index_length)
{
	dv_put_be64(out, index_length);
	memcpy(out + 8, end_magic, sizeof(end_magic));
}

int dv_pack_locate(const uint8_t trailer[DV_PACK_TRAILER], uint64_t size,
		   uint64_t *index, uint64_t *length, struct dv_err *err)
{
	uint64_t n = dv_get_be64(trailer);

	if (memcmp(trailer + 8, end_magic, sizeof(end_magic)))
		return reject(err, "it does not end as one");
	if (size < DV_PACK_HEADER + DV_PACK_TRAILER ||
	    n > size - DV_PACK_HEADER - DV_PACK_TRAILER)
		return reject(err, "its index is longer than it is");
	*index = size - DV_PACK_TRAILER - n;
	*length = n;
	return 0;
}

int dv_pack_open(struct dv_pack *out, const void *data, size_t n,
		 struct dv_err *err)
{
	struct dv_pack pack = { .p = data, .len = n };
	uint64_t index, length;
	int rc;

	if (n < DV_PACK_HEADER + DV_PACK_TRAILER ||
	    memcmp(pack.p, magic, sizeof(magic)))
		return reject(err, "it does not begin as one");
	if (pack.p[4] != VERSION)
		return dv_err_set(err, DV_E_UNSUPPORTED, "pack is of version "
				  "%u, and this dv reads version %u",
				  pack.p[4], VERSION);
	rc = dv_pack_locate(pack.p + n - DV_PACK_TRAILER, n, &index, &length,
			    err);
	if (rc < 0)
		return rc;
	rc = dv_packidx_open(&pack.idx, pack.p + index, length, err);
	if (rc < 0)
		return rc;
	if (pack.idx.end != index)
		return reject(err, "its index is not where the blocks end");
	*out = pack;
	return 0;
}

int dv_pack_check(const struct dv_pack *pack, struct dv_err *err)
{
	uint8_t header[DV_PACK_HEADER];

	dv_pack_encode_header(header, pack->idx.kind, pack->idx.algo);
	if (memcmp(pack->p, header, sizeof(header)))
		return reject(err, "header and index do not agree");
	return dv_packidx_check(&pack->idx, err);
}

int dv_pack_check_block(const struct dv_pack *pack, uint32_t b,
			struct dv_err *err)
{
	struct dv_pack_block k;
	int rc = dv_packidx_block(&pack->idx, b, &k, err);

	if (rc < 0)
		return rc;
	if (dv_hash64(pack->p + k.offset, k.stored) != k.check)
		return dv_err_set(err, DV_E_DIGEST, "block %u does not fit "
				  "its checksum", b);
	return 0;
}

void dv_pack_id(const struct dv_pack *pack, struct dv_digest *out)
{
	dv_digest_of(out, pack->idx.algo, pack->idx.p, pack->idx.len);
}

int dv_pack_unblock(struct dv_buf *out, const struct dv_pack_block *k,
		    const void *p, struct dv_err *err)
{
	if (k->codec == DV_PACK_ZSTD)
		return dv_decompress(out, k->plain, p, k->stored, err);
	dv_buf_add(out, p, k->stored);
	return dv_buf_check(out, "block", err);
}
