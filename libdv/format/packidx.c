/* SPDX-License-Identifier: MIT */
#include "format/packidx.h"

#include <string.h>

#include "format/packidx-layout.h"

static const uint8_t *fan_at(const struct dv_packidx *x)
{
	return x->p + PACKIDX_HEADER;
}

static const uint8_t *id_at(const struct dv_packidx *x, uint32_t i)
{
	return fan_at(x) + PACKIDX_FAN + (size_t)i * dv_algo_size(x->algo);
}

static const uint8_t *object_at(const struct dv_packidx *x, uint32_t i)
{
	return id_at(x, x->n) + (size_t)i * PACKIDX_OBJECT;
}

static const uint8_t *block_at(const struct dv_packidx *x, uint32_t b)
{
	return object_at(x, x->n) + (size_t)b * PACKIDX_BLOCK;
}

static int reject(struct dv_err *err, const char *why)
{
	return dv_err_set(err, DV_E_FORMAT, "pack index is corrupt: %s", why);
}

int dv_packidx_open(struct dv_packidx *out, const void *data, size_t n,
		    struct dv_err *err)
{
	struct dv_packidx x = { .p = data, .len = n };
	const uint8_t *p = data;

	if (n < PACKIDX_LENGTH_MIN ||
	    memcmp(p, PACKIDX_MAGIC, sizeof(PACKIDX_MAGIC) - 1))
		return reject(err, "it does not begin as one");
	if (p[4] != PACKIDX_VERSION)
		return dv_err_set(err, DV_E_UNSUPPORTED, "pack index is of "
				  "version %u, and this dv reads version %u",
				  p[4], PACKIDX_VERSION);
	if (p[5] != DV_PACK_DATA && p[5] != DV_PACK_META)
		return reject(err, "unknown kind");
	if (p[6] != DV_ALGO_XXH128 && p[6] != DV_ALGO_SHA256)
		return reject(err, "unknown object format");
	if (p[7])
		return reject(err, "a reserved field is not zero");

	x.kind = p[5];
	x.algo = p[6];
	x.n = dv_get_be32(p + 8);
	x.m = dv_get_be32(p + 12);
	x.end = dv_get_be64(p + 16);
	if (x.n > DV_PACK_OBJECTS_MAX || x.m > x.n || x.end > INT64_MAX)
		return reject(err, "absurd counts");
	if (n != packidx_length(x.algo, x.n, x.m))
		return reject(err, "its length is not that of its objects");
	*out = x;
	return 0;
}

void dv_packidx_id(const struct dv_packidx *x, uint32_t i,
		   struct dv_digest *out)
{
	dv_digest_set(out, x->algo, id_at(x, i));
}

/* The ids that begin so, trusted as far as the index is long. */
static void bucket(const struct dv_packidx *x, uint8_t first, uint32_t *lo,
		   uint32_t *hi)
{
	const uint8_t *fan = fan_at(x);

	*lo = first ? dv_get_be32(fan + 4 * (first - 1)) : 0;
	*hi = dv_get_be32(fan + 4 * first);
	if (*hi > x->n)
		*hi = x->n;
	if (*lo > *hi)
		*lo = *hi;
}

/*
 * Where the key's next bytes say it should be is a better first guess than
 * the middle; a few steps around it leave little to bisect.
 */
#define GUESS_REACH 12

