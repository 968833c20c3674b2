/* SPDX-License-Identifier: MIT */
/* A pointer that is accepted is what would be written, CRs aside. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/pointer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_pointer p;
	size_t i, k;

	if (dv_pointer_parse(&p, data, size, "x", &err) < 0)
		return 0;
	if (!dv_pointer_is(data, size))
		abort();
	dv_pointer_format(&out, &p);
	for (i = k = 0; i < size; i++) {
		if (data[i] == '\r')
			continue;
		if (k == out.len || out.data[k++] != (char)data[i])
			abort();
	}
	if (k != out.len)
		abort();
	dv_buf_release(&out);
	return 0;
}
