/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_HUMAN_H
#define DV_PORCELAIN_HUMAN_H

/* Sizes, counts and dates as people read them. */

#include <stdint.h>

#define DV_HUMAN_MAX 64		/* bytes that each of these may write */

/* "999 B", "1.5 KiB", "12 MiB": at most four digits.  Returns out. */
char *dv_human_size(char *out, uint64_t bytes);

/* "1 file", "31 files"; one is the singular.  Returns out. */
char *dv_human_count(char *out, uint64_t n, const char *one,
		     const char *many);

/* "Fri Oct 3 14:05:09 2025 +0200", as git's default.  Returns out. */
char *dv_human_date(char *out, int64_t seconds, int tz_minutes);

/* "2025-10-03T14:05:09+02:00".  Returns out. */
char *dv_human_iso_date(char *out, int64_t seconds, int tz_minutes);

#endif
