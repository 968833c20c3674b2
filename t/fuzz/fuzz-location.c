/* SPDX-License-Identifier: MIT */
/*
 * A location record that is accepted is what would be written for what it
 * says, but for blocks that no object is in.  The checksum is made to fit,
 * so that more gets past it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/location.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_objects(const struct dv_location *l)
{
	for (uint32_t i = 0; i < l->objects; i++) {
		struct dv_location_object o, found;

		dv_location_object(l, i, &o);
		if (o.pack >= l->packs || !dv_location_find(l, &o.id, &found) ||
		    found.offset != o.offset)
			abort();
	}
}

static void check(const uint8_t *data, size_t size)
{
	struct dv_location_builder *b;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_location l;

	if (dv_location_open(&l, data, size, &err) < 0)
		return;
	check_objects(&l);
	b = dv_location_builder_new(l.algo);
	dv_location_builder_add(b, &l);
	dv_location_builder_encode(b, &l.manifest, l.root, l.root_len, &out);
	if (out.len > size || (out.len == size && memcmp(out.data, data, size)))
		abort();
	dv_location_builder_free(b);
	dv_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *forged;

	check(data, size);
	if (size < 24 + 8)
		return 0;
	forged = dv_malloc(size);
	memcpy(forged, data, size);
	dv_put_be64(forged + size - 8, dv_hash64(forged, size - 8));
	check(forged, size);
	free(forged);
	return 0;
}
