/* SPDX-License-Identifier: MIT */
#include "base/idmap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/alloc.h"

/*
 * cap slots (a power of two, at most two thirds used) of digest and
 * value, and behind them cap bytes that say which are used: any digest
 * may occur, so no digest can stand for "empty".
 */

void dv_idmap_init(struct dv_idmap *m, enum dv_algo algo)
{
	*m = (struct dv_idmap){ NULL, 0, 0, algo };
}

void dv_idmap_release(struct dv_idmap *m)
{
	free(m->slots);
	dv_idmap_init(m, m->algo);
}

static size_t slot_size(const struct dv_idmap *m)
{
	return dv_algo_size(m->algo) + sizeof(uint64_t);
}

static uint8_t *slot_at(const struct dv_idmap *m, size_t i)
{
	return m->slots + i * slot_size(m);
}

static uint8_t *used_at(const struct dv_idmap *m, size_t i)
{
	return m->slots + m->cap * slot_size(m) + i;
}

/*
 * Digests are spread already, but one who makes up ids could make them
 * meet: stir in what differs from process to process.
 */
static uint64_t hash(const uint8_t *b)
{
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t seed[2] = { 1, 2 };
	uint64_t x, y;

	if (random)
		memcpy(seed, random, sizeof(seed));
	memcpy(&x, b, sizeof(x));
	memcpy(&y, b + sizeof(x), sizeof(y));

	x = (x ^ seed[0]) * 0xbf58476d1ce4e5b9u;
	y = (y ^ seed[1] ^ x >> 29) * 0x94d049bb133111ebu;
	x ^= y ^ y >> 31;
	x *= 0x9e3779b97f4a7c15u;
	return x ^ x >> 32;
}

/* The slot that holds bytes b, or the empty one where they would go. */
static size_t find(const struct dv_idmap *m, const uint8_t *b)
{
	size_t size = dv_algo_size(m->algo);
	size_t i = hash(b) & (m->cap - 1);

	while (*used_at(m, i) && memcmp(slot_at(m, i), b, size))
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void grow(struct dv_idmap *m)
{
	struct dv_idmap old = *m;

	m->cap = old.cap ? old.cap * 2 : 64;
	m->slots = dv_reallocarray(NULL, m->cap, slot_size(m) + 1);
	memset(used_at(m, 0), 0, m->cap);
	for (size_t i = 0; i < old.cap; i++) {
		size_t to;

		if (!*used_at(&old, i))
			continue;
		to = find(m, slot_at(&old, i));
		memcpy(slot_at(m, to), slot_at(&old, i), slot_size(m));
		*used_at(m, to) = 1;
	}
	free(old.slots);
}

bool dv_idmap_add(struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t value)
{
	size_t size = dv_algo_size(m->algo);
	size_t i;

	if (m->n >= m->cap / 3 * 2)
		grow(m);
	i = find(m, id->b);
	if (*used_at(m, i))
		return false;

	memcpy(slot_at(m, i), id->b, size);
	memcpy(slot_at(m, i) + size, &value, sizeof(value));
	*used_at(m, i) = 1;
	m->n++;
	return true;
}

bool dv_idmap_get(const struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t *value)
{
	size_t i;

	if (!m->n)
		return false;
	i = find(m, id->b);
	if (!*used_at(m, i))
		return false;
	if (value)
		memcpy(value, slot_at(m, i) + dv_algo_size(m->algo),
		       sizeof(*value));
	return true;
}

int dv_idmap_each(const struct dv_idmap *m, dv_idmap_fn *fn, void *arg)
{
	for (size_t i = 0; i < m->cap; i++) {
		struct dv_digest id;
		uint64_t value;
		int rc;

		if (!*used_at(m, i))
			continue;
		dv_digest_set(&id, m->algo, slot_at(m, i));
		memcpy(&value, slot_at(m, i) + dv_algo_size(m->algo),
		       sizeof(value));
		rc = fn(&id, value, arg);
		if (rc)
			return rc;
	}
	return 0;
}
