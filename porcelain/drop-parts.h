/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_DROP_PARTS_H
#define DV_PORCELAIN_DROP_PARTS_H

/* The parts of dv drop: what is asked for, whether it is held, what goes. */

#include "base/idmap.h"
#include "plumbing/common/command.h"
#include "plumbing/common/remotecmd.h"
#include "porcelain/session.h"
#include "remote/rheld.h"
#include "store/wtgroup.h"

/* Parts of one dataset. */
struct dv_drop_part {
	const char *dataset;
	struct dv_strlist rel;		/* as struct dv_wttarget */
	struct dv_digest manifest;	/* that lies here */
	struct dv_idmap ids;		/* content, with an entry that has it */
	struct dv_idmap pieces;		/* of large ones among them */
	bool ok;			/* held: it may go */
};

struct dv_drop_job {
	struct dv_session s;
	struct dv_remotecmd remote;
	const char *remote_name;
	bool cached, dry_run, verify;
	bool old;			/* versions that lie nowhere */
	struct dv_wtgroups groups;
	struct dv_strlist datasets;	/* with old, in place of groups */
	struct dv_drop_part *parts;	/* one for each */
	size_t parts_n;
	struct dv_idmap ids;		/* of all parts that are ok */
	struct dv_idmap published;	/* manifests that hold them there */
	struct dv_idmap stay;		/* with old: that lie in work trees */
	struct dv_idmap kept_ids;	/* and what they name */
	bool failed;			/* for one part */
	/* what went */
	uint64_t files, file_bytes, objects, object_bytes, needed;
	uint64_t kept;		/* versions that are not there */
};

/*
 * Find out what the part is and that the remote holds all of it; the
 * connection is opened for the first.
 */
int dv_drop_check(struct dv_drop_job *job, struct dv_drop_part *part,
		  struct dv_err *err);
/* Read there what h has found of the part. */
int dv_drop_verify(struct dv_drop_job *job, const struct dv_drop_part *part,
		   struct dv_rheld *h, struct dv_err *err);
/* With old: learn what must stay. */
int dv_drop_keep(struct dv_drop_job *job, struct dv_err *err);
/*
 * The same of what versions of the dataset have and does not lie in the
 * work tree: ids are what the remote holds of it.
 */
int dv_drop_check_old(struct dv_drop_job *job, struct dv_drop_part *part,
		      struct dv_err *err);
/* Take the content of all parts that are ok out of the store. */
int dv_drop_store(struct dv_drop_job *job, struct dv_err *err);

#endif
