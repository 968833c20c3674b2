/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_NUMBER_H
#define DV_FORMAT_NUMBER_H

/*
 * Doubles as decimal text, the same on every machine and in every locale.
 */

#include <stddef.h>

#define DV_NUMBER_TEXT 32	/* the longest is 25 bytes with its NUL */

/*
 * The text that ECMAScript's Number::toString gives (ECMA-262 6.1.6.1.20,
 * as RFC 8785 asks): the fewest digits that read back as d, of those the
 * nearest to d.  -0 is "0".  d is finite.  Returns out, which has
 * DV_NUMBER_TEXT bytes.
 */
char *dv_number_format(char *out, double d);

/*
 * The double nearest to n bytes of text: [-+] digits with at most one '.'
 * and an optional exponent, which the caller has checked.  Infinite where
 * it is too large.
 */
double dv_number_parse(const char *text, size_t n);

#endif
