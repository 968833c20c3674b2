/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_LSROWS_H
#define DV_PORCELAIN_LSROWS_H

/* A line for each dataset that is published on a remote, or version of one. */

#include "base/err.h"
#include "porcelain/lslist.h"
#include "remote/conn.h"

#define DV_LSROWS_MAX 100000		/* lines; more are DV_E_LIMIT */

int dv_lsrows_datasets(struct dv_lslist *out, struct dv_conn *c,
		       struct dv_err *err);
/* Newest first. */
int dv_lsrows_versions(struct dv_lslist *out, struct dv_conn *c,
		       const char *ns, const char *dataset,
		       struct dv_err *err);

#endif
