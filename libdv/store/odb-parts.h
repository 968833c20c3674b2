/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_ODB_PARTS_H
#define DV_STORE_ODB_PARTS_H

/*
 * What the files of the object database share and nobody else needs.
 */

#include "format/packidx.h"
#include "format/recipe.h"
#include "store/blockcache.h"
#include "store/odb.h"
#include "store/packset.h"

struct dv_odb {
	char *dir, *packs_dir, *tmp_dir, *trash_dir, *gc_lock, *repack_lock;
	enum dv_algo algo;
	int level, lock_timeout;
	struct dv_packset *packs;
	struct dv_blockcache *cache;
	struct dv_err damage;		/* see dv_odb_damage() */
};

/* Make packs/, tmp/ and trash/. */
int dv_odb_mkdirs(struct dv_odb *odb, struct dv_err *err);

/* --- odb-find.c ------------------------------------------------------ */

/* What is known of an object that was found. */
struct dv_odb_found {
	struct dv_packref ref;
	struct dv_pack_object o;
};

/*
 * Find id, in the n-th copy (from 0): 1 and *out, or 0.  A miss lists the
 * packs once more; where a pack could not be opened a miss is a failure.
 */
int dv_odb_find(struct dv_odb *odb, const struct dv_digest *id, size_t n,
		struct dv_odb_found *out, struct dv_err *err);
/* Is id in the packs that are known?  No second look. */
bool dv_odb_holds(struct dv_odb *odb, const struct dv_digest *id);
int dv_odb_missing(const struct dv_digest *id, struct dv_err *err);
int dv_odb_damaged(const struct dv_digest *id, struct dv_err *err);

/*
 * Hand the copies of id to fn, one after another, until it takes one and
 * answers 0, which is returned; 1 says that it is not what is wanted, a
 * failure that it cannot be read, which is no loss while there is another.
 * The first failure is returned where none was taken, DV_E_LIMIT at once,
 * DV_E_MISSING where there was none.
 */
typedef int dv_odb_copy_fn(void *arg, const struct dv_odb_found *f,
			   struct dv_err *err);
int dv_odb_each_copy(struct dv_odb *odb, const struct dv_digest *id,
		     dv_odb_copy_fn *fn, void *arg, struct dv_err *err);
/*
 * Append the bytes kept for what was found, those of the recipe for a
 * recipe.  Nothing is checked against a digest.  DV_E_MISSING if the pack
 * is gone; DV_E_DIGEST where a block that was read whole is damaged.
 */
int dv_odb_get_raw(struct dv_odb *odb, const struct dv_odb_found *f,
		   struct dv_buf *out, struct dv_err *err);
/*
 * Append the plain object id of size bytes (or any) from a copy that is
 * sound, as its digest or the checksum of its block says.
 */
#define DV_ODB_ANY_SIZE UINT64_MAX
int dv_odb_get_piece(struct dv_odb *odb, const struct dv_digest *id,
		     uint64_t size, struct dv_buf *out, struct dv_err *err);

/* --- odb-items.c ------------------------------------------------------ */

/*
 * Told of each item of a recipe, and of those of its parts, which are
 * recipes too, behind each.  1 leaves out what a part lists; negative ends.
 */
typedef int dv_odb_item_fn(void *arg, const struct dv_recipe_item *item,
			   bool is_part, struct dv_err *err);
/*
 * Walk the recipe that was found.  A part may come often, and so may what
 * it lists: fn should remember.
 */
int dv_odb_each_item(struct dv_odb *odb, const struct dv_odb_found *f,
		     dv_odb_item_fn *fn, void *arg, struct dv_err *err);

/* --- odb-reader.c ---------------------------------------------------- */

/* An object as it is read from its start to its end, in pieces. */
struct dv_odb_reader;

int dv_odb_reader_open(struct dv_odb_reader **out, struct dv_odb *odb,
		       const struct dv_odb_found *f,
		       const struct dv_digest *id, struct dv_err *err);
/*
 * The same by the recipe of n bytes at p, in place of one that was found;
 * DV_E_FORMAT where it is not of size bytes, and from a read where it
 * repeats its chunks beyond all measure.
 */
int dv_odb_reader_open_recipe(struct dv_odb_reader **out, struct dv_odb *odb,
			      const struct dv_digest *id, uint64_t size,
			      const void *p, size_t n, struct dv_err *err);
void dv_odb_reader_close(struct dv_odb_reader *r);
/*
 * Append the next piece, at most DV_PACK_PLAIN_MAX bytes: 1, or 0 at the
 * end.  The caller compares the digest of the whole.
 */
int dv_odb_reader_next(struct dv_odb_reader *r, struct dv_buf *out,
		       struct dv_err *err);

/*
 * For a recipe, by steps: the chunk that comes next, 1 and *out or 0 at the
 * end; a failure may be tried again.  Then skip it, where its bytes were
 * had from elsewhere.
 */
int dv_odb_reader_peek(struct dv_odb_reader *r, struct dv_recipe_item *out,
		       struct dv_err *err);
int dv_odb_reader_skip(struct dv_odb_reader *r, struct dv_err *err);

/* --- odb-copy.c ------------------------------------------------------- */

/*
 * Read the size bytes that r gives, to its end: *is is their digest.  They
 * are written to fd, unless it is negative.
 */
int dv_odb_reader_copy(struct dv_odb_reader *r, enum dv_algo algo,
		       uint64_t size, int fd, struct dv_digest *is,
		       struct dv_progress *p, struct dv_err *err);

/* --- odb-merge.c ------------------------------------------------------ */

/*
 * Merge small packs if there are too many; what it writes is in proportion
 * to the added bytes.  odb->damage says which pack was left out.
 */
int dv_odb_merge(struct dv_odb *odb, uint64_t added, struct dv_err *err);

#endif
