/* SPDX-License-Identifier: MIT */
#include "base/xxh3.h"

#define DV_XXH3 dv_xxh3_plain
#include "base/xxh3impl.h"
