/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_CATALOG_PARTS_H
#define DV_REMOTE_CATALOG_PARTS_H

/*
 * What catalog-versions.c, catalog-publish.c, catalog-heads.c,
 * catalog-dooms.c and rlocation.c, which with rspec.c are catalog.h, share.
 */

#include "remote/catalog.h"

/* Say which remote and key a failure to read is about. */
int dv_catalog_refuse(const struct dv_conn *c, const char *key,
		      struct dv_err *err);

/* The record of that version, if these bytes are one, and belong there. */
int dv_catalog_parse(const struct dv_conn *c, const char *key,
		     const char *ns, const char *dataset, const char *id,
		     const void *bytes, size_t n, struct dv_record *out,
		     struct dv_err *err);

/* Remember of what is published that it is. */
void dv_catalog_note(const struct dv_conn *c, const struct dv_record *rec);

/*
 * Has the record no control characters?  Nobody writes these, and terminals
 * obey them.
 */
int dv_catalog_check_text(const struct dv_record *rec, struct dv_err *err);

#endif
