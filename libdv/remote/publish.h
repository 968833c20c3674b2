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
	DV_PUBLISH_NOTHING,	/* it was there, and so is latest */
	DV_PUBLISH_NEW,		/* published; latest or the tag is it */
	DV_PUBLISH_MOVED,	/* was there, latest or the tag moved */
	DV_PUBLISH_ALONE,	/* published or there; latest not asked for */
	DV_PUBLISH_BEHIND,	/* the same; latest descends from it */
	DV_PUBLISH_BESIDE	/* the same; latest is neither before it nor
				   behind.  Of a tag: it is elsewhere */
};

/* What became of a version, or of a tag (NULL: none). */
struct dv_publish_told {
	const char *name_space, *dataset, *tag, *id;
	enum dv_publish_outcome outcome;
	bool fresh;		/* the record is new there */
	const char *there;	/* where latest or the tag is; "" nowhere */
};
typedef void dv_publish_told_fn(void *arg, const struct dv_publish_told *t);
/* Why a dataset is not published: what it lacks, by name. */
typedef void dv_publish_lack_fn(void *arg, const struct dv_err *why);

struct dv_publish {
	/* in */
	bool dry_run, force;
	bool repair;		/* versions that are there are looked at, too,
				   and what their packs have lost is sent */
	int level;		/* as in remote/rput.h */
	struct dv_progress *progress;
	dv_publish_told_fn *told;	/* of each that was asked for */
	dv_publish_lack_fn *lack;	/* before anything is sent */
	void *arg;
	/* out, added to */
	uint64_t versions;	/* records that are new there */
	uint64_t left;		/* versions to be repaired whose lists of
				   files are not here */
	struct dv_strlist published;	/* these: "dataset@id" */
	struct dv_strlist forgotten;	/* datasets that somebody else removed
					   there meanwhile */
	bool no_create;		/* dv_conn_no_create() is to be said */
	bool begun;		/* private: dv_conn_begin_write() was */
	struct dv_rput_stats stats;	/* dry run: what would be sent */
};
void dv_publish_release(struct dv_publish *p);

/*
 * Publish the n versions at want, in order of dataset, with all ancestors
 * of each (Parent) that are recorded here and not there.  Nothing is
 * written in a dry run.  DV_E_MISSING where an object is neither here nor
 * there: the datasets that do not need it are published all the same.  That
 * is found out, and told to lack, before anything is sent.
 * DV_E_DIGEST where one is damaged here ends it.
 */
int dv_publish_versions(struct dv_conn *c, struct dv_repo *r,
			struct dv_versions *v,
			const struct dv_publish_want *want, size_t n,
			struct dv_publish *p, struct dv_err *err);
/*
 * Have each of n tags, none of them twice, name its version there, which is
 * published; one that names another one stays where it is, unless p->force.
 */
struct dv_publish_name {
	char *ns, *dataset, *tag;
	char id[DV_VERSION_ID_MAX];
};
int dv_publish_tags(struct dv_conn *c, const struct dv_publish_name *tags,
		    size_t n, struct dv_publish *p, struct dv_err *err);

#endif
