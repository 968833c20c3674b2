/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MJSON_H
#define DV_FORMAT_MJSON_H

/*
 * Entries of a manifest as members of a JSON object, for --json.  What is
 * appended has no braces around it and no comma before or behind it.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/manifest.h"

/*
 * "path":"<path>", or where the path is not UTF-8 "path_hex":"<hex>" of
 * its bytes.
 */
void dv_mjson_write_path(struct dv_buf *out, const char *path, size_t n);

/*
 * "mode":"<octal>","size":<n>, then as it has them "id":"<id>",
 * "value":<value>, "reference":{…} and "meta":{…}.
 */
int dv_mjson_write_fields(struct dv_buf *out, const struct dv_entry *e,
			  struct dv_err *err);

#endif
