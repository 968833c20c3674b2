/* SPDX-License-Identifier: MIT */
/*
 * Whatever an index that is accepted is asked, it answers from inside,
 * and every path it gives is one that may be written to.  Its checksums
 * are made right first: a fuzzer does not find them by chance.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/windex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void touch(const uint8_t *p, size_t n)
{
	for (size_t i = 0; p && i < n; i++)
		sink += p[i];
}

static void ask_entry(const struct dv_windex *ix, uint32_t i,
		      struct dv_buf *hold)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_entry e;
	uint32_t at;

	if (dv_windex_entry(ix, i, &e, hold, &err) < 0)
		return;
	if (e.path_len != 1 && dv_path_check(e.path, e.path_len, &err) < 0)
		abort();
	touch(e.meta, e.meta_len);
	touch(e.value, e.value_len);
	(void)dv_windex_find(ix, e.path, e.path_len, &at, &err);
	sink += dv_windex_is_absent(ix, i);
}

static void ask_dir(const struct dv_windex *ix, uint32_t d)
{
	struct dv_windex_cursor cursor = { 0 };
	struct dv_windex_span span;
	struct dv_windex_dir dir;
	uint32_t at;

	dv_windex_get_dir(ix, d, &dir);
	sink += dv_windex_absent_below(ix, d);
	if (!dv_windex_find_dir(ix, dir.path, dir.path_len, &at) || at != d)
		abort();
	while (dv_windex_next_span(ix, d, 3, &cursor, &span))
		if (span.first >= span.end || span.end > ix->entries)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	uint8_t *copy = dv_malloc(size);
	struct dv_windex ix;
	size_t n;

	if (size)
		memcpy(copy, data, size);
	if (size >= DV_WINDEX_HEADER)
		dv_windex_seal(copy, size);
	if (!dv_windex_open(&ix, copy, size, &err)) {
		(void)dv_windex_check(&ix, &err);
		touch(dv_windex_meta(&ix, &n), n);
		for (uint32_t d = 0; d < ix.dirs; d++)
			ask_dir(&ix, d);
		for (uint32_t i = 0; i < ix.entries; i++)
			ask_entry(&ix, i, &hold);
	}
	dv_buf_release(&hold);
	free(copy);
	return 0;
}
