/* SPDX-License-Identifier: MIT */
#include "format/chunk.h"

#define WINDOW 64

/*
 * After 64 bytes the gear hash has shifted out all that came before; its
 * high bits depend on all of them.  A cut is where it is below a bound,
 * that is, where its 18 or 16 highest bits are zero.
 */
#define BOUND_HARD (UINT64_C(1) << (64 - 18))
#define BOUND_EASY (UINT64_C(1) << (64 - 16))

/* SplitMix64 from state 0 (Steele, Lea, Flood 2014): the first 256. */
void dv_chunker_init(struct dv_chunker *c)
{
	uint64_t state = 0;

	for (int i = 0; i < 256; i++) {
		uint64_t z;

		state += UINT64_C(0x9e3779b97f4a7c15);
		z = state;
		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		c->gear[i] = z ^ (z >> 31);
	}
}

/*
 * Roll over p[i] .. p[end-1] until the hash is below bound; returns the
 * index of the byte that made it so, or end.  Eight bytes a turn keep the
 * processor busy with more than the loop.
 */
static size_t scan(const uint64_t *gear, const uint8_t *p, size_t i,
		   size_t end, uint64_t bound, uint64_t *hash)
{
	uint64_t h = *hash;

#define ROLL(k) \
	h = (h << 1) + gear[p[i + (k)]]; \
	if (__builtin_expect(h < bound, 0)) \
		return i + (k)

	for (; i + 8 <= end; i += 8) {
		ROLL(0);
		ROLL(1);
		ROLL(2);
		ROLL(3);
		ROLL(4);
		ROLL(5);
		ROLL(6);
		ROLL(7);
	}
	for (; i < end; i++) {
		ROLL(0);
	}
#undef ROLL
	*hash = h;
	return end;
}

size_t dv_chunker_next(const struct dv_chunker *c, const uint8_t *p,
		       size_t n, bool last)
{
	size_t end = n < DV_CHUNK_MAX ? n : DV_CHUNK_MAX;
	size_t hard = end < DV_CHUNK_NORMAL - 1 ? end : DV_CHUNK_NORMAL - 1;
	uint64_t h = 0;
	size_t i;

	if (n <= DV_CHUNK_MIN)
		return last ? n : 0;
	for (i = DV_CHUNK_MIN - WINDOW; i < DV_CHUNK_MIN - 1; i++)
		h = (h << 1) + c->gear[p[i]];

	i = scan(c->gear, p, i, hard, BOUND_HARD, &h);
	if (i == hard)
		i = scan(c->gear, p, i, end, BOUND_EASY, &h);
	if (i < end)
		return i + 1;
	return last || end == DV_CHUNK_MAX ? end : 0;
}
