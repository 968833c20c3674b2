/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_LOCATION_H
#define DV_FORMAT_LOCATION_H

/*
 * Location record of a manifest on a remote, dv/manifests/<id>/<n>: the
 * packs that hold what it names, the place of each of its blocks and
 * lists (and of the configurations of its versions) in the meta packs,
 * and its root.  Bytes: dv-format-location(5).
 *
 * So one object leads to every other: whoever has it can read any block
 * with one ranged request, without an index of a pack.
 *
 * Failure: DV_E_FORMAT, DV_E_LIMIT, DV_E_UNSUPPORTED for a newer version.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/packidx.h"

#define DV_LOCATION_MAX (64u << 20)
#define DV_LOCATION_PACKS_MAX 32768	/* each is an index to be mapped */

struct dv_location_pack {
	struct dv_digest id;
	enum dv_pack_kind kind;
	uint64_t size;		/* bytes of the .pack */
	uint64_t idx_size;	/* bytes of the .idx, which end it */
};

/* An object of a meta pack, and the pack's block that it lies in. */
struct dv_location_object {
	struct dv_digest id;
	uint32_t pack;		/* its place among the packs */
	struct dv_pack_block block;
	uint32_t offset, length;	/* inside the plain block */
	enum dv_pack_type type;
	uint64_t size;
};

/* A view of the bytes it was opened on. */
struct dv_location {
	enum dv_algo algo;
	struct dv_digest manifest;
	uint32_t packs, objects;
	const uint8_t *root;	/* the manifest's root as an object */
	size_t root_len;
	/* private */
	const uint8_t *pack, *block, *object;
	uint32_t blocks;
};

/*
 * Open the n bytes at p, which must outlive l, and check all of them:
 * order, ranges, that a place lies inside its pack and not in its index,
 * and the digest of the root.
 */
int dv_location_open(struct dv_location *l, const void *p, size_t n,
		     struct dv_err *err);
/* Pack i < packs; ascending by id. */
void dv_location_pack(const struct dv_location *l, uint32_t i,
		      struct dv_location_pack *out);
/* Object i < objects; ascending by id. */
void dv_location_object(const struct dv_location *l, uint32_t i,
			struct dv_location_object *out);
bool dv_location_find(const struct dv_location *l,
		      const struct dv_digest *id,
		      struct dv_location_object *out);

/* --- writing ---------------------------------------------------------- */

struct dv_location_builder;

struct dv_location_builder *dv_location_builder_new(enum dv_algo algo);
void dv_location_builder_free(struct dv_location_builder *b);
/* Returns the pack's number; one that was added before keeps its own. */
uint32_t dv_location_builder_pack(struct dv_location_builder *b,
				  const struct dv_location_pack *p);
/* o->pack is such a number; an id that is there already is left alone. */
void dv_location_builder_object(struct dv_location_builder *b,
				const struct dv_location_object *o);
/* All packs and objects of another record, on the same terms. */
void dv_location_builder_add(struct dv_location_builder *b,
			     const struct dv_location *l);
/* Append the record of manifest, whose root is the n bytes at root. */
void dv_location_builder_encode(struct dv_location_builder *b,
				const struct dv_digest *manifest,
				const void *root, size_t n,
				struct dv_buf *out);

#endif
