/* SPDX-License-Identifier: MIT */

/*
 * The first two bytes are the size that is expected, the rest a frame:
 * it is refused, or it gives exactly that many bytes.
 */

#include <stdint.h>
#include <stdlib.h>

#include "base/compress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	size_t size;
	int rc;

	if (n < 2)
		return 0;
	size = (size_t)data[0] << 8 | data[1];
	rc = dv_decompress(&out, size, data + 2, n - 2, &err);
	if (out.len != (rc ? 0 : size))
		abort();
	dv_buf_release(&out);
	return 0;
}
