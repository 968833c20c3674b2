/* SPDX-License-Identifier: MIT */
#include "format/number.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define DIGITS_MAX 17		/* enough for any double */

/* 0.d1d2d3... * 10^point */
struct decimal {
	char digit[DIGITS_MAX + 1];
	int n;
	int point;
};

/* No decimal point in it: what strtod() reads as one is the locale's. */
static double value_of(const struct decimal *x)
{
	char text[48];

	snprintf(text, sizeof(text), "%se%d", x->digit, x->point - x->n);
	return strtod(text, NULL);
}

static void strip_zeros(struct decimal *x)
{
	while (x->n > 1 && x->digit[x->n - 1] == '0')
		x->digit[--x->n] = '\0';
}

/* d > 0, correctly rounded to n digits. */
static void round_to(struct decimal *x, double d, int n)
{
	char text[48];
	const char *e;

	snprintf(text, sizeof(text), "%.*e", n - 1, d);
	e = strchr(text, 'e');
	x->digit[0] = text[0];
	memcpy(x->digit + 1, e - (n - 1), (size_t)(n - 1));
	x->digit[n] = '\0';
	x->n = n;
	x->point = atoi(e + 1) + 1;
}

/* The next number of as many digits, upwards or downwards. */
static void step(struct decimal *x, bool up)
{
	int i = x->n - 1;

	while (i >= 0 && x->digit[i] == (up ? '9' : '0'))
		x->digit[i--] = up ? '0' : '9';
	if (i >= 0) {
		x->digit[i] += up ? 1 : -1;
	} else if (up) {
		memmove(x->digit + 1, x->digit, (size_t)(x->n - 1));
		x->digit[0] = '1';
		x->point++;
	}
}

/*
 * Does some number of n digits read back as d?  At a power of two the
 * doubles below are nearer than those above, and then the number that
 * reads back may lie on the other side of d than the one d rounds to.
 */
static bool try_digits(struct decimal *x, double d, int n)
{
	struct decimal near;

	round_to(&near, d, n);
	*x = near;
	for (int i = 0; i < 3; i++) {
		if (value_of(x) == d)
			return true;
		*x = near;
		step(x, i == 0);
	}
	return false;
}

/*
 * 15 digits survive the way through any normal double, so where 15 read
 * back as d, they are the shortest once their zeros are gone; where they
 * do not, nothing shorter does.  Subnormal numbers hold fewer.
 */
static void shortest(struct decimal *x, double d)
{
	int n = d >= DBL_MIN ? DBL_DIG : 1;

	while (!try_digits(x, d, n) && n < DIGITS_MAX)
		n++;
	strip_zeros(x);
}

char *dv_number_format(char *out, double d)
{
	struct decimal x;
	char *p = out;

	if (d == 0)
		return strcpy(out, "0");
	if (d < 0)
		*p++ = '-';
	shortest(&x, fabs(d));

	if (x.n <= x.point && x.point <= 21)
		sprintf(p, "%s%.*s", x.digit, x.point - x.n,
			"000000000000000000000");
	else if (0 < x.point && x.point <= 21)
		sprintf(p, "%.*s.%s", x.point, x.digit, x.digit + x.point);
	else if (-6 < x.point && x.point <= 0)
		sprintf(p, "0.%.*s%s", -x.point, "000000", x.digit);
	else
		sprintf(p, "%c%s%se%+d", x.digit[0], x.n > 1 ? "." : "",
			x.digit + 1, x.point - 1);
	return out;
}

/*
 * The point is taken out and goes into the exponent, for the locale's
 * sake.  Exponents that nobody's digits can make up for are cut off.
 */
double dv_number_parse(const char *text, size_t n)
{
	char *copy = dv_malloc(n + 32), *p = copy;
	bool point = false;
	long long exponent = 0;
	size_t i, fraction = 0;
	double d;

	for (i = 0; i < n && text[i] != 'e' && text[i] != 'E'; i++) {
		if (text[i] == '.') {
			point = true;
			continue;
		}
		*p++ = text[i];
		fraction += point;
	}
	if (i < n) {
		bool neg = text[++i] == '-';

		i += i < n && !isdigit((unsigned char)text[i]);
		for (; i < n; i++)
			if (exponent < INT32_MAX)
				exponent = exponent * 10 + (text[i] - '0');
		exponent = neg ? -exponent : exponent;
	}
	sprintf(p, "e%lld", exponent - (long long)fraction);
	d = strtod(copy, NULL);
	free(copy);
	return d;
}
