/* SPDX-License-Identifier: MIT */
#include "base/idmap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/alloc.h"

/*
 * Digests, and values where there are any, lie one after another in the
 * order in which they came; the table, of a power of two of slots and at
 * most two thirds used, has their numbers, counted from 1.  So room is
 * made without a second copy of them, and a set of a million xxh128 ids
 * is 24 MB.
 */

void dv_idmap_init(struct dv_idmap *m, enum dv_algo algo)
{
	*m = (struct dv_idmap){ .algo = algo };
}

void dv_idmap_release(struct dv_idmap *m)
{
	free(m->ids);
	free(m->values);
	free(m->table);
	dv_idmap_init(m, m->algo);
}

static uint8_t *id_at(const struct dv_idmap *m, size_t i)
{
	return m->ids + i * dv_algo_size(m->algo);
}

uint64_t dv_idmap_hash(const uint8_t *b)
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

/* The slot that has the number of bytes b, or the empty one for it. */
static uint32_t *find(const struct dv_idmap *m, const uint8_t *b)
{
	size_t size = dv_algo_size(m->algo);
	size_t i = dv_idmap_hash(b) & (m->slots - 1);

	while (m->table[i] && memcmp(id_at(m, m->table[i] - 1), b, size))
		i = (i + 1) & (m->slots - 1);
	return &m->table[i];
}

/* All are different, so that only an empty slot is looked for. */
static void insert(struct dv_idmap *m, size_t number)
{
	size_t i = dv_idmap_hash(id_at(m, number)) & (m->slots - 1);

	while (m->table[i])
		i = (i + 1) & (m->slots - 1);
	m->table[i] = (uint32_t)number + 1;
}

static void grow_table(struct dv_idmap *m)
{
	m->slots = m->slots ? m->slots * 2 : 64;
	free(m->table);
	m->table = dv_calloc(m->slots, sizeof(*m->table));
	for (size_t i = 0; i < m->n; i++)
		insert(m, i);
}

/* Behind the ids, whose number is m->n already. */
static void set_value(struct dv_idmap *m, uint64_t value)
{
	size_t had = m->values ? m->n - 1 : 0;

	if (!value && !m->values)
		return;
	dv_grow(&m->values, &m->values_cap, m->n, sizeof(*m->values));
	memset(m->values + had, 0, (m->n - had) * sizeof(*m->values));
	m->values[m->n - 1] = value;
}

bool dv_idmap_add(struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t value)
{
	size_t size = dv_algo_size(m->algo);
	uint32_t *slot;

	if (m->n >= m->slots / 3 * 2)
		grow_table(m);
	slot = find(m, id->b);
	if (*slot)
		return false;
	if (m->n == UINT32_MAX)
		dv_alloc_fail();

	dv_grow(&m->ids, &m->ids_cap, m->n + 1, size);
	memcpy(id_at(m, m->n), id->b, size);
	*slot = (uint32_t)++m->n;
	set_value(m, value);
	return true;
}

void dv_idmap_set(struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t value)
{
	if (dv_idmap_add(m, id, value))
		return;
	if (!m->values) {
		dv_grow(&m->values, &m->values_cap, m->n, sizeof(*m->values));
		memset(m->values, 0, m->n * sizeof(*m->values));
	}
	m->values[*find(m, id->b) - 1] = value;
}

static uint64_t value_at(const struct dv_idmap *m, size_t i)
{
	return m->values ? m->values[i] : 0;
}

bool dv_idmap_get(const struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t *value)
{
	uint32_t number;

	if (!m->n)
		return false;
	number = *find(m, id->b);
	if (!number)
		return false;
	if (value)
		*value = value_at(m, number - 1);
	return true;
}

int dv_idmap_each(const struct dv_idmap *m, dv_idmap_fn *fn, void *arg)
{
	for (size_t i = 0; i < m->n; i++) {
		struct dv_digest id;
		int rc;

		dv_digest_set(&id, m->algo, id_at(m, i));
		rc = fn(&id, value_at(m, i), arg);
		if (rc)
			return rc;
	}
	return 0;
}
