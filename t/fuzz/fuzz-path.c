/* SPDX-License-Identifier: MIT */

/*
 * Paths from outside: what the validator passes has no way out of its
 * directory, and quoting is undone by unquoting.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_good(const char *path, size_t n)
{
	if (n == 0 || n > DV_PATH_MAX || path[0] == '/' ||
	    path[n - 1] == '/' || memchr(path, '\0', n) ||
	    memmem(path, n, "//", 2) || memmem(path, n, "/../", 4) ||
	    (n >= 3 && !memcmp(path, "../", 3)))
		abort();
}

static void check_quote(const char *path, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf q = DV_BUF_INIT, p = DV_BUF_INIT;
	size_t used;

	dv_path_quote(&q, path, n);
	if (dv_path_unquote(&p, dv_buf_cstr(&q), q.len, &used, &err))
		abort();
	if (used != q.len || p.len != n || (n && memcmp(p.data, path, n)))
		abort();
	dv_buf_release(&q);
	dv_buf_release(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf p = DV_BUF_INIT;
	const char *text = (const char *)data;
	size_t used;

	if (!dv_path_check(text, n, &err))
		check_good(text, n);
	check_quote(text, n);
	if (!dv_path_unquote(&p, text, n, &used, &err) && used > n)
		abort();
	dv_buf_release(&p);
	return 0;
}
