/* SPDX-License-Identifier: MIT */
/* A component that is taken is what its name is written as; and back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/component.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text)
{
	struct dv_buf name = DV_BUF_INIT, again = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;

	if (!dv_component_decode(&name, text, &err)) {
		if (dv_component_encode(&again, name.data, &err) < 0 ||
		    strcmp(again.data, text))
			abort();
	}
	dv_buf_release(&name);
	dv_buf_release(&again);

	if (!dv_component_encode(&again, text, &err)) {
		if (dv_component_decode(&name, again.data, &err) < 0 ||
		    strcmp(name.data, text))
			abort();
	}
	dv_buf_release(&name);
	dv_buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = dv_strndup((const char *)data, size);

	check(text);
	free(text);
	return 0;
}
