/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RPUT_H
#define DV_REMOTE_RPUT_H

/*
 * Objects to a remote, as packs of about DV_RPUT_PACK bytes: while some
 * are on their way the next are made, in tmp, and each is gone from there
 * when the remote has it.  A pack's .pack is there before its .idx.  Each
 * uploaded pack is in the journal until dv_rput_done(), its index in the
 * cache.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "remote/conn.h"
#include "remote/rpacks.h"
#include "store/odb.h"

#define DV_RPUT_PACK (64u << 20)

struct dv_rput_stats {
	uint64_t objects, bytes;	/* sent: plain bytes */
	uint64_t wire;			/* bytes of packs and indexes */
	uint64_t reused, reused_bytes;	/* objects that were there */
	uint32_t packs;
};

/*
 * Make sure that the remote holds the n objects at ids, which are in the
 * store, large ones with their chunks: what a loaded pack of s holds that
 * is not doomed is not sent.  New packs are added to s, loaded.
 * level: zstd's, tried on a sample first; 0: never compress; -1: the usual.
 * DV_E_MISSING names what is neither here nor there.
 */
int dv_rput_objects(struct dv_conn *c, struct dv_rpacks *s,
		    struct dv_odb *odb, const struct dv_digest *ids, size_t n,
		    enum dv_odb_kind kind, int level,
		    struct dv_rput_stats *stats, struct dv_progress *p,
		    struct dv_err *err);

/* Packs that an earlier push uploaded and did not publish: into s. */
int dv_rput_resume(struct dv_conn *c, struct dv_rpacks *s,
		   struct dv_err *err);
/* Everything that was uploaded is published: the journal forgets it. */
int dv_rput_done(struct dv_conn *c, struct dv_rpacks *s, struct dv_err *err);

#endif
