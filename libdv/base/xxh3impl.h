/* SPDX-License-Identifier: MIT */

/*
 * The body of xxh3*.c: the door to xxhash.h.  DV_XXH3 is the name of the
 * table to define; the file that includes this has chosen XXH_VECTOR and
 * the instruction set before.  No guard: it is included once per file.
 */

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/xxh3.h"

static void reset(void *state)
{
	XXH3_128bits_reset(state);
}

static void update(void *state, const void *p, size_t n)
{
	XXH3_128bits_update(state, p, n);
}

static void put(XXH128_hash_t h, uint8_t *out)
{
	XXH128_canonical_t c;

	XXH128_canonicalFromHash(&c, h);
	for (size_t i = 0; i < sizeof(c.digest); i++)
		out[i] = c.digest[i];
}

static void final(const void *state, uint8_t *out)
{
	put(XXH3_128bits_digest(state), out);
}

static void of(const void *p, size_t n, uint8_t *out)
{
	put(XXH3_128bits(p, n), out);
}

static uint64_t hash64(const void *p, size_t n)
{
	return XXH3_64bits(p, n);
}

const struct dv_xxh3 DV_XXH3 = {
	sizeof(XXH3_state_t), reset, update, final, of, hash64
};
