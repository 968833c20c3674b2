/* SPDX-License-Identifier: MIT */
#include "base/xxh3.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), \
			     apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define XXH_VECTOR XXH_AVX2
#define DV_XXH3 dv_xxh3_avx2
#include "base/xxh3impl.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else
typedef int dv_xxh3_none;
#endif
