/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_COMPONENT_H
#define DV_FORMAT_COMPONENT_H

/*
 * A dataset's or tag's name as one component of a ref or a remote key,
 * dv-format-version(5): bytes outside [A-Za-z0-9_.-], a leading dot, the
 * second of two dots and the dot of a final ".lock" are written =XX with
 * upper-case hex digits.  So git takes every one of them as part of a ref
 * and a file system as a name.
 */

#include "base/buf.h"
#include "base/err.h"

#define DV_COMPONENT_MAX 200

/*
 * Append name as a component: at most DV_COMPONENT_MAX bytes, else
 * DV_E_LIMIT; DV_E_INVALID for an empty name.
 */
int dv_component_encode(struct dv_buf *out, const char *name,
			struct dv_err *err);

/*
 * Append the name that text stands for.  Strict inverse: what encode
 * would not have written is DV_E_FORMAT.
 */
int dv_component_decode(struct dv_buf *out, const char *text,
			struct dv_err *err);

#endif
