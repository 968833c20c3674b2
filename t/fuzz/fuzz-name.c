/* SPDX-License-Identifier: MIT */
/*
 * The input is a template, NUL and a path.  A template that is accepted
 * makes names that come apart into what they were made of.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const char *a, size_t an, const char *b, size_t bn)
{
	return an == bn && !memcmp(a, b, an);
}

static void check(const char *template, const char *path, size_t n,
		  bool dirty)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_name was, is;

	if (dv_name_parse(&was, template, path, n, &err) < 0 ||
	    dv_name_split(&was, path, n, &err) < 0)
		return;
	if (dv_name_format(&out, template, path, n, "3f2a1bc90d", dirty,
			   "9d8e7f6a", &err) < 0 ||
	    dv_name_parse(&is, template, out.data, out.len, &err) != 1 ||
	    strcmp(is.code, "3f2a1bc90d") || strcmp(is.config, "9d8e7f6a") ||
	    is.dirty != dirty || is.slash != was.slash ||
	    !same(is.dir, is.dir_len, was.dir, was.dir_len) ||
	    !same(is.stem, is.stem_len, was.stem, was.stem_len) ||
	    !same(is.ext, is.ext_len, was.ext, was.ext_len))
		abort();
	dv_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = size ? memchr(text, '\0', size) : NULL;
	size_t n;

	if (!nul)
		return 0;
	n = size - (size_t)(nul + 1 - text);
	if (memchr(nul + 1, '\0', n))
		return 0;
	check(text, nul + 1, n, false);
	check(text, nul + 1, n, true);
	check(NULL, nul + 1, n, true);
	return 0;
}
