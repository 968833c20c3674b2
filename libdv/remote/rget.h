/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RGET_H
#define DV_REMOTE_RGET_H

/*
 * Objects of a remote by ranged requests: blocks of packs that lie close
 * are asked for together, several ranges at a time.  Nothing that comes is
 * believed before its digest was compared; the memory and the disk used on
 * the way are bounded.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "remote/catalog.h"
#include "remote/rpacks.h"
#include "store/odb.h"
#include "store/wtready.h"

#define DV_RGET_GAP (128u << 10)	/* bytes not wanted that are taken along */
#define DV_RGET_RANGE (8u << 20)	/* of one request */

struct dv_rget_stats {
	uint64_t objects, bytes;	/* that arrived and were added */
	uint64_t wire;			/* bytes asked for */
	uint64_t missing;		/* objects that could not be had */
	uint64_t here;			/* bytes of large ones whose chunks
					   were here */
};

/* An object, and the size that its manifest says; another is refused. */
struct dv_rget_want {
	struct dv_digest id;
	uint64_t size;
};
#define DV_RGET_ANY_SIZE UINT64_MAX

/*
 * Bring the n objects at want, with the chunks of large ones, into the
 * store: what is here already is not asked for.  s has the indexes of the
 * packs loaded.  A large object is published when the digest of its whole
 * content was compared.  What cannot be had (no pack has it, damaged) is
 * told to bad, one sentence naming the pack, and counted; the rest goes
 * on.  What has arrived is published from time to time, so that work that
 * is cut off need not be done again.  A failure of the remote itself ends
 * it.
 */
int dv_rget_objects(struct dv_conn *c, struct dv_rpacks *s,
		    struct dv_odb *odb, const struct dv_rget_want *want,
		    size_t n,
		    struct dv_rget_stats *stats, dv_rpacks_bad_fn *bad,
		    void *arg, struct dv_progress *p, struct dv_err *err);

/* The same, and large ones are left in ready, too, where that can be. */
int dv_rget_contents(struct dv_conn *c, struct dv_rpacks *s,
		     struct dv_odb *odb, const struct dv_rget_want *want,
		     size_t n, struct dv_wtready *ready,
		     struct dv_rget_stats *stats, dv_rpacks_bad_fn *bad,
		     void *arg, struct dv_progress *p, struct dv_err *err);

/*
 * Bring all blocks and lists of a manifest, and its root, into the store,
 * by its location record alone.  The root comes last, when all else is
 * there; where something is not, the first fault is returned.
 */
int dv_rget_manifest(struct dv_conn *c, const struct dv_rlocation *where,
		     struct dv_odb *odb, struct dv_rget_stats *stats,
		     struct dv_err *err);

/* --- reading without keeping -------------------------------------------- */

struct dv_rget_reader;

/*
 * Read objects of a manifest at where (borrowed) straight from the remote;
 * what is in odb (may be NULL) is taken from there.
 */
int dv_rget_reader_open(struct dv_rget_reader **out, struct dv_conn *c,
			const struct dv_rlocation *where, struct dv_odb *odb,
			struct dv_err *err);
void dv_rget_reader_close(struct dv_rget_reader *r);
/* Fits dv_manifest_get_fn with the reader as arg: blocks, lists, root. */
int dv_rget_read(void *reader, const struct dv_digest *id,
		 struct dv_buf *out, size_t max, struct dv_err *err);
/*
 * Write a file's content to fd as it arrives, each chunk checked before;
 * the pack that has it is found by ranged requests into the indexes,
 * which are not fetched whole where they are large.
 */
int dv_rget_copy(struct dv_rget_reader *r, const struct dv_digest *id,
		 uint64_t size, int fd, struct dv_progress *p,
		 struct dv_err *err);

#endif
