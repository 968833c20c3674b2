/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_SCALAR_H
#define DV_FORMAT_SCALAR_H

/*
 * What a YAML scalar without quotes is, where YAML 1.1 (its type
 * repository) and YAML 1.2 (the core schema) agree; the others are kept
 * as their text, as PLAIN.  dv-format-config(5) has the table.
 */

#include <stddef.h>

#include "format/value.h"

/*
 * The value of n bytes of UTF-8.  A number that is too large for a double
 * is PLAIN too.  *out is the caller's to release.
 */
void dv_scalar_parse(struct dv_value *out, const char *s, size_t n);

#endif
