/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_EXCLUDE_H
#define DV_STORE_EXCLUDE_H

/*
 * The block in git's info/exclude, between "# dv begin" and "# dv end",
 * that keeps datasets from git: one anchored pattern each, for those of
 * every work tree, as they share the file.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "store/repo.h"

/*
 * Bring the block up to date with the datasets that have an index in any
 * work tree, those of this one, and also (may be NULL), which is about to
 * become one.  Lines around it stay as they are; written only if it
 * differs.
 */
int dv_exclude_update(struct dv_repo *r, const char *also,
		      struct dv_err *err);

/*
 * The same for data that may lie there before it is added or brought, as
 * in a clone whose program was run first.  Where it cannot be done, or
 * somebody else is at it, nothing is lost but that git sees the data.
 * NULL and a bare repository are fine.
 */
void dv_exclude_try(struct dv_repo *r);

/*
 * The same text with another block (none for no patterns): for each path
 * a pattern that matches it and, but for bytes that a pattern cannot
 * hold, nothing else.
 */
void dv_exclude_edit(struct dv_buf *out, const char *text, size_t n,
		     const struct dv_strlist *paths);

#endif
