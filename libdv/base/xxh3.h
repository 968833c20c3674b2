/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_XXH3_H
#define DV_BASE_XXH3_H

/*
 * XXH3 compiled for several instruction sets, for digest.c alone.  All
 * give the same digests; which one runs is decided when the program does.
 */

#include <stddef.h>
#include <stdint.h>

struct dv_xxh3 {
	size_t state_size;		/* of a state, aligned to 64 */
	void (*reset)(void *state);
	void (*update)(void *state, const void *p, size_t n);
	void (*final)(const void *state, uint8_t *out);	/* 16 bytes */
	void (*of)(const void *p, size_t n, uint8_t *out);
	uint64_t (*hash64)(const void *p, size_t n);
};

/* What the compiler may use everywhere: SSE2, NEON, ... */
extern const struct dv_xxh3 dv_xxh3_plain;

#if defined(__x86_64__)
extern const struct dv_xxh3 dv_xxh3_avx2;
extern const struct dv_xxh3 dv_xxh3_avx512;
#endif

#endif
