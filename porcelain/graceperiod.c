/* SPDX-License-Identifier: MIT */
#include "porcelain/graceperiod.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define YEARS_100 ((int64_t)100 * 366 * 24 * 3600)

static int64_t unit_seconds(const char *unit)
{
	if (!*unit)
		return 1;
	if (unit[1])
		return 0;
	switch (*unit) {
	case 's': return 1;
	case 'm': return 60;
	case 'h': return 3600;
	case 'd': return 24 * 3600;
	case 'w': return 7 * 24 * 3600;
	default: return 0;
	}
}

static bool parse_span(int64_t *out, const char *text)
{
	long long n;
	int64_t unit;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	n = strtoll(text, &end, 10);
	unit = unit_seconds(end);
	if (!unit || n > YEARS_100 / unit)
		return false;
	*out = n * unit;
	return true;
}

static bool parse_day(int64_t *out, const char *text, int64_t now)
{
	struct tm tm = { .tm_mday = 0 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	time_t t;

	if (!end || *end)
		return false;
	t = timegm(&tm);
	if (t == (time_t)-1 || t > now)
		return false;
	*out = now - t;
	return true;
}

int dv_graceperiod_parse(int64_t *out, const char *text, int64_t now,
			 struct dv_err *err)
{
	if (!strcmp(text, "now")) {
		*out = 0;
		return 0;
	}
	if (parse_span(out, text) || parse_day(out, text, now))
		return 0;
	dv_err_set(err, DV_E_INVALID, "'%s' is no time span", text);
	return dv_err_hint(err, "now, 3600, 36h, 14d, 2w, or a past day as "
			   "2025-10-03");
}
