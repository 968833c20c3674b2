/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_LASTCOPY_H
#define DV_PORCELAIN_LASTCOPY_H

/* Would what is taken out of the work tree still be named anywhere? */

#include "porcelain/session.h"

/*
 * 1 if a version has the manifest, or a pointer in a commit that git keeps
 * names it; else 0, and the next gc takes what no index names.  Reads all
 * of git's history where no version has it.
 */
int dv_lastcopy_named(struct dv_session *s, const struct dv_digest *manifest,
		      struct dv_err *err);

#endif
