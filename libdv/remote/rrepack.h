/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RREPACK_H
#define DV_REMOTE_RREPACK_H

/*
 * Packs of a remote written anew: those that are small, or of which little
 * is needed, are read, and what is needed of them is put into new ones,
 * well filled.  Then each manifest that used an old one gets a further
 * location record.  Nothing is deleted: old packs are what the next gc
 * finds that nothing reaches, dv-format-remote(5).
 *
 * What is kept here on the way is a pack of DV_RPUT_PACK and the ranges
 * that are read at a time.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "remote/conn.h"
#include "store/odb.h"

/* Packs that are looked into by one, and uses of them by manifests. */
#define DV_RREPACK_PACKS_MAX 50000
#define DV_RREPACK_USES_MAX 16000000
/* A pack of fewer bytes is small. */
#define DV_RREPACK_SMALL (16u << 20)
/* Then it is given up before anything is published: see DV_RGC_GRACE. */
#define DV_RREPACK_AGE_MAX (7 * 24 * 3600)

struct dv_rrepack {
	/* in */
	struct dv_odb *odb;	/* blocks of manifests are taken from; or NULL */
	bool all;		/* every pack */
	bool dry_run;
	int level;		/* zstd's, for blocks that are made anew */
	struct dv_progress *progress;
	/* out; with dry_run what is made is 0 */
	uint64_t packs, bytes;		/* that are replaced */
	uint64_t needed;		/* plain bytes needed of these */
	uint64_t new_packs, new_bytes;
	uint64_t manifests;		/* with a new location record */
	uint64_t changed;		/* and left, as others wrote theirs */
	uint64_t left;			/* for another repack, as all are too
					   many at once */
};

/*
 * DV_E_MISSING, DV_E_FORMAT, DV_E_DIGEST where something that is needed
 * cannot be read: nothing is published then, and `dv fsck --remote` tells
 * all of it.  DV_E_UNSUPPORTED where the remote cannot list.
 */
int dv_rrepack_run(struct dv_conn *c, struct dv_rrepack *r,
		   struct dv_err *err);

#endif
