/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RGC_PARTS_H
#define DV_REMOTE_RGC_PARTS_H

/*
 * The inside of a gc: records that there are, and lists of what goes and of
 * what is to be named.
 */

#include "base/idmap.h"
#include "base/strlist.h"
#include "remote/catalog.h"
#include "remote/rclock.h"
#include "remote/rgc.h"
#include "remote/rmark.h"

/* A record of dv/gc/. */
struct dv_rgc_record {
	uint64_t n;
	int64_t modified;
	bool old;		/* named long enough */
	bool revived;		/* some of it is reached again */
	bool used;		/* some of it is deleted now */
};

struct dv_rgc_ids {
	struct dv_digest *v;
	size_t n, cap;
};

struct dv_rgc_job {
	struct dv_conn *c;
	struct dv_rgc *gc;
	int64_t now;			/* by the server's clock */
	struct dv_rclock clock;		/* since anything was read */
	struct dv_rmark mark;
	struct dv_rgc_record *records;	/* ascending */
	size_t n, cap;
	uint64_t own;			/* number of ours; 0: none */
	/* What is named, and the place of the first record that names it. */
	struct dv_idmap packs, manifests;
	/* What nothing reaches, of the page of a list that is read now. */
	struct dv_rmark_manifest *lost_manifests;
	struct dv_rmark_pack *lost_packs;
	size_t lost_manifests_n, lost_manifests_cap;
	size_t lost_packs_n, lost_packs_cap;
	/* What is to be deleted, and to be named. */
	struct dv_rmark_manifest *manifests_go;
	size_t manifests_go_n, manifests_go_cap;
	struct dv_rgc_ids packs_go;
	struct dv_rgc_ids doom_packs, doom_manifests;
	uint64_t *doom_numbers;		/* of each manifest's newest record */
	size_t doom_numbers_cap;
};

/*
 * Ids that records name at a time: more wait until these are gone, so that
 * whoever pushes can read them all (DV_CATALOG_DOOMED_MAX, DV_DOOMREC_MAX).
 */
#define DV_RGC_NAMED_MAX 700000
/* Then it deletes nothing more: what it has read may be old by then. */
#define DV_RGC_AGE_MAX (DV_RGC_GRACE / 2)

enum dv_rgc_fate {
	DV_RGC_DOOM,		/* named by none, or made anew since */
	DV_RGC_WAIT,		/* named, not for long enough */
	DV_RGC_LEAVE,		/* to be named by a later one */
	DV_RGC_DELETE
};
/*
 * What becomes of id, which nothing reaches, was named as named tells, and
 * of which the newest part, at key, was made at modified (-1: ask).
 */
int dv_rgc_judge(struct dv_rgc_job *j, const struct dv_idmap *named,
		 const struct dv_digest *id, const char *key,
		 int64_t modified, struct dv_err *err);

/* Read the records and the server's clock. */
int dv_rgc_read_records(struct dv_rgc_job *j, struct dv_err *err);
/*
 * Numbers of location records are dense.  Where a push wrote a further one
 * of a manifest whose records were deleted, fill what is missing with what
 * its newest says.
 */
int dv_rgc_fill_gaps(struct dv_rgc_job *j, struct dv_err *err);
/*
 * Write what is to be named, if anything is, or if anything is to be
 * deleted: by the number others see that a gc is about to.
 */
int dv_rgc_write_record(struct dv_rgc_job *j, struct dv_err *err);
/* Is there a record by a gc that began after ours?  gc->other. */
int dv_rgc_look_for_other(struct dv_rgc_job *j, struct dv_err *err);
int dv_rgc_delete_old(struct dv_rgc_job *j, struct dv_err *err);

/* --- rgc-delete.c --------------------------------------------------------- */

/* Delete what goes, in order, until another gc runs: gc->other. */
int dv_rgc_delete(struct dv_rgc_job *j, struct dv_err *err);

#endif
