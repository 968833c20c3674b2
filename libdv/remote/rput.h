/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RPUT_H
#define DV_REMOTE_RPUT_H

/*
 * Objects to a remote, as packs of about DV_RPUT_PACK bytes: while some
 * are on their way the next are made, in tmp, and each is gone from there
 * when the remote has it.  A pack's .pack is there before its .idx.  Each
 * uploaded pack is in the journal until what needs it is published, its
 * index in the cache.
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
#define DV_RPUT_LEVEL 3		/* zstd's, where none is asked for */

struct dv_rput_stats {
	uint64_t objects, bytes;	/* sent: as they are kept here */
	uint64_t wire;			/* bytes of packs and indexes */
	uint64_t reused, reused_bytes;	/* that were there */
	uint32_t packs;
};

struct dv_rput;

/*
 * What a loaded pack of s holds that is not doomed is not sent.  level:
 * zstd's, for blocks where a sample says that it pays; 0: never compress;
 * -1: the usual.  stats are added to.  All must outlive the handle.
 */
struct dv_rput *dv_rput_new(struct dv_conn *c, struct dv_rpacks *s,
			    struct dv_odb *odb, int level,
			    struct dv_rput_stats *stats,
			    struct dv_progress *p);
void dv_rput_free(struct dv_rput *r);	/* NULL is fine */

/*
 * Plan to have id there, a large object with its chunks.  1 where the store
 * does not have those, and the recipe that is there has to vouch for them.
 * DV_E_MISSING where it is neither there nor in the store.
 */
int dv_rput_want(struct dv_rput *r, const struct dv_digest *id,
		 enum dv_odb_kind kind, struct dv_err *err);
/* What is planned and not sent. */
void dv_rput_planned(const struct dv_rput *r, uint64_t *objects,
		     uint64_t *bytes);
/* Forget the plan. */
void dv_rput_drop(struct dv_rput *r);
/*
 * Send what is planned: when this returns it is there, and its packs are
 * in s, loaded.  dv_conn_begin_write() comes before.  An object that is
 * damaged in the store is DV_E_DIGEST, and not sent.
 */
int dv_rput_send(struct dv_rput *r, struct dv_err *err);

/* All of that for the n objects at ids. */
int dv_rput_objects(struct dv_conn *c, struct dv_rpacks *s,
		    struct dv_odb *odb, const struct dv_digest *ids, size_t n,
		    enum dv_odb_kind kind, int level,
		    struct dv_rput_stats *stats, struct dv_progress *p,
		    struct dv_err *err);

/* Packs that an earlier push uploaded and did not publish: into s. */
int dv_rput_resume(struct dv_conn *c, struct dv_rpacks *s,
		   struct dv_err *err);

#endif
