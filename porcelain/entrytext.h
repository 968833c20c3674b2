/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_ENTRYTEXT_H
#define DV_PORCELAIN_ENTRYTEXT_H

/* Parts of a manifest's entry as text: paths, values, metadata. */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/manifest.h"
#include "format/value.h"

/*
 * Append the path of an entry below the work tree: "data/x.csv", of a
 * single-file dataset the dataset, for path "" (the dataset's own
 * metadata) "data/".
 */
void dv_entrytext_join(struct dv_buf *out, const char *dataset,
		       const char *path, size_t n);

/* Read msgpack, n bytes at p (0: null), into *out, the caller's. */
int dv_entrytext_value(struct dv_value *out, const uint8_t *p, size_t n,
		       struct dv_err *err);
/* Append it as JSON. */
int dv_entrytext_json(struct dv_buf *out, const uint8_t *p, size_t n,
		      struct dv_err *err);
/* Append "unit: \"kg\"". */
void dv_entrytext_member(struct dv_buf *out, const struct dv_member *m);

/*
 * Members of one side of a change, or of an entry in a listing: mode,
 * size, id, and value and meta where there are any.
 */
int dv_entrytext_describe(struct dv_value *map, const struct dv_entry *e,
			  struct dv_err *err);

#endif
