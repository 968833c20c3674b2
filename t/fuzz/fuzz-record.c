/* SPDX-License-Identifier: MIT */
/* A record that is accepted is what would be written. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_record r;

	if (dv_record_parse(&r, data, size, &err) < 0)
		return;
	if (dv_record_format(&out, &r, &err) < 0 || out.len != size ||
	    memcmp(out.data, data, size))
		abort();
	dv_record_release(&r);
	dv_buf_release(&out);
}

static void check_id(const uint8_t *data, size_t size)
{
	char *text = dv_strndup((const char *)data, size);

	if (dv_record_id_is(text) && !dv_record_id_like(text))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_record(data, size);
	check_id(data, size);
	return 0;
}
