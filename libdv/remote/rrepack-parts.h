/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RREPACK_PARTS_H
#define DV_REMOTE_RREPACK_PARTS_H

/* What rrepack*.c share. */

#include "remote/catalog.h"
#include "remote/rclock.h"
#include "remote/rmark.h"
#include "remote/rpacks.h"
#include "remote/rrepack.h"
#include "remote/rwalk.h"

/* A manifest that versions name. */
struct dv_rrepack_manifest {
	struct dv_digest id;
	uint64_t number;	/* of the location record that was read; 0:
				   it stays as it is */
};

/* One of the packs there are, by its place in the set. */
struct dv_rrepack_pack {
	uint8_t *needed;	/* for each of its objects: 1 if so */
	uint64_t plain, used;	/* bytes of its objects, and of those needed */
	bool goes;		/* it is replaced */
	uint8_t *lands;		/* for each new pack: 1 if it has some of it */
};

struct dv_rrepack_job {
	struct dv_conn *c;
	struct dv_rrepack *r;
	struct dv_rclock clock;
	struct dv_rmark mark;
	struct dv_rrepack_manifest *manifests;
	struct dv_rwalk_set *sets;	/* of each */
	size_t n, cap, sets_cap;
	uint64_t uses;			/* packs in all of them */
	struct dv_rpacks *packs;	/* there are */
	struct dv_rrepack_pack *old;	/* of each */
	struct dv_rpacks *fresh;	/* that were made */
	struct dv_err lost;		/* what the walk did not find */
};

/* In order. */
int dv_rrepack_mark(struct dv_rrepack_job *j, struct dv_err *err);
int dv_rrepack_copy(struct dv_rrepack_job *j, enum dv_pack_kind kind,
		    struct dv_err *err);
int dv_rrepack_publish(struct dv_rrepack_job *j, struct dv_err *err);

#endif
