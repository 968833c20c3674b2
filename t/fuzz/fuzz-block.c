/* SPDX-License-Identifier: MIT */
/*
 * A block that is accepted is what would be written for its entries.  The
 * first byte says of what algorithm it is, and whether the last one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/block.h"
#include "format/entry.h"
#include "format/mp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dv_pathorder order;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_block block;
	enum dv_algo algo;
	struct dv_entry e;
	int rc;

	if (!size)
		return 0;
	algo = data[0] & 1 ? DV_ALGO_SHA256 : DV_ALGO_XXH128;
	dv_pathorder_init(&order);
	if (dv_block_open(&block, data + 1, size - 1, algo, data[0] & 2,
			  &err) < 0)
		return 0;
	dv_mp_write_array(&out, block.entries);
	while ((rc = dv_block_next(&block, &order, &e, &err)) > 0)
		dv_entry_encode(&out, &e);
	if (!rc && (out.len != size - 1 ||
		    memcmp(out.data, data + 1, size - 1)))
		abort();
	dv_buf_release(&out);
	return 0;
}
