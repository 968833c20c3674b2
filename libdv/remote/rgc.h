/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RGC_H
#define DV_REMOTE_RGC_H

/*
 * gc of a remote, in two phases: what no version's newest location record
 * reaches is named in dv/gc/<n> and stays; a later gc deletes what is named
 * there for long enough, by the server's clock, and still not reached.  Why
 * a push beside it loses nothing: dv-format-remote(5).
 *
 * Needs a remote that lists, deletes and tells times.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "remote/conn.h"

/*
 * Seconds from the record to the deletion.  A push starts over after half
 * of it, so that it has read the record or is over; less than this is only
 * for where nobody pushes.
 */
#define DV_RGC_GRACE (14 * 24 * 3600)

struct dv_rgc_sum {
	uint64_t packs, manifests;
	uint64_t bytes;			/* of the packs with their indexes */
};

struct dv_rgc {
	/* in */
	int64_t grace;			/* seconds; see above */
	bool dry_run;			/* only count */
	struct dv_progress *progress;
	/* out */
	struct dv_rgc_sum deleted;
	struct dv_rgc_sum doomed;	/* named by this run's record */
	struct dv_rgc_sum waiting;	/* named before, not old enough */
	struct dv_rgc_sum left;		/* for a later one, as much is named */
	int64_t next;			/* seconds until some of these are */
	bool other;			/* another gc runs, and deletes what
					   this one has not */
	bool late;			/* it took too long, and the next does */
};

/*
 * Run both phases: delete what has been named for longer than grace, then
 * name what is not reached now.  Cut off at any point it leaves a remote
 * on which the next one goes on.  DV_E_MISSING, DV_E_FORMAT where what a
 * version needs is not known; nothing is deleted then.  DV_E_UNSUPPORTED
 * for what the remote cannot do.
 */
int dv_rgc_run(struct dv_conn *c, struct dv_rgc *gc, struct dv_err *err);

#endif
