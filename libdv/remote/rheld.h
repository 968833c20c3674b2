/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RHELD_H
#define DV_REMOTE_RHELD_H

/*
 * Does a remote hold what is here, so that the copy here may go?  It is
 * asked, not remembered: the version record, the newest location record
 * and the packs must be there now, and no gc may have doomed them.
 */

#include "base/err.h"
#include "base/progress.h"
#include "base/strlist.h"
#include "remote/conn.h"

/*
 * Append the ids of the published versions of dataset, sorted; nothing
 * where the remote cannot list.
 */
int dv_rheld_versions(struct dv_conn *c, const char *ns, const char *dataset,
		      struct dv_strlist *out, struct dv_err *err);
/*
 * Is one of ids the id of a published version of dataset whose manifest
 * this is?  1/0.
 */
int dv_rheld_manifest(struct dv_conn *c, const char *ns, const char *dataset,
		      const struct dv_strlist *ids,
		      const struct dv_digest *manifest, struct dv_err *err);
/* Where manifests lie now. */
struct dv_rheld;
/*
 * Read the newest location records of n manifests and the indexes of the
 * packs of data that they name.  *out is the caller's, for
 * dv_rheld_close(); c must outlive it.
 */
int dv_rheld_open(struct dv_rheld **out, struct dv_conn *c,
		  const struct dv_digest *manifests, size_t n,
		  struct dv_err *err);
void dv_rheld_close(struct dv_rheld *h);	/* NULL is fine */
/*
 * DV_E_MISSING where manifest i has no such record, or one of its packs of
 * data is not there: all of them must be, with their size.
 */
int dv_rheld_check(const struct dv_rheld *h, size_t i, struct dv_err *err);
/* Does that record lead to the object, in a pack that no gc has doomed? */
bool dv_rheld_has(struct dv_rheld *h, size_t i, const struct dv_digest *id);
/*
 * Read what dv_rheld_has() has found since verify was set, from the start
 * to the end, and compare its digest; chunks of large objects by way of
 * these.  DV_E_DIGEST names what is not whole.
 */
void dv_rheld_set_verify(struct dv_rheld *h);
int dv_rheld_verify(struct dv_rheld *h, struct dv_progress *p,
		    struct dv_err *err);

#endif
