/* SPDX-License-Identifier: MIT */
/* Values that are read can be written and read again; nothing includes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/dvconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const char *value)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	struct dv_dvconfig again;
	const char *got;

	dv_buf_str(&text, "[dv]\n");
	dv_dvconfig_format(&text, "value", value);
	if (text.len <= DV_DVCONFIG_MAX) {
		if (dv_dvconfig_parse(&again, text.data, text.len, "x", &err) < 0)
			abort();
		got = dv_dvconfig_get(&again, "dv.value");
		if (!got || strcmp(got, value))
			abort();
		dv_dvconfig_release(&again);
	}
	dv_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_dvconfig c;

	if (dv_dvconfig_parse(&c, data, size, "x", &err) < 0)
		return 0;
	if (c.keys.n != c.values.n)
		abort();
	for (size_t i = 0; i < c.keys.n; i++) {
		if (!strncmp(c.keys.v[i], "include.", 8) ||
		    !strchr(c.keys.v[i], '.'))
			abort();
		if (i < 16)
			check_value(c.values.v[i]);
	}
	dv_dvconfig_release(&c);
	return 0;
}
