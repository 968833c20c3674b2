/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_PUBLISH_H
#define DV_REMOTE_PUBLISH_H

/*
 * Versions to a remote: objects it does not have, location records,
 * version records, heads, in that order, so that whoever can read a
 * version can read everything under it.
 *
 * What the remote has is told by the packs of the manifests of published
 * ancestors, whatever their dataset, else of the heads; never by asking
 * for objects.  Nothing new is one request per dataset.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/strlist.h"
#include "remote/conn.h"
#include "remote/rput.h"
#include "store/repo.h"
#include "store/versions.h"

#define DV_PUBLISH_AGE_MAX (7 * 24 * 3600)	/* then it starts over */

struct dv_publish_want {
	char *dataset;
	char id[DV_VERSION_ID_MAX];
	bool head;		/* latest may move here */
};

enum dv_publish_outcome {
	DV_PUBLISH_NOTHING,	/* was there, latest is there too */
	DV_PUBLISH_NEW,		/* published, latest moved */
	DV_PUBLISH_MOVED,	/* was there, latest moved */
	DV_PUBLISH_BESIDE	/* published or there, latest not moved */
};

struct dv_publish {
	/* in */
	bool dry_run, force;
	int level;
	struct dv_progress *progress;
	/* told of each wanted version at its end; latest: where it points */
	void (*told)(void *arg, const struct dv_publish_want *w,
		     enum dv_publish_outcome what, const char *latest);
	void *arg;
	/* out */
	uint64_t versions;	/* records that are new there */
	struct dv_rput_stats stats;
};

/*
 * Publish the n versions at want with all ancestors of each (Parent) that
 * are recorded here and not there.  Tags of these versions are moved with
 * dv_publish_tags().
 */
int dv_publish_versions(struct dv_conn *c, struct dv_repo *r,
			struct dv_versions *v,
			const struct dv_publish_want *want, size_t n,
			struct dv_publish *p, struct dv_err *err);
/* Tags of dataset here ("name=id", or all where tags is NULL) to there. */
int dv_publish_tags(struct dv_conn *c, struct dv_repo *r,
		    const char *dataset, const struct dv_strlist *tags,
		    struct dv_publish *p, struct dv_err *err);

#endif
