/* SPDX-License-Identifier: MIT */
/*
 * What is read as YAML has a canonical form, and added to a configuration
 * twice it is the same configuration.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_buf a = DV_BUF_INIT, b = DV_BUF_INIT;
	struct dv_value v = dv_value_map();
	const char *text = (const char *)data;
	struct dv_err err = DV_ERR_INIT;

	if (dv_config_add_text(&v, DV_CONFIG_YAML, text, size, "fuzz",
			       &err) < 0)
		goto out;
	if (dv_config_canonical(&a, &v, &err) < 0) {
		if (err.code != DV_E_LIMIT)
			abort();
		goto out;
	}
	if (dv_config_add_text(&v, DV_CONFIG_YAML, text, size, "fuzz",
			       &err) < 0 ||
	    dv_config_canonical(&b, &v, &err) < 0 ||
	    a.len != b.len || memcmp(a.data, b.data, a.len))
		abort();

	/* The form reads back as the same configuration. */
	dv_buf_reset(&b);
	dv_value_release(&v);
	v = dv_value_map();
	if (dv_config_add_text(&v, DV_CONFIG_JSON, a.data, a.len, "form",
			       &err) < 0) {
		if (err.code != DV_E_LIMIT)
			abort();
		goto out;
	}
	if (dv_config_canonical(&b, &v, &err) < 0 || a.len != b.len ||
	    memcmp(a.data, b.data, a.len))
		abort();
out:
	dv_value_release(&v);
	dv_buf_release(&a);
	dv_buf_release(&b);
	return 0;
}
