/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_CHUNK_H
#define DV_FORMAT_CHUNK_H

/*
 * Content-defined chunks: where a large object is cut depends on the 64
 * bytes before the cut and on nothing else, so that an edit moves only the
 * cuts it touches.  Rule, table and test vectors: dv-format-recipe(5).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DV_CHUNK_MIN (128u << 10)
#define DV_CHUNK_NORMAL (256u << 10)	/* cuts are 4 times likelier from here */
#define DV_CHUNK_MAX (1u << 20)

struct dv_chunker {
	uint64_t gear[256];
};

/* Fill in the table; c may then be used by many threads. */
void dv_chunker_init(struct dv_chunker *c);

/*
 * Length of the first chunk of the n bytes at p.  last: they are all that
 * is left of the object; otherwise 0 says that it takes more bytes to tell,
 * which DV_CHUNK_MAX never need.
 */
size_t dv_chunker_next(const struct dv_chunker *c, const uint8_t *p,
		       size_t n, bool last);

#endif
