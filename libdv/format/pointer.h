/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_POINTER_H
#define DV_FORMAT_POINTER_H

/*
 * Pointer: the small text file `<path>.dv` that git tracks beside a
 * dataset.  Bytes: dv-format-pointer(5):
 *
 *	dv-pointer 1
 *	manifest xxh128:<hex>
 *	files 31
 *	size 104857600
 *
 * exactly these lines, in this order, each ended by one LF (a CR before
 * it is taken, for work trees with autocrlf).  Told by content, not name.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

#define DV_POINTER_MAX 4096

struct dv_pointer {
	struct dv_digest manifest;
	uint64_t files, size;	/* as in struct dv_manifest_info */
};

/* Does it begin as a pointer of any version does? */
bool dv_pointer_is(const void *buf, size_t n);
/*
 * DV_E_FORMAT says what is wrong; conflict markers of a merge get their
 * own sentence and hint; a newer version is DV_E_UNSUPPORTED.  name is
 * for the text.
 */
int dv_pointer_parse(struct dv_pointer *out, const void *buf, size_t n,
		     const char *name, struct dv_err *err);
void dv_pointer_format(struct dv_buf *out, const struct dv_pointer *p);

#endif
