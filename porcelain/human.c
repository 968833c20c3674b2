/* SPDX-License-Identifier: MIT */
#include "porcelain/human.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

char *dv_human_size(char *out, uint64_t bytes)
{
	static const char *const unit[] = {
		"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"
	};
	double v = (double)bytes / 1024;
	size_t u = 0;

	if (bytes < 1024) {
		snprintf(out, DV_HUMAN_MAX, "%" PRIu64 " B", bytes);
		return out;
	}
	/* what would be rounded to 1024 belongs to the next unit */
	while (v >= 1023.5 && u + 1 < sizeof(unit) / sizeof(*unit)) {
		v /= 1024;
		u++;
	}
	snprintf(out, DV_HUMAN_MAX, v < 9.95 ? "%.1f %s" : "%.0f %s", v,
		 unit[u]);
	return out;
}

char *dv_human_count(char *out, uint64_t n, const char *one, const char *many)
{
	snprintf(out, DV_HUMAN_MAX, "%" PRIu64 " %s", n, n == 1 ? one : many);
	return out;
}

/* The zone is part of the date: shift, then read it as if in UTC. */
static bool shift(struct tm *tm, int64_t seconds, int tz_minutes)
{
	time_t t = (time_t)(seconds + (int64_t)tz_minutes * 60);

	return gmtime_r(&t, tm) != NULL;
}

char *dv_human_date(char *out, int64_t seconds, int tz_minutes)
{
	static const char day[] = "SunMonTueWedThuFriSat";
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int tz = abs(tz_minutes);
	struct tm tm;

	if (!shift(&tm, seconds, tz_minutes)) {
		snprintf(out, DV_HUMAN_MAX, "@%" PRId64, seconds);
		return out;
	}
	snprintf(out, DV_HUMAN_MAX, "%.3s %.3s %d %02d:%02d:%02d %d %c%02d%02d",
		 day + 3 * tm.tm_wday, month + 3 * tm.tm_mon, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900,
		 tz_minutes < 0 ? '-' : '+', tz / 60, tz % 60);
	return out;
}

char *dv_human_iso_date(char *out, int64_t seconds, int tz_minutes)
{
	int tz = abs(tz_minutes);
	struct tm tm;

	if (!shift(&tm, seconds, tz_minutes)) {
		snprintf(out, DV_HUMAN_MAX, "@%" PRId64, seconds);
		return out;
	}
	snprintf(out, DV_HUMAN_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d",
		 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		 tm.tm_min, tm.tm_sec, tz_minutes < 0 ? '-' : '+', tz / 60,
		 tz % 60);
	return out;
}
