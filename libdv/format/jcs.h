/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_JCS_H
#define DV_FORMAT_JCS_H

/*
 * The JSON Canonicalization Scheme, RFC 8785: one text for one value.
 * dv-format-config(5) has the two things it says beyond the RFC, about
 * integers past 2^53 and about PLAIN.
 */

#include "base/buf.h"
#include "base/err.h"
#include "format/value.h"

/*
 * Append the canonical form of v to out: no white space, members in the
 * order of their keys' UTF-16 code units, reals as ECMAScript writes them
 * (so 1 and 1.0 are one text), integers with all their digits.  Whether
 * out's maximum is passed is for the caller to check.
 *
 * DV_E_FORMAT: text that is not UTF-8 (half a surrogate pair is not),
 * a number that is not finite, or a key that is there twice.
 */
int dv_jcs_write(struct dv_buf *out, const struct dv_value *v,
		 struct dv_err *err);

#endif
