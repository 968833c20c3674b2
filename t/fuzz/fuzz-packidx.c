/* SPDX-License-Identifier: MIT */
/*
 * An index that opens is never read outside; one that passes the check is
 * what would be written for its objects, and each of them is found.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/packidx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build_again(const struct dv_packidx *x, const uint8_t *data,
			size_t size)
{
	struct dv_packidx_builder b;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	dv_packidx_builder_init(&b, x->algo);
	for (uint32_t i = 0; i < x->m; i++) {
		struct dv_pack_block k;

		if (dv_packidx_block(x, i, &k, &err) < 0)
			abort();
		dv_packidx_builder_block(&b, &k);
	}
	for (uint32_t i = x->n; i-- > 0;) {
		struct dv_pack_object o;
		struct dv_digest id;
		uint32_t at;

		dv_packidx_id(x, i, &id);
		if (dv_packidx_object(x, i, &o, &err) < 0 ||
		    !dv_packidx_find(x, &id, &at) || at != i)
			abort();
		dv_packidx_builder_object(&b, &id, &o);
	}
	dv_packidx_builder_encode(&b, x->kind, x->end, &out);
	if (out.len != size || memcmp(out.data, data, size))
		abort();
	dv_packidx_builder_release(&b);
	dv_buf_release(&out);
}

static void look_around(const struct dv_packidx *x)
{
	struct dv_err err = DV_ERR_INIT;

	for (uint32_t i = 0; i < x->n; i++) {
		struct dv_pack_object o;
		struct dv_digest id;
		uint32_t at;

		dv_packidx_id(x, i, &id);
		dv_packidx_find(x, &id, &at);
		if (dv_packidx_lower(x, &id) > x->n)
			abort();
		if (!dv_packidx_object(x, i, &o, &err) && o.block >= x->m)
			abort();
	}
	for (uint32_t i = 0; i < x->m; i++) {
		struct dv_pack_block k;

		if (!dv_packidx_block(x, i, &k, &err) &&
		    k.offset + k.stored > x->end)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_packidx x;

	if (dv_packidx_open(&x, data, size, &err) < 0)
		return 0;
	look_around(&x);
	if (!dv_packidx_check(&x, &err))
		build_again(&x, data, size);
	return 0;
}
