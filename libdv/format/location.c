/* SPDX-License-Identifier: MIT */
#include "format/location.h"

#include <string.h>

#include "format/location-layout.h"

static size_t id_size(const struct dv_location *l)
{
	return dv_algo_size(l->algo);
}

static const uint8_t *pack_at(const struct dv_location *l, uint32_t i)
{
	return l->pack + i * location_pack_size(l->algo);
}

static uint32_t pack_of_block(const struct dv_location *l, uint32_t b)
{
	return dv_get_be32(l->block + (size_t)l->blocks * PACKIDX_BLOCK +
			   (size_t)b * 4);
}

static const uint8_t *id_at(const struct dv_location *l, uint32_t i)
{
	return l->object + i * id_size(l);
}

static const uint8_t *object_at(const struct dv_location *l, uint32_t i)
{
	return id_at(l, l->objects) + (size_t)i * PACKIDX_OBJECT;
}

static int reject(struct dv_err *err, const char *why)
{
	return dv_err_set(err, DV_E_FORMAT, "location record is corrupt: %s",
			  why);
}

/* --- opening ------------------------------------------------------------ */

static int open_header(struct dv_location *l, const uint8_t *p, size_t n,
		       struct dv_err *err)
{
	if (n < LOCATION_HEADER ||
	    memcmp(p, LOCATION_MAGIC, sizeof(LOCATION_MAGIC) - 1))
		return reject(err, "it does not begin as one");
	if (p[4] != LOCATION_VERSION) {
		dv_err_set(err, DV_E_UNSUPPORTED, "location record is of "
			   "version %u, and this dv reads version %u", p[4],
			   LOCATION_VERSION);
		return dv_err_hint(err, "install a newer dv");
	}
	if (n > DV_LOCATION_MAX)
		return dv_err_set(err, DV_E_LIMIT, "location record is larger "
				  "than %u bytes", DV_LOCATION_MAX);
	if (p[5] != DV_ALGO_XXH128 && p[5] != DV_ALGO_SHA256)
		return reject(err, "unknown object format");
	if (p[6] || p[7])
		return reject(err, "a reserved field is not zero");
	l->algo = p[5];
	l->packs = dv_get_be32(p + 8);
	l->blocks = dv_get_be32(p + 12);
	l->objects = dv_get_be32(p + 16);
	l->root_len = dv_get_be32(p + 20);
	if (l->packs > DV_LOCATION_PACKS_MAX)
		return dv_err_set(err, DV_E_LIMIT, "location record names "
				  "more than %u packs", DV_LOCATION_PACKS_MAX);
	if (l->blocks > l->objects)
		return reject(err, "absurd counts");
	if (n != location_length(l->algo, l->packs, l->blocks, l->objects,
				 (uint32_t)l->root_len))
		return reject(err, "its length is not that of its tables");
	return 0;
}

/* The length was compared: each table is where this says. */
static void place_tables(struct dv_location *l, const uint8_t *p)
{
	p += LOCATION_HEADER;
	dv_digest_set(&l->manifest, l->algo, p);
	l->pack = p + id_size(l);
	l->block = pack_at(l, l->packs);
	l->object = l->block + (size_t)l->blocks * (PACKIDX_BLOCK + 4);
	l->root = object_at(l, l->objects);
}

/* --- checking ----------------------------------------------------------- */

/* Where the blocks of a pack end: before its index and trailer. */
static uint64_t blocks_end(const struct dv_location_pack *k)
{
	return k->size - k->idx_size - DV_PACK_TRAILER;
}

static int check_packs(const struct dv_location *l, struct dv_err *err)
{
	for (uint32_t i = 0; i < l->packs; i++) {
		const uint8_t *p = pack_at(l, i), *tail = p + id_size(l) + 16;
		struct dv_location_pack k;

		if (i && memcmp(pack_at(l, i - 1), p, id_size(l)) >= 0)
			return reject(err, "packs out of order");
		if (*tail != DV_PACK_DATA && *tail != DV_PACK_META)
			return reject(err, "a pack of unknown kind");
		if (dv_get_be32(tail) & 0xffffff || dv_get_be32(tail + 4))
			return reject(err, "a reserved field is not zero");
		dv_location_pack(l, i, &k);
		if (k.size > INT64_MAX || k.idx_size < PACKIDX_LENGTH_MIN ||
		    k.idx_size > k.size || k.size - k.idx_size <
		    DV_PACK_HEADER + DV_PACK_TRAILER)
			return reject(err, "a pack of impossible size");
	}
	return 0;
}

