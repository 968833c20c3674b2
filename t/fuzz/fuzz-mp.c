/* SPDX-License-Identifier: MIT */
/* MessagePack that is accepted is what would be written for its value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"
#include "format/mp.h"
#include "format/mpvalue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The value goes through JSON, and comes back as the same bytes. */
static void check_json(const uint8_t *data, size_t size)
{
	struct dv_buf json = DV_BUF_INIT, out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;

	if (dv_mpvalue_write_json(&json, data, size, &err) < 0 ||
	    dv_json_parse(&v, json.data, json.len, "written", &err) < 0 ||
	    dv_mpvalue_encode(&out, &v, &err) < 0 ||
	    out.len != size || memcmp(out.data, data, size))
		abort();
	dv_value_release(&v);
	dv_buf_release(&json);
	dv_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v;

	if (dv_mpvalue_decode(&v, data, size, &err) < 0)
		return 0;
	if (dv_mpvalue_encode(&out, &v, &err) < 0 || out.len != size ||
	    memcmp(out.data, data, size))
		abort();
	dv_value_release(&v);
	dv_buf_release(&out);
	check_json(data, size);
	return 0;
}
