/* SPDX-License-Identifier: MIT */
/* A format file or head that is accepted is what would be written. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/headrec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(struct dv_buf *again, const uint8_t *data, size_t size)
{
	if (again->len != size || memcmp(again->data, data, size))
		abort();
	dv_buf_release(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_buf out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_headrec h;
	enum dv_algo algo;

	if (dv_headrec_parse(&h, data, size, &err) == 0) {
		dv_headrec_format(&out, &h);
		compare(&out, data, size);
	}
	if (dv_remotefmt_parse(data, size, &algo, &err) == 0) {
		dv_remotefmt_format(&out, algo);
		compare(&out, data, size);
	}
	return 0;
}
