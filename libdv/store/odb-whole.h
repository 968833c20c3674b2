/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_ODB_WHOLE_H
#define DV_STORE_ODB_WHOLE_H

/*
 * A large object put together while its chunks arrive, by a recipe that
 * nobody vouches for: from its start to its end each chunk is hashed as
 * part of the whole and written to a file, from wherever it is at hand.
 * So, when all has come, neither the comparison with its digest nor a file
 * of the work tree takes another reading of it.
 *
 * A handle is for one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "format/recipe.h"
#include "store/odb.h"

struct dv_odb_whole;

/* Files from this size on are written past the page cache. */
#define DV_ODB_WHOLE_BULK (64u << 20)

/*
 * Of object id by the recipe of n bytes at p.  fd: an empty file for the
 * content, borrowed, or -1.  DV_E_FORMAT where it is no recipe of an object
 * of size bytes.
 */
int dv_odb_whole_open(struct dv_odb_whole **out, struct dv_odb *odb,
		      const struct dv_digest *id, uint64_t size,
		      const void *p, size_t n, int fd, struct dv_err *err);
void dv_odb_whole_close(struct dv_odb_whole *w);	/* NULL is fine */

/*
 * Which chunk comes next: 1 and *out, or 0 at the end.  A failure
 * (DV_E_MISSING: a part of the recipe) may be tried again.
 */
int dv_odb_whole_wants(struct dv_odb_whole *w, struct dv_recipe_item *out,
		       struct dv_err *err);
/*
 * Add the n bytes of the chunk that comes next; others that are taken for
 * it come out in the end.
 */
int dv_odb_whole_add(struct dv_odb_whole *w, const void *p, size_t n,
		     struct dv_err *err);
/* Add it from the store, if it is there: 1, or 0. */
int dv_odb_whole_find(struct dv_odb_whole *w, struct dv_err *err);

/*
 * Add what is left from the store, and compare: 0 where the digest is id's,
 * then *filled (may be NULL) says whether the file has it all, which is not
 * so where it could not be written.  DV_E_DIGEST, DV_E_FORMAT and
 * DV_E_MISSING as dv_odb_txn_put_recipe(), of which this is the first half.
 */
int dv_odb_whole_check(struct dv_odb_whole *w, bool *filled,
		       struct dv_err *err);

#endif
