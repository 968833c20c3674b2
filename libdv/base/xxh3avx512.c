/* SPDX-License-Identifier: MIT */
#include "base/xxh3.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), \
			     apply_to = function)
#else
#pragma GCC target("avx512f")
#endif

#define XXH_VECTOR XXH_AVX512
#define DV_XXH3 dv_xxh3_avx512
#include "base/xxh3impl.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else
typedef int dv_xxh3_none;
#endif
