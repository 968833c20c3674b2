/* SPDX-License-Identifier: MIT */
/* A record that a manifest can hold is printed so that it reads back. */
#include <stdint.h>
#include <stdlib.h>

#include "base/path.h"
#include "format/entry.h"
#include "format/mtext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t n, bool raw)
{
	struct dv_mtext a = DV_MTEXT_INIT, b = DV_MTEXT_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_entry e, again;

	if (dv_mtext_parse(&a, &e, text, n, DV_ALGO_XXH128, raw, &err) >= 0 &&
	    !dv_entry_fault(&e, DV_ALGO_XXH128)) {
		if (dv_mtext_format(&out, &e, raw, &err) < 0 ||
		    dv_mtext_parse(&b, &again, out.data, out.len,
				   DV_ALGO_XXH128, raw, &err) < 0 ||
		    !dv_entry_same(&e, &again) ||
		    dv_path_cmp(e.path, e.path_len, again.path,
				again.path_len))
			abort();
	}
	dv_mtext_release(&a);
	dv_mtext_release(&b);
	dv_buf_release(&out);
}

static void check_root(const char *text, size_t n)
{
	struct dv_buf a = DV_BUF_INIT, b = DV_BUF_INIT, out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;

	if (dv_mtext_parse_root(&a, text, n, &err) > 0 && a.len) {
		if (dv_mtext_format_root(&out, (uint8_t *)a.data, a.len,
					 &err) < 0 ||
		    dv_mtext_parse_root(&b, out.data, out.len, &err) != 1 ||
		    dv_path_cmp(a.data, a.len, b.data, b.len))
			abort();
	}
	dv_buf_release(&a);
	dv_buf_release(&b);
	dv_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size ? (const char *)data : "";

	check(text, size, false);
	check(text, size, true);
	check_root(text, size);
	return 0;
}
