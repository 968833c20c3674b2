/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

/*
 * SHA-256 by the low-level functions, which a static libcrypto gives
 * without its providers: loading the shared one takes longer than hashing
 * most files.  They use the processor's SHA instructions all the same.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/xxh3.h"

static const struct dv_xxh3 *xxh3(void)
{
#if defined(__x86_64__)
	static _Atomic(const struct dv_xxh3 *) chosen;
	const struct dv_xxh3 *x = chosen;

	if (x)
		return x;
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f"))
		x = &dv_xxh3_avx512;
	else if (__builtin_cpu_supports("avx2"))
		x = &dv_xxh3_avx2;
	else
		x = &dv_xxh3_plain;
	chosen = x;
	return x;
#else
	return &dv_xxh3_plain;
#endif
}

size_t dv_algo_size(enum dv_algo algo)
{
	return algo == DV_ALGO_SHA256 ? 32 : 16;
}

const char *dv_algo_name(enum dv_algo algo)
{
	return algo == DV_ALGO_SHA256 ? "sha256" : "xxh128";
}

int dv_algo_parse(enum dv_algo *out, const char *name, struct dv_err *err)
{
	if (!strcmp(name, "xxh128"))
		*out = DV_ALGO_XXH128;
	else if (!strcmp(name, "sha256"))
		*out = DV_ALGO_SHA256;
	else
		return dv_err_set(err, DV_E_INVALID,
				  "unknown object format '%.100s': "
				  "there are 'xxh128' and 'sha256'", name);
	return 0;
}

int dv_digest_cmp(const struct dv_digest *a, const struct dv_digest *b)
{
	if (a->algo != b->algo)
		return a->algo < b->algo ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool dv_digest_eq(const struct dv_digest *a, const struct dv_digest *b)
{
	return !dv_digest_cmp(a, b);
}

bool dv_digest_isset(const struct dv_digest *a)
{
	return a->algo != 0;
}

void dv_digest_set(struct dv_digest *d, enum dv_algo algo, const void *bytes)
{
	size_t n = dv_algo_size(algo);

	d->algo = algo;
	memmove(d->b, bytes, n);
	memset(d->b + n, 0, sizeof(d->b) - n);
}

char *dv_digest_format(char *out, const struct dv_digest *d)
{
	const char *name = dv_algo_name(d->algo);
	size_t n = strlen(name);

	memcpy(out, name, n);
	out[n] = ':';
	dv_digest_hex(out + n + 1, d);
	return out;
}

char *dv_digest_hex(char *out, const struct dv_digest *d)
{
	dv_hex_format(out, d->b, dv_algo_size(d->algo));
	return out;
}

/* Take "algo:" off text, or return 0 if there is none that we know. */
static enum dv_algo parse_name(const char **text, size_t *n)
{
	static const enum dv_algo all[] = { DV_ALGO_XXH128, DV_ALGO_SHA256 };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const char *name = dv_algo_name(all[i]);
		size_t len = strlen(name);

		if (*n <= len || memcmp(*text, name, len) ||
		    (*text)[len] != ':')
			continue;
		*text += len + 1;
		*n -= len + 1;
		return all[i];
	}
	return 0;
}

static int parse_error(const char *text, size_t n, enum dv_algo algo,
		       struct dv_err *err)
{
	int shown = n > 100 ? 100 : (int)n;

	if (!algo)
		return dv_err_set(err, DV_E_INVALID, "'%.*s' is not an id of "
				  "the form xxh128:<32 hex digits> or "
				  "sha256:<64 hex digits>", shown, text);
	return dv_err_set(err, DV_E_INVALID, "'%.*s' is not an id of the form "
			  "%s:<%zu hex digits>", shown, text,
			  dv_algo_name(algo), 2 * dv_algo_size(algo));
}

int dv_digest_parse(struct dv_digest *out, const char *text, size_t n,
		    enum dv_algo algo, struct dv_err *err)
{
	const char *hex = text;
	size_t left = n;
	enum dv_algo named = parse_name(&hex, &left);
	enum dv_algo is = named ? named : algo;
	uint8_t b[DV_DIGEST_MAX];

	if (!is || left != 2 * dv_algo_size(is) || !dv_hex_is(hex, left))
		return parse_error(text, n, algo, err);
	if (algo && is != algo)
		return dv_err_set(err, DV_E_INVALID,
				  "'%.*s' is an id of object format %s, and "
				  "the one in use is %s", (int)n, text,
				  dv_algo_name(is), dv_algo_name(algo));

	dv_hex_parse(b, hex, dv_algo_size(is));
	dv_digest_set(out, is, b);
	return 0;
}

void dv_digest_of(struct dv_digest *out, enum dv_algo algo,
		  const void *buf, size_t n)
{
	uint8_t b[DV_DIGEST_MAX];

	if (algo == DV_ALGO_SHA256) {
		SHA256_CTX sha;

		SHA256_Init(&sha);
		SHA256_Update(&sha, buf, n);
		SHA256_Final(b, &sha);
	} else {
		xxh3()->of(buf, n, b);
	}
	dv_digest_set(out, algo, b);
}

/* xxh is larger than a byte: xxh3()->state_size are allocated for it. */
struct dv_hasher {
	enum dv_algo algo;
	SHA256_CTX sha;
	_Alignas(64) uint8_t xxh[];
};

struct dv_hasher *dv_hasher_new(enum dv_algo algo)
{
	size_t size = sizeof(struct dv_hasher);
	struct dv_hasher *h;
	void *p;

	if (algo == DV_ALGO_XXH128)
		size += xxh3()->state_size;
	if (posix_memalign(&p, 64, size))
		dv_alloc_fail();

	h = p;
	h->algo = algo;
	if (algo == DV_ALGO_SHA256)
		SHA256_Init(&h->sha);
	else
		xxh3()->reset(h->xxh);
	return h;
}

void dv_hasher_update(struct dv_hasher *h, const void *buf, size_t n)
{
	if (!n)
		return;
	if (h->algo == DV_ALGO_SHA256)
		SHA256_Update(&h->sha, buf, n);
	else
		xxh3()->update(h->xxh, buf, n);
}

void dv_hasher_final(struct dv_hasher *h, struct dv_digest *out)
{
	uint8_t b[DV_DIGEST_MAX];

	if (h->algo == DV_ALGO_SHA256)
		SHA256_Final(b, &h->sha);
	else
		xxh3()->final(h->xxh, b);
	dv_digest_set(out, h->algo, b);
}

void dv_hasher_free(struct dv_hasher *h)
{
	free(h);
}

/* Over the low-level SHA-256, as HMAC() would bring in the providers. */
void dv_hmac_sha256(uint8_t *out, const void *key, size_t key_len,
		    const void *buf, size_t n)
{
	uint8_t block[64] = { 0 }, pad[64], inner[32];
	SHA256_CTX sha;

	if (key_len > sizeof(block)) {
		SHA256_Init(&sha);
		SHA256_Update(&sha, key, key_len);
		SHA256_Final(block, &sha);
	} else if (key_len) {
		memcpy(block, key, key_len);
	}

	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x36;
	SHA256_Init(&sha);
	SHA256_Update(&sha, pad, sizeof(pad));
	SHA256_Update(&sha, buf, n);
	SHA256_Final(inner, &sha);

	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = block[i] ^ 0x5c;
	SHA256_Init(&sha);
	SHA256_Update(&sha, pad, sizeof(pad));
	SHA256_Update(&sha, inner, sizeof(inner));
	SHA256_Final(out, &sha);
}

uint64_t dv_hash64(const void *buf, size_t n)
{
	return xxh3()->hash64(buf, n);
}
