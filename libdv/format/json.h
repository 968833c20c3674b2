/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_JSON_H
#define DV_FORMAT_JSON_H

/*
 * JSON (RFC 8259) to values and back.  The door to jansson.h.
 *
 * Stricter than the RFC where it lets readers choose: text is UTF-8, a
 * key comes once in an object, a \u escape of half a surrogate pair is
 * refused, numbers with a fraction or an exponent are doubles and fit.
 * Integers keep their digits, however long they are.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/value.h"

/*
 * Read the one JSON value that the n bytes at text are; name says in
 * errors where they come from, followed by line and column.  A byte order
 * mark before it is skipped.  *out is the caller's to release.
 *
 * DV_E_EXISTS: a key comes twice.  DV_E_LIMIT: nested deeper than
 * DV_VALUE_DEPTH_MAX, or a number is too large for a double.
 * DV_E_FORMAT: all else.
 */
int dv_json_parse(struct dv_value *out, const char *text, size_t n,
		  const char *name, struct dv_err *err);

/*
 * Append v without white space, members in their order.  Reads back as
 * the same value, with the same types: a real always has a '.' or an
 * exponent.  Only what RFC 8259 says must be escaped is.  PLAIN, which
 * JSON has not, becomes {"!plain":"<text>"} and reads back as that map.
 */
void dv_json_write(struct dv_buf *out, const struct dv_value *v);

/* Append n bytes of UTF-8 as a JSON string, quotes included. */
void dv_json_write_str(struct dv_buf *out, const char *s, size_t n);

#endif
