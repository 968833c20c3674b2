/* SPDX-License-Identifier: MIT */
/*
 * Whatever a cache that is accepted is asked, it answers from inside.  Its
 * check is made right first: a fuzzer does not find one by chance.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/vcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void repair(uint8_t *p, size_t size)
{
	uint64_t records;

	if (size < DV_VCACHE_HEADER)
		return;
	dv_put_be64(p + 8, size);
	records = dv_get_be64(p + 48);
	if (records >= DV_VCACHE_HEADER && records <= size)
		dv_put_be64(p + 56, dv_hash64(p + DV_VCACHE_HEADER,
					      (size_t)records -
					      DV_VCACHE_HEADER));
}

static void ask_rows(const struct dv_vcache *c, const char *name,
		     size_t first, size_t n)
{
	struct dv_vcache_row row;
	const uint8_t *record;
	size_t k, len;

	if (dv_vcache_find_dataset(c, name) < 0)
		abort();
	for (size_t i = first; i < first + n; i++) {
		dv_vcache_get(c, i, &row);
		if (!dv_record_id_is(row.id) ||
		    dv_vcache_match(c, first, n, row.id, &k) < 1)
			abort();
		record = dv_vcache_record(c, i, &len);
		for (size_t b = 0; record && b < len; b++)
			sink += record[b];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	uint8_t *copy = dv_malloc(size);
	struct dv_vcache c;
	size_t first, n;

	if (size)
		memcpy(copy, data, size);
	repair(copy, size);
	if (!dv_vcache_decode(&c, copy, size, &err))
		for (size_t i = 0; i < c.n_datasets; i++) {
			const char *name = dv_vcache_dataset(&c, i, &first, &n);

			ask_rows(&c, name, first, n);
		}
	free(copy);
	return 0;
}
