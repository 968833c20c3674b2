/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_PUBLISHED_H
#define DV_PORCELAIN_PUBLISHED_H

/* What the remotes of a repository are known to have, without asking them. */

#include <stddef.h>

#include "base/err.h"
#include "base/idmap.h"
#include "store/repo.h"

/*
 * Add to ids the manifests and configurations that were seen to be
 * published on one of the remotes that are configured; *remotes is how many
 * there are.
 */
int dv_published_read(struct dv_idmap *ids, struct dv_repo *r,
		      size_t *remotes, struct dv_err *err);

#endif
