/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_ODB_DROP_H
#define DV_STORE_ODB_DROP_H

/*
 * Objects that are held elsewhere leave the store for good: nothing of
 * them goes to trash/, and their room is free at once.
 */

#include "base/idmap.h"
#include "store/odb.h"

/*
 * Add to ids, with value, the chunks of a large object and the parts of
 * its recipe; nothing where it is small or not here.
 */
int dv_odb_add_pieces(struct dv_odb *odb, const struct dv_digest *id,
		      uint64_t value, struct dv_idmap *ids,
		      struct dv_err *err);

struct dv_odb_drop {
	/*
	 * Must the object stay?  And, before and under the lock that keeps
	 * all others from adding: learn what must since.  As in struct
	 * dv_odb_repack.
	 */
	bool (*needed)(void *arg, const struct dv_digest *id);
	int (*mark)(void *arg, struct dv_err *err);
	int (*remark)(void *arg, struct dv_err *err);
	void *arg;
	bool dry_run;
	struct dv_progress *progress;
	/* out: what left, and the bytes that the store is smaller by (dry
	   run: about) */
	uint64_t objects, bytes;
};
/*
 * Take ids away, but for those that are needed and the pieces of large
 * objects that stay.
 */
int dv_odb_drop(struct dv_odb *odb, const struct dv_idmap *ids,
		struct dv_odb_drop *d, struct dv_err *err);

#endif
