/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_IDMAP_H
#define DV_BASE_IDMAP_H

/*
 * A hash map from digests of one algorithm to a 64-bit value; a set when
 * the value is not used.  Not for two threads at once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct dv_idmap {
	size_t n;
	enum dv_algo algo;
	/* private */
	uint8_t *ids;
	uint64_t *values;	/* NULL while each is 0 */
	size_t ids_cap, values_cap;
	uint32_t *table;
	size_t slots;
};

void dv_idmap_init(struct dv_idmap *m, enum dv_algo algo);
void dv_idmap_release(struct dv_idmap *m);
/* Returns true if id was not there and is now; else leaves the value. */
bool dv_idmap_add(struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t value);
/* id is there with that value. */
void dv_idmap_set(struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t value);
/* Returns whether id is there and sets *value (may be NULL) if so. */
bool dv_idmap_get(const struct dv_idmap *m, const struct dv_digest *id,
		  uint64_t *value);
/* Call fn for each, in no order; stops at the first non-zero, returned. */
typedef int dv_idmap_fn(const struct dv_digest *id, uint64_t value, void *arg);
int dv_idmap_each(const struct dv_idmap *m, dv_idmap_fn *fn, void *arg);

/*
 * Where the digest whose bytes are at b belongs in a table.  Digests are
 * spread already, but one who makes up ids could make them meet: what
 * differs from process to process is stirred in.
 */
uint64_t dv_idmap_hash(const uint8_t *b);

#endif
