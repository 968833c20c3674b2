/* SPDX-License-Identifier: MIT */
/*
 * Whatever a pack says of itself, nothing outside of it is read, and what
 * passes all checks gives every object.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_block(const struct dv_pack *pack, uint32_t b)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf plain = DV_BUF_INIT;
	struct dv_pack_block k;

	if (dv_packidx_block(&pack->idx, b, &k, &err) < 0)
		return;
	dv_pack_check_block(pack, b, &err);
	if (!dv_pack_unblock(&plain, &k, pack->p + k.offset, &err) &&
	    plain.len != k.plain)
		abort();
	dv_buf_release(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest name;
	struct dv_pack pack;

	if (dv_pack_open(&pack, data, size, &err) < 0)
		return 0;
	dv_pack_check(&pack, &err);
	dv_pack_id(&pack, &name);
	for (uint32_t b = 0; b < pack.idx.m; b++)
		read_block(&pack, b);
	return 0;
}
