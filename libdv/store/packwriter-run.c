/* SPDX-License-Identifier: MIT */
#include "store/packwriter-parts.h"

#define RUN 32		/* blocks told to the index at a time */

/*
 * XXH3-64 of n bytes whose digest is known.  Of more than 240 bytes it is
 * the low half of XXH3-128, by the definition of both.
 */
static uint64_t check_of(const struct dv_digest *id, const void *p, size_t n)
{
	if (id->algo == DV_ALGO_XXH128 && n > 240)
		return dv_get_be64(id->b + 8);
	return dv_hash64(p, n);
}

static int run_some(struct dv_packwriter *w,
		    const struct dv_packwriter_piece *v, size_t n,
		    const uint8_t *p, size_t *used, struct dv_err *err)
{
	struct dv_packwriter_member members[RUN];
	struct dv_pack_block blocks[RUN];
	size_t ones[RUN], at = 0;
	struct dv_packwriter_range r;
	int rc;

	for (size_t i = 0; i < n; i++) {
		uint32_t len = v[i].length;

		members[i].id = v[i].id;
		members[i].o = (struct dv_pack_object){
			.length = len, .type = DV_PACK_PLAIN, .size = len };
		blocks[i] = (struct dv_pack_block){
			.stored = len, .plain = len,
			.check = check_of(&v[i].id, p + at, len) };
		ones[i] = 1;
		at += len;
	}
	rc = dv_packwriter_reserve(w, blocks, n, members, ones, &r, err);
	*used = at;
	return rc < 0 ? rc : dv_packwriter_put(w, &r, p, at, err);
}

int dv_packwriter_run(struct dv_packwriter *w,
		      const struct dv_packwriter_piece *v, size_t n,
		      const void *data, struct dv_err *err)
{
	const uint8_t *p = data;
	int rc = 0;

	while (!rc && n && w->level > 0) {
		rc = dv_packwriter_add(w, &v->id, DV_PACK_PLAIN, p, v->length,
				       v->length, err);
		p += v++->length;
		n--;
	}
	while (!rc && n) {
		size_t some = n < RUN ? n : RUN, used;

		rc = run_some(w, v, some, p, &used, err);
		v += some;
		n -= some;
		p += used;
	}
	return rc;
}

