/* SPDX-License-Identifier: MIT */
/* A record of a gc that is accepted is what would be written. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/headrec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *data, size_t size, enum dv_algo algo)
{
	struct dv_buf out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_doomrec d;

	if (dv_doomrec_parse(&d, algo, data, size, &err) < 0)
		return;
	dv_doomrec_format(&out, &d);
	if (out.len != size || memcmp(out.data, data, size))
		abort();
	dv_doomrec_release(&d);
	dv_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(data, size, DV_ALGO_XXH128);
	check(data, size, DV_ALGO_SHA256);
	return 0;
}
