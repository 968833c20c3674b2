/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_OBTAIN_H
#define DV_REMOTE_OBTAIN_H

/*
 * What pull, fetch and install are made of: records, then the manifest,
 * then indexes of packs, then ranges of packs.
 *
 * What cannot be had while the rest can (a damaged pack, a configuration
 * that is nowhere, a tag that names nothing) is told to bad and counted in
 * faults; a failure of the remote itself ends it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/strlist.h"
#include "remote/catalog.h"
#include "remote/rget.h"
#include "remote/rpacks.h"
#include "store/odb.h"
#include "store/repo.h"
#include "store/wtready.h"
#include "store/versions.h"

/* Does the caller want the content of the entry at path? */
typedef bool dv_obtain_want_fn(void *arg, const char *path, size_t n);

/*
 * Where manifests lie, as far as it was read on the way: who goes on with
 * them need not ask again.
 */
struct dv_obtain_where;
struct dv_obtain_where *dv_obtain_where_new(enum dv_algo algo);
void dv_obtain_where_free(struct dv_obtain_where *w);	/* NULL is fine */

struct dv_obtain {
	/* in */
	struct dv_obtain_where *where;	/* may be NULL */
	struct dv_progress *progress;
	dv_obtain_want_fn *want;	/* NULL: all */
	void *want_arg;
	struct dv_wtready *ready;	/* large contents are left in it, too;
					   may be NULL */
	dv_rpacks_bad_fn *bad;		/* may be NULL */
	void *bad_arg;
	/* out, added up over calls */
	struct dv_rget_stats stats;
	uint64_t records, tags;		/* that are new here */
	uint64_t files, size;		/* wanted, of manifests */
	uint64_t here;			/* bytes of them that were here */
	uint64_t faults;
	struct dv_strlist moved;	/* tags that are elsewhere there, and
					   stay as they are here */
};
void dv_obtain_release(struct dv_obtain *o);

/*
 * Records of the versions of datasets (in the repository's name space)
 * that are there and not here, with their configurations, and their tags
 * where there is none of that name (or, moved there since: force).  All
 * datasets are asked for side by side.  Where the remote cannot list:
 * latest and its ancestors, no tags.
 */
struct dv_obtain_many {
	/* in */
	bool force;
	bool whole;			/* of all that the name space has */
	struct dv_rpacks *packs;
	/* What is wanted next, so that where it lies is asked for now: n
	 * manifests, and with data what they name. */
	const struct dv_digest *manifests;
	size_t n;
	bool data;
	/* in, and out: sorted, with those that were found */
	struct dv_strlist datasets;
	/* in and out: what is of no single dataset */
	struct dv_obtain all;
	bool seen;			/* out: something is published there */
	/* out: of datasets.v[i]; NULL where not even the names are known */
	struct dv_obtain *each;
};
void dv_obtain_many_release(struct dv_obtain_many *m);
/*
 * v sees what has come.  A record that is refused ends it: one dataset
 * after the other, the others come all the same.
 */
int dv_obtain_versions_all(struct dv_conn *c, struct dv_repo *r,
			   struct dv_versions *v, struct dv_obtain_many *m,
			   struct dv_err *err);
/* The same of one. */
int dv_obtain_versions(struct dv_conn *c, struct dv_repo *r,
		       struct dv_versions *v, const char *dataset,
		       bool force, struct dv_obtain *o, struct dv_err *err);
/*
 * A manifest, whole, and with data the content of the wanted entries, into
 * odb; nothing is asked for where all is here.  DV_E_MISSING where the
 * remote does not have the manifest.  A set of packs for all calls may be
 * given in s, else NULL.
 */
int dv_obtain_manifest(struct dv_conn *c, struct dv_odb *odb,
		       struct dv_rpacks *s, const struct dv_digest *manifest,
		       bool data, struct dv_obtain *o, struct dv_err *err);
/*
 * The lists of files of n manifests that are not here, many at a time.
 * What cannot be had is left to dv_obtain_manifest(), which says why.
 */
int dv_obtain_lists(struct dv_conn *c, struct dv_odb *odb,
		    struct dv_rpacks *s, const struct dv_digest *manifests,
		    size_t n, struct dv_obtain *o, struct dv_err *err);
/*
 * Objects that the newest location records of manifests (n of each, in
 * pairs) place in meta packs: configurations.  What cannot be had is told.
 */
int dv_obtain_configs(struct dv_conn *c, struct dv_odb *odb,
		      struct dv_rpacks *s, const struct dv_digest *ids,
		      const struct dv_digest *manifests, size_t n,
		      struct dv_obtain *o, struct dv_err *err);

#endif
