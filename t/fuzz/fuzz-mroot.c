/* SPDX-License-Identifier: MIT */
/* A root that is accepted is what would be written; the same of a list. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/mroot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode_refs(struct dv_buf *out, const struct dv_mlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		dv_mref_encode(out, &l->refs[i]);
}

static void check_root(const uint8_t *data, size_t size)
{
	struct dv_buf refs = DV_BUF_INIT, out = DV_BUF_INIT;
	struct dv_mroot root = DV_MROOT_INIT;
	struct dv_err err = DV_ERR_INIT;

	if (dv_mroot_decode(&root, data, size, &err) >= 0) {
		encode_refs(&refs, &root.list);
		dv_mroot_encode(&out, &root, root.list.depth, root.list.n,
				refs.data, refs.len);
		if (out.len != size || memcmp(out.data, data, size))
			abort();
	}
	dv_mroot_release(&root);
	dv_buf_release(&refs);
	dv_buf_release(&out);
}

static void check_list(const uint8_t *data, size_t size)
{
	struct dv_mlist list = DV_MLIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	uint64_t entries;
	struct dv_mp in;

	dv_mp_init(&in, data, size);
	if (dv_mlist_decode(&list, &in, DV_ALGO_XXH128, 1, DV_MLIST_LAST,
			    &entries, &err) >= 0 && dv_mp_at_end(&in)) {
		dv_mp_write_array(&out, list.n);
		encode_refs(&out, &list);
		if (out.len != size || memcmp(out.data, data, size))
			abort();
	}
	dv_mlist_release(&list);
	dv_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_root(data, size);
	check_list(data, size);
	return 0;
}
