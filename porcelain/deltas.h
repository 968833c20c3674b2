/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_DELTAS_H
#define DV_PORCELAIN_DELTAS_H

/*
 * What differs between two states of a dataset, as a list for people:
 * ascending by path, with exact renames found.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "format/manifest.h"

/* What an entry was or is; mode 0: it was or is not there. */
struct dv_side {
	uint32_t mode;
	uint32_t value_len, meta_len;
	uint64_t size;
	struct dv_digest id;
	uint8_t *extra;		/* value, then meta; NULL when neither */
};

struct dv_delta {
	char status;		/* 'A' 'D' 'M' 'T' (type) or 'R' (renamed) */
	uint32_t path_len, from_len;
	char *path;		/* "" is the dataset's own metadata */
	char *from;		/* of R: the path before; else NULL */
	struct dv_side before, after;
};

struct dv_deltas {
	struct dv_delta *v;
	size_t n, cap;
};
#define DV_DELTAS_INIT { NULL, 0, 0 }

/*
 * Append the change at path from a to b; NULL: not there.  Equal sides
 * are left out.
 */
void dv_deltas_add(struct dv_deltas *c, const char *path, size_t n,
		    const struct dv_entry *a, const struct dv_entry *b);
/*
 * Make one R of each D and A with the same content and kind.  Empty files
 * are no renames, and a file of the same base name is preferred.
 */
void dv_deltas_find_renames(struct dv_deltas *c);
void dv_deltas_release(struct dv_deltas *c);

/* Value and metadata of a side as msgpack, NULL for none; borrowed. */
const uint8_t *dv_side_value(const struct dv_side *s);
const uint8_t *dv_side_meta(const struct dv_side *s);
/* The side as an entry without a path; its pointers are borrowed. */
void dv_side_entry(struct dv_entry *e, const struct dv_side *s);

#endif
