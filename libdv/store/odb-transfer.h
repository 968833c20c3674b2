/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_ODB_TRANSFER_H
#define DV_STORE_ODB_TRANSFER_H

/*
 * Packs that go elsewhere and come from elsewhere.
 */

#include <stdbool.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "format/packidx.h"
#include "store/odb.h"

/*
 * Write one pack of the n objects at ids, each once, into the directory
 * dir: <name>.pack and <name>.idx.  A large object brings its chunks and
 * the parts of its recipe.  Each is checked against its digest on the way.
 * level: zstd's, 0 to store bytes as they are.  1 and *name, or 0 where n
 * is 0 and nothing was written; DV_E_MISSING names what is not here.
 */
int dv_odb_pack(struct dv_odb *odb, const struct dv_digest *ids, size_t n,
		enum dv_odb_kind kind, int level, const char *dir,
		struct dv_digest *name, struct dv_progress *p,
		struct dv_err *err);

/*
 * Call fn for id and for all that it needs to be read: the parts of a large
 * object's recipe and its chunks, some of them more than once.  bytes is
 * what an object takes in a pack.  list: what this one lists comes next,
 * unless fn answers 1.  Negative ends it, returned.  DV_E_MISSING names
 * what is not here: id, or a part.
 */
typedef int dv_odb_need_fn(void *arg, const struct dv_digest *id,
			   uint64_t bytes, bool list, struct dv_err *err);
int dv_odb_each_needed(struct dv_odb *odb, const struct dv_digest *id,
		       dv_odb_need_fn *fn, void *arg, struct dv_err *err);

/*
 * As dv_odb_pack(), of exactly these objects, each once, and not synced:
 * a pack that is sent from dir and then removed.  salt: one more object
 * of random bytes makes it a pack that nobody has made before.
 */
int dv_odb_pack_only(struct dv_odb *odb, const struct dv_digest *ids,
		     size_t n, enum dv_odb_kind kind, int level, bool salt,
		     const char *dir, struct dv_digest *name,
		     struct dv_progress *p, struct dv_err *err);

/*
 * Add all objects of the pack at base plus ".pack", which nobody vouches
 * for: each is checked against its digest, a large one whole.  Its chunks
 * may be in the pack or here already.  An .idx beside it must be its own.
 * *count (may be NULL): how many.
 */
int dv_odb_unpack(struct dv_odb *odb, const char *base, uint64_t *count,
		  struct dv_progress *p, struct dv_err *err);

/* --- what comes piece by piece ----------------------------------------- */

/*
 * Begin to add objects that come from far away.  No lock is held while
 * they travel: a gc may run.  So
 *  - what was added stays until dv_odb_txn_end(), as do the pieces of a
 *    recipe and the blocks and lists of a manifest that is among it: the
 *    packs are kept, store/packkeep.h;
 *  - what was found present may be gone the next moment, and found all the
 *    same, as the packs that are known are not always read anew.
 * An object that promises that others are here (a recipe, the root of a
 * manifest) is therefore added under the lock: dv_odb_txn_lock(), look up
 * all it lists, add it, dv_odb_txn_sync(), dv_odb_txn_unlock().  And who
 * needs that what was found is here at the end looks once more then, where
 * dv_odb_gone() says so.
 */
int dv_odb_txn_begin_remote(struct dv_odb_txn **out, struct dv_odb *odb,
			    struct dv_err *err);
/*
 * Keep a gc out, and read anew which packs there are: what is found from
 * now on stays until unlock.  Not while bytes travel.  For one thread, as
 * sync is.  Of a transaction that is not of this kind, nothing.
 */
int dv_odb_txn_lock(struct dv_odb_txn *t, struct dv_err *err);
void dv_odb_txn_unlock(struct dv_odb_txn *t);	/* not locked: nothing */

/* Is id in the store, or added by t? */
bool dv_odb_txn_has(struct dv_odb_txn *t, const struct dv_digest *id);

/* An object, as whole as it is kept, in the plain bytes of a block. */
struct dv_odb_piece {
	struct dv_digest id;
	uint32_t offset, length;
	bool wrong;		/* out: these are not the bytes of id */
	bool fresh;		/* private */
};
/*
 * Add those of the n objects at v, of a block of a pack, that are new: it
 * is copied as it is stored where it holds nothing else.  stored has
 * passed the checksum of k and plain is what is in it; each object is
 * compared with its digest here, and one that does not fit is marked and
 * not added.
 */
int dv_odb_txn_put_block(struct dv_odb_txn *t, enum dv_odb_kind kind,
			 const struct dv_pack_block *k, const void *stored,
			 const void *plain, struct dv_odb_piece *v, size_t n,
			 struct dv_err *err);

/*
 * Add object id of size bytes by the recipe of n bytes at p, as somebody
 * else claims it.  What it lists must be in the store, synced.  It is
 * added when the digest of all its bytes has been compared, and DV_E_DIGEST
 * says that they are others: where a lie was believed, the true object
 * would be taken for held from then on.  DV_E_FORMAT, before anything is
 * hashed, where it is no recipe of an object of that size, and later where
 * it repeats what it lists so often that no end is to be seen; DV_E_MISSING
 * where the store lacks something.
 */
int dv_odb_txn_put_recipe(struct dv_odb_txn *t, enum dv_odb_kind kind,
			  const struct dv_digest *id, uint64_t size,
			  const void *p, size_t n, struct dv_progress *progress,
			  struct dv_err *err);
/*
 * The second half of it, where the caller has compared the digest: look up
 * all that it lists, and add it.  DV_E_MISSING where something is not here.
 */
int dv_odb_txn_add_recipe(struct dv_odb_txn *t, enum dv_odb_kind kind,
			  const struct dv_digest *id, uint64_t size,
			  const void *p, size_t n, struct dv_err *err);
/* The first half. */
int dv_odb_txn_check_recipe(struct dv_odb_txn *t, const struct dv_digest *id,
			    uint64_t size, const void *p, size_t n,
			    struct dv_progress *progress, struct dv_err *err);

#endif
