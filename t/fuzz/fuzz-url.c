/* SPDX-License-Identifier: MIT */

/* Locations of remotes: what is accepted keeps what the header promises. */

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = dv_strndup((const char *)data, n);
	struct dv_err err = DV_ERR_INIT;
	struct dv_url u = DV_URL_INIT;
	struct dv_buf b = DV_BUF_INIT;

	if (!dv_url_parse(&u, text, &err)) {
		for (const char *s = u.scheme; *s; s++)
			if (isupper((unsigned char)*s) || *s == '/')
				abort();
		if (u.port > 65535 || strchr(u.host, '/') ||
		    strchr(u.host, '@'))
			abort();
		dv_url_origin(&b, &u);
		dv_url_decode_path(&b, &u, &err);
		if (!dv_url_same_origin(&u, &u))
			abort();
	}
	dv_url_release(&u);
	dv_buf_release(&b);
	free(text);
	return 0;
}
