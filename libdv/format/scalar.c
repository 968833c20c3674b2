/* SPDX-License-Identifier: MIT */
#include "format/scalar.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "format/number.h"

/*
 * A cursor over the scalar.  Each take function moves it past what it
 * finds and says how many bytes that were.
 */
struct cursor {
	const char *p, *end;
};

static bool at_end(const struct cursor *c)
{
	return c->p == c->end;
}

static size_t take(struct cursor *c, const char *set)
{
	const char *from = c->p;

	while (c->p < c->end && *c->p && strchr(set, *c->p))
		c->p++;
	return (size_t)(c->p - from);
}

static bool take_one(struct cursor *c, const char *set)
{
	if (at_end(c) || !*c->p || !strchr(set, *c->p))
		return false;
	c->p++;
	return true;
}

static bool one_of(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && !memcmp(*words, s, n))
			return true;
	return false;
}

#define DIGITS "0123456789"

/* Words */

static bool is_null(const char *s, size_t n)
{
	static const char *const words[] = {
		"", "~", "null", "Null", "NULL", NULL
	};

	return one_of(s, n, words);
}

static bool is_true(const char *s, size_t n)
{
	static const char *const words[] = { "true", "True", "TRUE", NULL };

	return one_of(s, n, words);
}

static bool is_false(const char *s, size_t n)
{
	static const char *const words[] = {
		"false", "False", "FALSE", NULL
	};

	return one_of(s, n, words);
}

/* Booleans, "value" and "merge" of 1.1 only; numbers JSON has not. */
static bool is_disputed_word(const char *s, size_t n)
{
	static const char *const words[] = {
		"y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO",
		"on", "On", "ON", "off", "Off", "OFF", "=", "<<",
		".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
		"-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN", NULL
	};

	return one_of(s, n, words);
}

/* Numbers on which both versions agree */

/* [-+]?(0|[1-9][0-9]*) */
static bool is_integer(struct cursor c)
{
	const char *from;

	take_one(&c, "+-");
	from = c.p;
	return take(&c, DIGITS) && at_end(&c) &&
	       (*from != '0' || c.p == from + 1);
}

/*
 * With a point, and with a sign in the exponent if there is one:
 * [-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?
 */
static bool is_float(struct cursor c)
{
	size_t whole, fraction;

	take_one(&c, "+-");
	whole = take(&c, DIGITS);
	if (!take_one(&c, "."))
		return false;
	fraction = take(&c, DIGITS);
	if (!whole && !fraction)
		return false;
	if (take_one(&c, "eE"))
		return take_one(&c, "+-") && take(&c, DIGITS) && at_end(&c);
	return at_end(&c);
}

/* 0x[0-9a-fA-F]+; false as well where it is above INT64_MAX. */
static bool is_hex(struct cursor c, int64_t *out)
{
	uint64_t u = 0;

	if (c.end - c.p < 3 || memcmp(c.p, "0x", 2))
		return false;
	for (c.p += 2; !at_end(&c); c.p++) {
		static const char hex[] = "0123456789abcdef";
		char low = *c.p >= 'A' && *c.p <= 'F' ? *c.p + 32 : *c.p;
		const char *d = low ? strchr(hex, low) : NULL;

		if (!d || u > (uint64_t)INT64_MAX >> 4)
			return false;
		u = u << 4 | (uint64_t)(d - hex);
	}
	*out = (int64_t)u;
	return true;
}

/* Numbers of one version only, and those neither writes the same way */

/*
 * Another base, or a zero in front: [-+]?0x[0-9a-fA-F_]+, [-+]?0b[01_]+,
 * 0o[0-7]+, [-+]?0[0-9_]+
 */
static bool is_disputed_base(struct cursor c)
{
	bool sign = take_one(&c, "+-");

	if (!take_one(&c, "0"))
		return false;
	if (take_one(&c, "x"))
		return take(&c, "0123456789abcdefABCDEF_") && at_end(&c);
	if (take_one(&c, "b"))
		return take(&c, "01_") && at_end(&c);
	if (take_one(&c, "o"))
		return !sign && take(&c, "01234567") && at_end(&c);
	return take(&c, DIGITS "_") && at_end(&c);
}

