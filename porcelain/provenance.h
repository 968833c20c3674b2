/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_PROVENANCE_H
#define DV_PORCELAIN_PROVENANCE_H

/*
 * Which versions hold an object: manifests of all versions are walked,
 * newest first, each block of them read once however many share it.
 */

#include "base/digest.h"
#include "base/err.h"
#include "porcelain/session.h"

struct dv_provenance;

/* *out is the caller's; s must outlive it. */
int dv_provenance_open(struct dv_provenance **out, struct dv_session *s,
		       struct dv_err *err);
void dv_provenance_close(struct dv_provenance *p);	/* NULL is fine */

/*
 * Tell each place that holds the content id, whether that is in the store
 * or not: fn once a version and path,
 * newest version first; path "." is all of a single-file dataset.
 * Non-zero from fn ends it; returned.
 */
typedef int dv_provenance_fn(void *arg, const struct dv_version *v,
			     const char *path, size_t n, struct dv_err *err);
int dv_provenance_find(struct dv_provenance *p, const struct dv_digest *id,
		       dv_provenance_fn *fn, void *arg, struct dv_err *err);

#endif
