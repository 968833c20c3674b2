/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_REPOFILE_H
#define DV_STORE_REPOFILE_H

/*
 * The two small files that say what a dv repository is: `.dvconfig` in
 * the work tree and `format` in the store.  Needs no git, so that a
 * program that only asks for the object format does not link it.
 */

#include "base/digest.h"
#include "base/err.h"
#include "format/dvconfig.h"

/*
 * `.dvconfig` in the directory dirfd: 1 and *out, or 0 where there is
 * none (*out is empty then).  A symbolic link is refused.
 */
int dv_repofile_config(struct dv_dvconfig *out, int dirfd,
		       struct dv_err *err);
/* dv.objectFormat of config: 1 and *out, or 0. */
int dv_repofile_algo(enum dv_algo *out, const struct dv_dvconfig *config,
		     struct dv_err *err);

/*
 * <store>/format: 1 and *out, or 0 where there is none.  DV_E_UNSUPPORTED
 * for a newer store, DV_E_FORMAT for anything else.
 */
int dv_repofile_store(enum dv_algo *out, const char *store_dir,
		      struct dv_err *err);
/*
 * Make the store and its format file.  1 when it is new, 0 when it was
 * there; another format than algo is DV_E_EXISTS.
 */
int dv_repofile_make_store(const char *store_dir, enum dv_algo algo,
			   struct dv_err *err);

#endif
