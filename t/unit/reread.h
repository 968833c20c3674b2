/* SPDX-License-Identifier: MIT */
#ifndef DV_REREAD_H
#define DV_REREAD_H

/* A manifest read as a whole and written again. */

#include "unit.h"

#include "memstore.h"

#include "format/manifest.h"

/*
 * Read all of the manifest and write it again.  0 and *again, or how
 * reading failed; n counts entries.
 */
static inline int reread(struct memstore *s, const struct dv_digest *id,
		  struct memstore *to, struct dv_manifest_info *again,
		  size_t *n, struct dv_err *err)
{
	struct dv_manifest_writer *w;
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	const uint8_t *meta;
	struct dv_manifest *m;
	size_t meta_len;
	int rc;

	*n = 0;
	rc = dv_manifest_open(&m, id, memstore_get, s, err);
	if (rc < 0)
		return rc;
	w = dv_manifest_writer_new(s->algo, memstore_put, to);
	assert_int_equal(dv_manifest_iter_open(&it, m, "", err), 0);
	while ((rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		assert_int_equal(dv_manifest_writer_add(w, e, err), 0);
		(*n)++;
	}
	meta = dv_manifest_get_meta(m, &meta_len);
	if (!rc)
		rc = dv_manifest_writer_finish(w, meta, meta_len, again, err);
	dv_manifest_iter_close(it);
	dv_manifest_close(m);
	dv_manifest_writer_free(w);
	return rc;
}

#endif
