/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_GRACEPERIOD_H
#define DV_PORCELAIN_GRACEPERIOD_H

/* How long what was removed can still be had back. */

#include <stdint.h>

#include "base/err.h"

#define DV_GRACEPERIOD_DEFAULT (14 * 24 * 3600)

/*
 * Seconds before `now` that text means: "now" (0); a number of seconds, or
 * with s, m, h, d or w behind it of those; a day, "2025-10-03" (UTC),
 * which is not in the future.  DV_E_INVALID.
 */
int dv_graceperiod_parse(int64_t *out, const char *text, int64_t now,
			 struct dv_err *err);

#endif
