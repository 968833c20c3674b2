/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RHEADS_H
#define DV_REMOTE_RHEADS_H

/*
 * The newest versions of a few datasets, for who looks for what a remote
 * has and knows of no closer relative.
 */

#include <stddef.h>

#include "base/digest.h"
#include "base/err.h"
#include "remote/conn.h"

#define DV_RHEADS_MAX 16	/* datasets that are looked at */

/*
 * Call fn with their manifests in name space ns: with all, and where that
 * is DV_E_MISSING or DV_E_FORMAT with each alone.  What cannot be read then
 * is left out: it is no reason not to go on.
 */
typedef int dv_rheads_fn(void *arg, const struct dv_digest *manifests,
			 size_t n, struct dv_err *err);
int dv_rheads_manifests(struct dv_conn *c, const char *ns, dv_rheads_fn *fn,
			void *arg, struct dv_err *err);

#endif
