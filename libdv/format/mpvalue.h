/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MPVALUE_H
#define DV_FORMAT_MPVALUE_H

/*
 * Values as MessagePack: the literals and the metadata of a manifest.
 * Both ways keep everything that JSON tells apart, 1 and 1.0 too.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/value.h"

/*
 * Append v, whose maps get sorted by it.  A PLAIN is written as the map
 * that dv_json_write() makes of it, {"!plain":"<text>"}.  DV_E_INVALID
 * where a map has a key twice.
 */
int dv_mpvalue_encode(struct dv_buf *out, struct dv_value *v,
		      struct dv_err *err);

/*
 * The one value that the n bytes at p are; *out is the caller's to
 * release.  DV_E_FORMAT for all that dv-format-manifest(5) refuses.
 */
int dv_mpvalue_decode(struct dv_value *out, const uint8_t *p, size_t n,
		      struct dv_err *err);

/*
 * Append the value as JSON without white space, from bytes that have been
 * checked; dv_json_parse() and dv_mpvalue_encode() give the same bytes.
 */
int dv_mpvalue_write_json(struct dv_buf *out, const uint8_t *p, size_t n,
			  struct dv_err *err);

#endif