/*
 * 1_000, 1_0.5, 1e3, 1.5e3: digits and underscores, perhaps a point,
 * perhaps an exponent.
 */
static bool is_disputed_number(struct cursor c)
{
	size_t whole = 0, fraction = 0;

	take_one(&c, "+-");
	if (!at_end(&c) && strchr(DIGITS, *c.p))
		whole = take(&c, DIGITS "_");
	if (take_one(&c, "."))
		fraction = take(&c, DIGITS "_");
	if (!whole && (!fraction || c.p[-(ptrdiff_t)fraction] == '_'))
		return false;
	if (take_one(&c, "eE")) {
		take_one(&c, "+-");
		return take(&c, DIGITS) && at_end(&c);
	}
	return at_end(&c);
}

/* Base 60: [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? */
static bool is_sexagesimal(struct cursor c)
{
	size_t parts = 0;

	take_one(&c, "+-");
	if (!take_one(&c, DIGITS))
		return false;
	take(&c, DIGITS "_");
	for (; take_one(&c, ":"); parts++) {
		const char *from = c.p;
		size_t n = take(&c, DIGITS);

		if (n < 1 || n > 2 || (n == 2 && *from > '5'))
			return false;
	}
	if (take_one(&c, "."))
		take(&c, DIGITS "_");
	return parts && at_end(&c);
}

static bool take_number(struct cursor *c, size_t least, size_t most)
{
	size_t n = take(c, DIGITS);

	return n >= least && n <= most;
}

/* Z, or [-+]hh(:mm)?, after blanks, or nothing */
static bool is_zone(struct cursor c)
{
	if (at_end(&c))
		return true;
	take(&c, " \t");
	if (take_one(&c, "Z"))
		return at_end(&c);
	if (!take_one(&c, "+-") || !take_number(&c, 1, 2))
		return false;
	if (take_one(&c, ":") && !take_number(&c, 2, 2))
		return false;
	return at_end(&c);
}

/* A date, or a date and a time: 2001-12-14 21:59:43.10 -5 */
static bool is_timestamp(struct cursor c)
{
	const char *from = c.p;

	if (!take_number(&c, 4, 4) || !take_one(&c, "-") ||
	    !take_number(&c, 1, 2) || !take_one(&c, "-") ||
	    !take_number(&c, 1, 2))
		return false;
	if (at_end(&c))
		return c.p - from == 10;
	if (!take_one(&c, "Tt") && !take(&c, " \t"))
		return false;
	if (!take_number(&c, 1, 2) || !take_one(&c, ":") ||
	    !take_number(&c, 2, 2) || !take_one(&c, ":") ||
	    !take_number(&c, 2, 2))
		return false;
	if (take_one(&c, "."))
		take(&c, DIGITS);
	return is_zone(c);
}

static bool is_disputed(const char *s, size_t n)
{
	const struct cursor c = { s, s + n };

	return is_disputed_word(s, n) || is_disputed_base(c) ||
	       is_disputed_number(c) || is_sexagesimal(c) || is_timestamp(c);
}

static struct dv_value parse_float(const char *s, size_t n)
{
	double d = dv_number_parse(s, n);

	return isfinite(d) ? dv_value_real(d) : dv_value_plain(s, n);
}

void dv_scalar_parse(struct dv_value *out, const char *s, size_t n)
{
	const struct cursor c = { s, s + n };
	int64_t i;

	if (is_null(s, n))
		memset(out, 0, sizeof(*out));
	else if (is_true(s, n) || is_false(s, n))
		*out = dv_value_bool(is_true(s, n));
	else if (is_integer(c))
		*out = dv_value_digits(s, n);
	else if (is_float(c))
		*out = parse_float(s, n);
	else if (is_hex(c, &i))
		*out = dv_value_int(i);
	else if (is_disputed(s, n))
		*out = dv_value_plain(s, n);
	else
		*out = dv_value_str(s, n);
}
