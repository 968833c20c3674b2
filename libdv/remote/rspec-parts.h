/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RSPEC_PARTS_H
#define DV_REMOTE_RSPEC_PARTS_H

/* What rspec.c (which dataset) and rspec-what.c (which version) share. */

#include "remote/catalog.h"

/*
 * Find the version that out->what says of out->ns and out->dataset, whose
 * latest is given: its record and id into *out.
 */
int dv_rspec_find_version(struct dv_rspec *out, struct dv_conn *c,
			  const struct dv_catalog_head *latest,
			  struct dv_err *err);

#endif
