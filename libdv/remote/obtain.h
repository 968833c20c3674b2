/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_OBTAIN_H
#define DV_REMOTE_OBTAIN_H

/*
 * What pull, fetch, install and fetch-pack are made of: records, then the
 * manifest, then indexes of packs, then ranges of packs.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "remote/catalog.h"
#include "remote/rget.h"
#include "store/repo.h"
#include "store/versions.h"

/* Does the caller want the content of the entry at path? */
typedef bool dv_obtain_want_fn(void *arg, const char *path, size_t n);

struct dv_obtain {
	/* in */
	struct dv_progress *progress;
	dv_obtain_want_fn *want;	/* NULL: all */
	dv_rpacks_bad_fn *bad;
	void *arg;
	/* out */
	struct dv_rget_stats stats;
	uint64_t records;		/* versions that are new here */
};

/*
 * Records of the versions of a dataset that are there and not here, with
 * their configurations, and its tags where there is none of that name
 * (or, moved there since: force).  Where the remote cannot list: latest and
 * its ancestors.
 */
int dv_obtain_versions(struct dv_conn *c, struct dv_repo *r,
		       struct dv_versions *v, const char *dataset,
		       bool force, struct dv_obtain *o, struct dv_err *err);
/*
 * A manifest, whole, and the wanted part of what it names, into odb.
 * DV_E_MISSING where the remote does not have it.  A set of packs for all
 * calls may be given in s, else NULL.
 */
int dv_obtain_manifest(struct dv_conn *c, struct dv_odb *odb,
		       struct dv_rpacks *s, const struct dv_digest *manifest,
		       bool data, struct dv_obtain *o, struct dv_err *err);

#endif