static uint32_t lower(const struct dv_packidx *x, const uint8_t *key)
{
	size_t size = dv_algo_size(x->algo);
	uint32_t lo, hi;

	bucket(x, key[0], &lo, &hi);
	if (hi - lo > 2 * GUESS_REACH) {
		uint64_t part = dv_get_be32(key + 1);
		uint32_t g = lo + (uint32_t)((part * (hi - lo)) >> 32);

		if (memcmp(id_at(x, g), key, size) < 0) {
			lo = g + 1;
			g += GUESS_REACH;
			if (g < hi && memcmp(id_at(x, g), key, size) >= 0)
				hi = g;
		} else {
			hi = g;
			if (g - lo > GUESS_REACH &&
			    memcmp(id_at(x, g - GUESS_REACH), key, size) < 0)
				lo = g - GUESS_REACH + 1;
		}
	}
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (memcmp(id_at(x, mid), key, size) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint32_t dv_packidx_lower(const struct dv_packidx *x,
			  const struct dv_digest *id)
{
	return lower(x, id->b);
}

struct dv_packidx_range dv_packidx_ids_at(const struct dv_packidx *x,
					  const struct dv_digest *id)
{
	size_t size = dv_algo_size(x->algo);
	struct dv_packidx_range r;
	uint32_t lo, hi;

	bucket(x, id->b[0], &lo, &hi);
	/* one more, as find looks at the id where the key would be */
	if (hi < x->n)
		hi++;
	r.off = (uint64_t)(id_at(x, lo) - x->p);
	r.n = (uint64_t)(hi - lo) * size;
	return r;
}

struct dv_packidx_range dv_packidx_object_at(const struct dv_packidx *x,
					     uint32_t i)
{
	return (struct dv_packidx_range){
		(uint64_t)(object_at(x, i) - x->p), PACKIDX_OBJECT
	};
}

int dv_packidx_block_at(const struct dv_packidx *x, uint32_t i,
			struct dv_packidx_range *out, struct dv_err *err)
{
	uint32_t block = dv_get_be32(object_at(x, i));

	if (block >= x->m)
		return reject(err, "an object in a block that is not there");
	out->off = (uint64_t)(block_at(x, block) - x->p);
	out->n = PACKIDX_BLOCK;
	return 0;
}

bool dv_packidx_find(const struct dv_packidx *x, const struct dv_digest *id,
		     uint32_t *i)
{
	uint32_t at;

	if (!x->n || id->algo != x->algo)
		return false;
	at = lower(x, id->b);
	if (at == x->n || memcmp(id_at(x, at), id->b, dv_algo_size(x->algo)))
		return false;
	*i = at;
	return true;
}

int dv_packidx_object(const struct dv_packidx *x, uint32_t i,
		      struct dv_pack_object *out, struct dv_err *err)
{
	const char *why = packidx_get_object(object_at(x, i), block_at(x, 0),
					     x->m, out);

	return why ? reject(err, why) : 0;
}

int dv_packidx_block(const struct dv_packidx *x, uint32_t b,
		     struct dv_pack_block *out, struct dv_err *err)
{
	const char *why = packidx_get_block(block_at(x, b), x->end, out);

	return why ? reject(err, why) : 0;
}

static int check_ids(const struct dv_packidx *x, struct dv_err *err)
{
	size_t size = dv_algo_size(x->algo);
	unsigned byte = 0;

	for (uint32_t i = 0; i < x->n; i++) {
		const uint8_t *id = id_at(x, i);

		if (i && memcmp(id_at(x, i - 1), id, size) >= 0)
			return reject(err, "ids out of order");
		for (; byte < id[0]; byte++)
			if (dv_get_be32(fan_at(x) + 4 * byte) != i)
				return reject(err, "fan-out is wrong");
	}
	for (; byte < 256; byte++)
		if (dv_get_be32(fan_at(x) + 4 * byte) != x->n)
			return reject(err, "fan-out is wrong");
	return 0;
}

/* Blocks fill the pack from its header to the index, without a gap. */
static int check_blocks(const struct dv_packidx *x, struct dv_err *err)
{
	uint64_t at = DV_PACK_HEADER;

	for (uint32_t b = 0; b < x->m; b++) {
		struct dv_pack_block k;
		int rc = dv_packidx_block(x, b, &k, err);

		if (rc < 0)
			return rc;
		if (k.offset != at)
			return reject(err, "a gap between blocks");
		at += k.stored;
	}
	return at == x->end ? 0 : reject(err, "blocks do not fill the pack");
}

int dv_packidx_check_sum(const struct dv_packidx *x, struct dv_err *err)
{
	size_t body = x->len - PACKIDX_CHECK;

	if (dv_hash64(x->p, body) != dv_get_be64(x->p + body))
		return reject(err, "its checksum does not fit");
	return 0;
}

int dv_packidx_check(const struct dv_packidx *x, struct dv_err *err)
{
	int rc = dv_packidx_check_sum(x, err);

	if (!rc)
		rc = check_ids(x, err);
	if (!rc)
		rc = check_blocks(x, err);
	for (uint32_t i = 0; !rc && i < x->n; i++) {
		struct dv_pack_object o;

		rc = dv_packidx_object(x, i, &o, err);
	}
	return rc;
}
