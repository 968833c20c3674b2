/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_ENTRY_H
#define DV_FORMAT_ENTRY_H

/*
 * One entry of a manifest: which fields go together, and its bytes.
 * Layout: dv-format-manifest(5).
 */

#include "base/buf.h"
#include "base/digest.h"
#include "format/manifest.h"
#include "format/mp.h"

#define DV_LINK_MAX 4095	/* bytes of a link's target */
#define DV_URL_MAX 8192		/* bytes of a reference's URL */

/*
 * What makes e unfit for a manifest of algo, apart from its path: "has …",
 * to be put behind the path; NULL if nothing.  The bytes of value and meta
 * are checked too.
 */
const char *dv_entry_fault(const struct dv_entry *e, enum dv_algo algo);

/* The same of metadata alone, of an entry or of the dataset. */
const char *dv_entry_meta_fault(const uint8_t *meta, size_t n);

/*
 * Append a path for a sentence: in single quotes, or C-quoted where it has
 * to be; the first 512 bytes of a long one.
 */
void dv_entry_name(struct dv_buf *out, const char *path, size_t n);
/* DV_E_INVALID "'<path>' <fault>"; returns it. */
int dv_entry_refuse(const struct dv_entry *e, const char *fault,
		    struct dv_err *err);

/* Append e, which has no fault. */
void dv_entry_encode(struct dv_buf *out, const struct dv_entry *e);

/*
 * Take one entry; *e borrows from in's bytes.  Its path is not checked.
 * DV_E_FORMAT.
 */
int dv_entry_decode(struct dv_entry *e, struct dv_mp *in,
		    enum dv_algo algo, struct dv_err *err);

#endif
