/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_PACKIDX_H
#define DV_FORMAT_PACKIDX_H

/*
 * The index of a pack: which objects it holds and where.  The same bytes
 * end the pack and are the .idx beside it; their digest is the pack's
 * name.  Layout and reject list: dv-format-pack(5).
 *
 * A view is opened in constant time: only the header and the length are
 * looked at.  Every other function that reads checks what it uses, so that
 * a corrupt index is a failure, never a read outside it.
 * dv_packidx_check() checks all of it.  Until then an id that is not found
 * may be there, damaged.
 *
 * Failure: DV_E_FORMAT, DV_E_UNSUPPORTED for a newer version.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

/* Plain bytes of a block, and so of what is kept in one piece. */
#define DV_PACK_PLAIN_MAX (1u << 20)
/* Objects in one pack. */
#define DV_PACK_OBJECTS_MAX (1u << 30)

enum dv_pack_kind { DV_PACK_DATA = 1, DV_PACK_META = 2 };
enum dv_pack_codec { DV_PACK_STORED = 0, DV_PACK_ZSTD = 1 };
enum dv_pack_type { DV_PACK_PLAIN = 1, DV_PACK_RECIPE = 2 };

struct dv_pack_block {
	uint64_t offset;	/* in the pack */
	uint64_t check;		/* XXH3-64 of the stored bytes */
	uint32_t stored, plain;	/* lengths */
	enum dv_pack_codec codec;
};

struct dv_pack_object {
	uint32_t block, offset, length;	/* where, inside the plain block */
	enum dv_pack_type type;
	uint64_t size;		/* of the object; a recipe is shorter */
};

struct dv_packidx {
	enum dv_algo algo;
	enum dv_pack_kind kind;
	uint32_t n, m;		/* objects, blocks */
	uint64_t end;		/* of the last block in the pack */
	const uint8_t *p;	/* private, borrowed */
	size_t len;
};

/* --- reading -------------------------------------------------------- */

/* Open a view of the n bytes at p, which must outlive x. */
int dv_packidx_open(struct dv_packidx *x, const void *p, size_t n,
		    struct dv_err *err);
/* Compare the checksum: was anything changed by accident? */
int dv_packidx_check_sum(const struct dv_packidx *x, struct dv_err *err);
/* Check everything: order, ranges, fan-out, checksum. */
int dv_packidx_check(const struct dv_packidx *x, struct dv_err *err);

/* Is id here?  Sets *i to its place. */
bool dv_packidx_find(const struct dv_packidx *x, const struct dv_digest *id,
		     uint32_t *i);
/* Place of the first id that is not below id; x->n if there is none. */
uint32_t dv_packidx_lower(const struct dv_packidx *x,
			  const struct dv_digest *id);
/* Of place i < x->n. */
void dv_packidx_id(const struct dv_packidx *x, uint32_t i,
		   struct dv_digest *out);
int dv_packidx_object(const struct dv_packidx *x, uint32_t i,
		      struct dv_pack_object *out, struct dv_err *err);
/* Of block b < x->m. */
int dv_packidx_block(const struct dv_packidx *x, uint32_t b,
		     struct dv_pack_block *out, struct dv_err *err);

/*
 * Where in the index the bytes lie that a look-up touches, for one who
 * has no more of it than its first DV_PACKIDX_HEAD bytes and brings the
 * rest as it is needed, to its place in room for all: the ids that begin
 * as id does, for dv_packidx_find(); what is said of place i < x->n; and,
 * when that is there, of the block that it says (DV_E_FORMAT), for
 * dv_packidx_object() and dv_packidx_block().
 */
#define DV_PACKIDX_HEAD 1048u
struct dv_packidx_range {
	uint64_t off, n;
};
struct dv_packidx_range dv_packidx_ids_at(const struct dv_packidx *x,
					  const struct dv_digest *id);
struct dv_packidx_range dv_packidx_object_at(const struct dv_packidx *x,
					     uint32_t i);
int dv_packidx_block_at(const struct dv_packidx *x, uint32_t i,
			struct dv_packidx_range *out, struct dv_err *err);

/* --- writing -------------------------------------------------------- */

/* An index while its pack is written.  Not for two threads at once. */
struct dv_packidx_builder {
	enum dv_algo algo;
	uint32_t n, m;
	uint8_t *objects;	/* private */
	size_t objects_cap;
	struct dv_packidx_size *sizes;	/* of recipes; private */
	size_t sizes_n, sizes_cap;
	struct dv_pack_block *blocks;
	size_t blocks_cap;
};

void dv_packidx_builder_init(struct dv_packidx_builder *b,
			     enum dv_algo algo);
void dv_packidx_builder_release(struct dv_packidx_builder *b);
/* Blocks are added in the order of their offsets; returns the number. */
uint32_t dv_packidx_builder_block(struct dv_packidx_builder *b,
				  const struct dv_pack_block *block);
/* No id may be added twice. */
void dv_packidx_builder_object(struct dv_packidx_builder *b,
			       const struct dv_digest *id,
			       const struct dv_pack_object *o);
/* Append the index of a pack of that kind whose blocks end at end. */
void dv_packidx_builder_encode(struct dv_packidx_builder *b,
			       enum dv_pack_kind kind, uint64_t end,
			       struct dv_buf *out);

#endif
