/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RMANIFEST_H
#define DV_REMOTE_RMANIFEST_H

/* A manifest on a remote, of which only what is looked at is read. */

#include "base/err.h"
#include "format/manifest.h"
#include "remote/catalog.h"
#include "remote/rget.h"
#include "store/odb.h"

struct dv_rmanifest {
	struct dv_rlocation where;
	struct dv_rget_reader *reader;
	struct dv_manifest *m;
};

/* dv_rlocation_read(), and DV_E_MISSING where there is none. */
int dv_rmanifest_locate(struct dv_rlocation *out, struct dv_conn *c,
			const struct dv_digest *manifest, struct dv_err *err);
/*
 * Open: *x, of zeros before, is good for close in any case.  What is in
 * odb (may be NULL) is taken from there.
 */
int dv_rmanifest_open(struct dv_rmanifest *x, struct dv_conn *c,
		      struct dv_odb *odb, const struct dv_digest *manifest,
		      struct dv_err *err);
void dv_rmanifest_close(struct dv_rmanifest *x);

#endif
