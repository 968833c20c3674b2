/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_HEX_H
#define DV_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lower-case hex of n bytes and a NUL: out has room for 2n+1. */
void dv_hex_format(char *out, const uint8_t *in, size_t n);

/*
 * Exactly 2n hex digits at in, either case, to n bytes.  Returns 0, or
 * -1 where a character is no hex digit.
 */
int dv_hex_parse(uint8_t *out, const char *in, size_t n);

/* Value of one hex digit of either case, or -1. */
int dv_hex_digit(char c);

/* Are the n characters at s all lower-case hex digits? */
bool dv_hex_is(const char *s, size_t n);

#endif
