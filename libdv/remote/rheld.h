/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RHELD_H
#define DV_REMOTE_RHELD_H

/*
 * Does a remote hold what is here, so that the copy here may go?  It is
 * asked, not remembered: the version record, the newest location record
 * and the packs must be there now, and no gc may have doomed them.
 */

#include "base/err.h"
#include "base/idmap.h"
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
/*
 * Tell each of ids (with its value) that manifest's newest location record
 * does not lead to.  DV_E_MISSING where there is no such record, or one of
 * its packs of data is not there: all of them must be, with their size.
 */
typedef void dv_rheld_fn(void *arg, const struct dv_digest *id,
			 uint64_t value);
int dv_rheld_objects(struct dv_conn *c, const struct dv_digest *manifest,
		     const struct dv_idmap *ids, dv_rheld_fn *missing,
		     void *arg, struct dv_err *err);

#endif
