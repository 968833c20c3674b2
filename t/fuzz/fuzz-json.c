/* SPDX-License-Identifier: MIT */
/* What is read as JSON is written, and read again, as the same value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/jcs.h"
#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The canonical form is canonical. */
static void check_canonical(const struct dv_value *v)
{
	struct dv_buf a = DV_BUF_INIT, b = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_value again;

	if (dv_jcs_write(&a, v, &err) < 0 ||
	    dv_json_parse(&again, a.data, a.len, "canonical", &err) < 0 ||
	    dv_jcs_write(&b, &again, &err) < 0 ||
	    a.len != b.len || memcmp(a.data, b.data, a.len))
		abort();
	dv_value_release(&again);
	dv_buf_release(&a);
	dv_buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v, again;

	if (dv_json_parse(&v, (const char *)data, size, "fuzz", &err) < 0)
		return 0;
	dv_json_write(&out, &v);
	if (dv_json_parse(&again, out.data, out.len, "written", &err) < 0 ||
	    !dv_value_eq(&v, &again))
		abort();
	check_canonical(&v);
	dv_value_release(&again);
	dv_value_release(&v);
	dv_buf_release(&out);
	return 0;
}
