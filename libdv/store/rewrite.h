/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_REWRITE_H
#define DV_STORE_REWRITE_H

/*
 * Packs written anew: the objects that stay are copied into one new pack
 * of each kind, each once, and the old packs are taken away.  Blocks that
 * are copied whole are checked against their checksum and not unpacked.
 *
 * Packs that somebody keeps, store/packkeep.h, are not for this: whoever
 * chooses packs passes over them, and one that came to be kept since it was
 * chosen is not taken away.
 */

#include <pthread.h>
#include <stdbool.h>

#include "base/idmap.h"
#include "store/odb-parts.h"
#include "store/packwriter.h"

struct dv_rewrite {
	struct dv_odb *odb;
	int level;		/* zstd's for what is not compressed; 0: none */
	bool redo;		/* unpack what is compressed already */
	bool (*keep)(void *arg, const struct dv_digest *id);	/* or NULL */
	void *arg;
	bool discard;		/* what does not stay is held elsewhere */
	struct dv_progress *progress;

	struct dv_packfile **v;	/* the packs to replace */
	size_t n, cap;
	struct dv_idmap needed;	/* by recipes that stay, and manifests that
				   are kept */
	struct dv_idmap walked;	/* blocks and lists of the latter */
	struct dv_packwriter *writers[2];	/* data, meta */
	pthread_mutex_t lock;	/* for what follows */
	struct dv_idmap done;	/* what was copied */
	struct dv_idmap lost;	/* what lies in a block that is damaged */
	struct dv_packfile **damaged;	/* their packs, or of a bad index */
	size_t n_damaged, damaged_cap;
	struct dv_err why;	/* the first of these; code 0: none */
	uint64_t dropped, dropped_bytes;	/* by dv_rewrite_count() */
};

void dv_rewrite_init(struct dv_rewrite *w, struct dv_odb *odb);
void dv_rewrite_release(struct dv_rewrite *w);
/* Forget what was added and copied, but not what is damaged. */
void dv_rewrite_restart(struct dv_rewrite *w);
void dv_rewrite_add(struct dv_rewrite *w, struct dv_packfile *pack);
/* Has copying come upon damage in it? */
bool dv_rewrite_is_damaged(const struct dv_rewrite *w,
			   const struct dv_packfile *pack);

/* Of a pack of that list: does nobody keep it? */
bool dv_rewrite_may(const struct dv_packfile *pack);

/*
 * Add the smallest packs of that kind, as many as it takes to have each
 * pack twice as large as all smaller ones together, where there are more
 * than enough of them; together of at most budget bytes.  Not those that
 * are known to be damaged.
 */
int dv_rewrite_add_small(struct dv_rewrite *w, enum dv_pack_kind kind,
			 size_t enough, uint64_t budget, struct dv_err *err);

/*
 * Learn what the recipes that stay need, of all packs of the store, whose
 * indexes are checked.  What is in a pack that somebody keeps stays with
 * all that it needs, wherever that is.
 */
int dv_rewrite_collect(struct dv_rewrite *w, struct dv_err *err);
/* Of a pack of that kind: what the manifests in it name. */
void dv_rewrite_need_kept(struct dv_rewrite *w, struct dv_packfile *pack);
bool dv_rewrite_stays(const struct dv_rewrite *w,
		      const struct dv_digest *id);
/* Does every object of pack stay? */
bool dv_rewrite_stays_all(const struct dv_rewrite *w,
			  const struct dv_packfile *pack);
/* Count what the packs to replace hold and does not stay. */
int dv_rewrite_count(struct dv_rewrite *w, struct dv_err *err);

/*
 * Copy what stays and was not copied yet; many threads.  May be called
 * again after dv_rewrite_collect(), for what stays since.  DV_E_FORMAT
 * where an index is damaged: what it does not name would be lost.  A block
 * that is damaged is left out where its objects have sound copies, else it
 * is the failure.
 */
int dv_rewrite_copy(struct dv_rewrite *w, struct dv_err *err);
/* Have what was copied on disk, so that publishing takes no time. */
int dv_rewrite_settle(struct dv_rewrite *w, struct dv_err *err);
/*
 * Publish the new packs, then take the old ones away that nobody keeps: to
 * trash/ those that hold what was not copied (unless discard) or is damaged,
 * the others for good.
 */
int dv_rewrite_publish(struct dv_rewrite *w, struct dv_err *err);

#endif
