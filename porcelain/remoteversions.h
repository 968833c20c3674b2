/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_REMOTEVERSIONS_H
#define DV_PORCELAIN_REMOTEVERSIONS_H

/* What pull and fetch have in common: versions of many datasets. */

#include "base/err.h"
#include "porcelain/session.h"
#include "remote/obtain.h"

/*
 * Of m->datasets the manifests that pointers in the work tree name and
 * that are not here, or with m->data are seen to name what is not:
 * m->manifests, m->n.  *ids is the caller's to free.
 */
int dv_remoteversions_pointers(struct dv_session *s, struct dv_obtain_many *m,
			       struct dv_digest **ids, struct dv_err *err);

/* What came of a dataset; o NULL: nothing, err says why. */
typedef void dv_remoteversions_fn(void *arg, const char *dataset,
				  const struct dv_obtain *o,
				  struct dv_err *err);
/*
 * Bring what m asks for, all at once; where that fails each dataset alone,
 * as the fault is one's.  A failure of the remote itself ends it.
 */
int dv_remoteversions_bring(struct dv_session *s, struct dv_conn *c,
			    struct dv_obtain_many *m,
			    dv_remoteversions_fn *fn, void *arg,
			    struct dv_err *err);

#endif
