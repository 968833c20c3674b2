/* SPDX-License-Identifier: MIT */
/* The first line is a path, the rest a .dvignore: no rules take long. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *lf = size ? memchr(text, '\n', size) : NULL;
	size_t n = lf ? (size_t)(lf - text) : 0;
	struct dv_err err = DV_ERR_INIT;
	struct dv_ignore *ig;

	if (!lf || size > 65536)
		return 0;
	if (dv_ignore_parse(&ig, lf + 1, size - n - 1, "", "f", &err) < 0)
		return 0;
	(void)dv_ignore_match(ig, text, n, size & 1);
	dv_ignore_free(ig);
	return 0;
}
