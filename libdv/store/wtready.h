/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTREADY_H
#define DV_STORE_WTREADY_H

/*
 * Contents that lie ready for the work tree, by digest: files without a
 * name in its file system, to which a checkout need only give one.  Those
 * that get none vanish, also where we are killed.
 *
 * It is a help, never a need: where the file system does not know such
 * files, where room or descriptors are short, there are none.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct dv_wtready;

/* In the file system of the directory dir, the nearest above it that is. */
struct dv_wtready *dv_wtready_new(const char *dir, enum dv_algo algo);
void dv_wtready_free(struct dv_wtready *r);	/* NULL is fine */

/* --- filling: for one thread ------------------------------------------- */

/*
 * So many bytes are still to come into the store, which may lie in the same
 * file system: they go before any file of ours.
 */
void dv_wtready_expect(struct dv_wtready *r, uint64_t bytes);
/*
 * A new empty file for size bytes of content, or -1: where there would not
 * be room for it beside the others that were begun and what is expected.
 * dv_wtready_add() or dv_wtready_drop() takes it over.
 */
int dv_wtready_begin(struct dv_wtready *r, uint64_t size);
/* fd has the size bytes of id: their digest was compared. */
void dv_wtready_add(struct dv_wtready *r, const struct dv_digest *id,
		    uint64_t size, int fd);
void dv_wtready_drop(struct dv_wtready *r, uint64_t size, int fd);
/*
 * Others need the room: those that have no name are gone, and there are to
 * be no more.  False where that cannot help, as there was none before.  For
 * one thread, which may be one of those that use them.
 */
bool dv_wtready_empty(struct dv_wtready *r);

/* --- using: for many threads ------------------------------------------- */

/* Bytes that need no room any more where id is wanted: once for each. */
uint64_t dv_wtready_claim(struct dv_wtready *r, const struct dv_digest *id);
/*
 * Make the file name in dirfd of the size bytes of id: true, or false, and
 * nothing is there.  Its mode is that of a new file, its time is now.  Once
 * for each.
 */
bool dv_wtready_place(struct dv_wtready *r, const struct dv_digest *id,
		      uint64_t size, bool exec, int dirfd, const char *name);

#endif
