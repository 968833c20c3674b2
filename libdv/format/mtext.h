/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MTEXT_H
#define DV_FORMAT_MTEXT_H

/*
 * Text form of a manifest, both ways: what is printed reads back as the
 * same entries, so as a manifest of the same id.
 *
 *	#root SP <json>				first, where there is any
 *	<mode> SP <size> SP <id> [SP <json>] TAB <path>
 *
 * In place of <id> a value has its JSON, a reference its map as JSON, and
 * a directory '-'.  The last JSON is metadata.  Paths are C-quoted, or raw
 * as they are.  A record is without its end, LF or with raw NUL.  Where
 * JSON has a TAB it is as \t, so the first TAB ends the fields.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/manifest.h"

/*
 * Append e, as the reader of manifests gives it.  Fails as
 * dv_mpvalue_decode() does, on bytes that were not read so.
 */
int dv_mtext_format(struct dv_buf *out, const struct dv_entry *e, bool raw,
		    struct dv_err *err);
/* Append the record of a dataset's metadata. */
int dv_mtext_format_root(struct dv_buf *out, const uint8_t *meta, size_t n,
			 struct dv_err *err);
/* Append what stands in the place of an id alone. */
int dv_mtext_format_content(struct dv_buf *out, const struct dv_entry *e,
			    struct dv_err *err);

/* What an entry that was read borrows from. */
struct dv_mtext {
	struct dv_buf path, value, meta;
};
#define DV_MTEXT_INIT { DV_BUF_INIT, DV_BUF_INIT, DV_BUF_INIT }

void dv_mtext_release(struct dv_mtext *t);

/*
 * Read a record of n bytes; *e borrows from t until the next one.  Ids are
 * whole and of algo.  The size of a value and a directory may be '-'.  A
 * value of more than DV_VALUE_INLINE_MAX bytes is given as any other: the
 * caller makes an object of it.  Whether all else goes together and the
 * path is valid is for dv_manifest_writer_add() to say.  DV_E_INVALID.
 */
int dv_mtext_parse(struct dv_mtext *t, struct dv_entry *e, const char *text,
		   size_t n, enum dv_algo algo, bool raw,
		   struct dv_err *err);
/*
 * Is it the record of a dataset's metadata?  1 and the MessagePack of it
 * appended to meta, nothing for {}; 0 if not; DV_E_INVALID.
 */
int dv_mtext_parse_root(struct dv_buf *meta, const char *text, size_t n,
			struct dv_err *err);

#endif
