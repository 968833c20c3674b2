/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_DIGEST_H
#define DV_BASE_DIGEST_H

/*
 * Digests: the names of objects.  xxh128 is XXH3-128 with seed 0 in its
 * canonical (big-endian) form, as `xxhsum -H2` prints it; sha256 is
 * FIPS 180-4.  The doors to xxhash.h and to libcrypto are here.
 *
 * xxh128 finds accidents; it does not resist somebody who chooses bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum dv_algo {
	DV_ALGO_XXH128 = 1,
	DV_ALGO_SHA256 = 2
};

#define DV_DIGEST_MAX 32		/* bytes of the longest digest */
#define DV_DIGEST_TEXT 72		/* "sha256:" + 64 hex + NUL */
#define DV_DIGEST_PREFIX_MIN 6		/* hex digits of a short id */

struct dv_digest {
	uint8_t algo;			/* enum dv_algo; 0: no digest */
	uint8_t b[DV_DIGEST_MAX];	/* bytes past the size are zero */
};

struct dv_hasher;			/* a digest being computed */

size_t dv_algo_size(enum dv_algo algo);		/* bytes: 16 or 32 */
const char *dv_algo_name(enum dv_algo algo);	/* "xxh128", "sha256" */
/* Name to algorithm; DV_E_INVALID names it and the ones there are. */
int dv_algo_parse(enum dv_algo *out, const char *name, struct dv_err *err);

/* Total order: algo, then bytes.  Equal iff 0. */
int dv_digest_cmp(const struct dv_digest *a, const struct dv_digest *b);
bool dv_digest_eq(const struct dv_digest *a, const struct dv_digest *b);
bool dv_digest_isset(const struct dv_digest *a);
/* From dv_algo_size() raw bytes. */
void dv_digest_set(struct dv_digest *d, enum dv_algo algo, const void *bytes);

/* "xxh128:<hex>"; out has DV_DIGEST_TEXT bytes.  Returns out. */
char *dv_digest_format(char *out, const struct dv_digest *d);
/* Bare hex.  Returns out. */
char *dv_digest_hex(char *out, const struct dv_digest *d);
/*
 * Whole id "algo:<hex>", or bare hex of exactly algo's length, of n bytes
 * at text; lower case only, so that an id has one spelling.  An id of
 * another algorithm than algo (0: any, bare hex not accepted) is
 * DV_E_INVALID, as is all else; the text names it.
 */
int dv_digest_parse(struct dv_digest *out, const char *text, size_t n,
		    enum dv_algo algo, struct dv_err *err);

/* Digest of n bytes. */
void dv_digest_of(struct dv_digest *out, enum dv_algo algo,
		  const void *buf, size_t n);

/* Streaming.  dv_hasher_final() may be called once; NULL frees as no-op. */
struct dv_hasher *dv_hasher_new(enum dv_algo algo);
void dv_hasher_update(struct dv_hasher *h, const void *buf, size_t n);
void dv_hasher_final(struct dv_hasher *h, struct dv_digest *out);
void dv_hasher_free(struct dv_hasher *h);

/* HMAC-SHA256 (RFC 2104) of n bytes; out has 32 bytes, may be the key. */
void dv_hmac_sha256(uint8_t *out, const void *key, size_t key_len,
		    const void *buf, size_t n);

/* XXH3-64, seed 0: checksums and boundaries, never names. */
uint64_t dv_hash64(const void *buf, size_t n);

#endif