static int get_block(const struct dv_location *l, uint32_t b,
		     struct dv_pack_block *out, struct dv_err *err)
{
	uint32_t pack = pack_of_block(l, b);
	struct dv_location_pack k;
	const char *why;

	if (pack >= l->packs)
		return reject(err, "a block in a pack that is not there");
	dv_location_pack(l, pack, &k);
	if (k.kind != DV_PACK_META)
		return reject(err, "a block in a pack of data");
	why = packidx_get_block(l->block + (size_t)b * PACKIDX_BLOCK,
				blocks_end(&k), out);
	return why ? reject(err, why) : 0;
}

/* By pack and place; an empty one comes before that at the same place. */
static int check_blocks(const struct dv_location *l, struct dv_err *err)
{
	struct dv_pack_block last = { 0 }, k;

	for (uint32_t b = 0; b < l->blocks; b++, last = k) {
		int rc = get_block(l, b, &k, err);

		if (rc < 0)
			return rc;
		if (!b || pack_of_block(l, b - 1) < pack_of_block(l, b))
			continue;
		if (pack_of_block(l, b - 1) > pack_of_block(l, b) ||
		    last.offset + last.stored > k.offset ||
		    (last.offset == k.offset && last.stored == k.stored))
			return reject(err, "blocks out of order");
	}
	return 0;
}

static int check_objects(const struct dv_location *l, struct dv_err *err)
{
	for (uint32_t i = 0; i < l->objects; i++) {
		struct dv_pack_object o;
		const char *why;

		if (i && memcmp(id_at(l, i - 1), id_at(l, i), id_size(l)) >= 0)
			return reject(err, "objects out of order");
		why = packidx_get_object(object_at(l, i), l->block, l->blocks,
					 &o);
		if (why)
			return reject(err, why);
	}
	return 0;
}

static int check_root(const struct dv_location *l, struct dv_err *err)
{
	struct dv_digest id;

	dv_digest_of(&id, l->algo, l->root, l->root_len);
	if (!dv_digest_eq(&id, &l->manifest))
		return reject(err, "its root is not that of its manifest");
	return 0;
}

int dv_location_open(struct dv_location *out, const void *p, size_t n,
		     struct dv_err *err)
{
	struct dv_location l = { 0 };
	int rc = open_header(&l, p, n, err);

	if (rc)
		return rc;
	place_tables(&l, p);
	n -= LOCATION_CHECK;
	if (dv_hash64(p, n) != dv_get_be64((const uint8_t *)p + n))
		return reject(err, "its checksum does not fit");
	rc = check_packs(&l, err);
	if (!rc)
		rc = check_blocks(&l, err);
	if (!rc)
		rc = check_objects(&l, err);
	if (!rc)
		rc = check_root(&l, err);
	if (!rc)
		*out = l;
	return rc;
}

/* --- reading, of what was checked ------------------------------------------- */

void dv_location_pack(const struct dv_location *l, uint32_t i,
		      struct dv_location_pack *out)
{
	const uint8_t *p = pack_at(l, i), *tail = p + id_size(l);

	dv_digest_set(&out->id, l->algo, p);
	out->size = dv_get_be64(tail);
	out->idx_size = dv_get_be64(tail + 8);
	out->kind = tail[16];
}

void dv_location_object(const struct dv_location *l, uint32_t i,
			struct dv_location_object *out)
{
	struct dv_pack_object o = { 0 };
	struct dv_err ignored;

	packidx_get_object(object_at(l, i), l->block, l->blocks, &o);
	get_block(l, o.block, &out->block, &ignored);
	dv_digest_set(&out->id, l->algo, id_at(l, i));
	out->pack = pack_of_block(l, o.block);
	out->offset = o.offset;
	out->length = o.length;
	out->type = o.type;
	out->size = o.size;
}

bool dv_location_find(const struct dv_location *l, const struct dv_digest *id,
		      struct dv_location_object *out)
{
	uint32_t lo = 0, hi = l->objects;

	if (id->algo != l->algo)
		return false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int cmp = memcmp(id_at(l, mid), id->b, id_size(l));

		if (!cmp) {
			dv_location_object(l, mid, out);
			return true;
		}
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}
