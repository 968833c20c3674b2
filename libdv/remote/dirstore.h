/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_DIRSTORE_H
#define DV_REMOTE_DIRSTORE_H

/*
 * A directory as a store of objects under keys: what dv-remote-file(1)
 * serves.  A key is a path below the directory; no symbolic link is
 * followed on the way, so nothing leaves it.
 *
 * An object appears with link(2), or renameat2(2) where the file system
 * has no links, from a file in .dv-tmp/ that is whole and synced: it is
 * there or not, and of two who create one key one is told that it exists.
 *
 * Functions answer with a class and fill err where it is not
 * DV_WIRE_OK.  Any thread may call them.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "remote/wire.h"

#define DV_DIRSTORE_TMP ".dv-tmp"

struct dv_dirstore;

/*
 * Open the directory at path, which need not be there as long as the one
 * above it is: the first put makes it.  *out is the caller's.
 * limit_rate: bytes a second of all threads together, 0 for no limit.
 */
int dv_dirstore_open(struct dv_dirstore **out, const char *path,
		     uint64_t limit_rate, struct dv_err *err);
void dv_dirstore_close(struct dv_dirstore *d);

/* May we write there, as far as rights and mount options say? */
bool dv_dirstore_writable(const struct dv_dirstore *d);

/* Make copies that are under way, and those to come, fail. */
void dv_dirstore_stop(struct dv_dirstore *d);

/* Told of bytes moved so far, from time to time. */
typedef void dv_dirstore_moved_fn(void *arg, uint64_t bytes);

/* As the requests of those names; r has what they take and answer. */
enum dv_wire_class dv_dirstore_get(struct dv_dirstore *d,
				   const struct dv_wire_request *r,
				   struct dv_wire_reply *out,
				   dv_dirstore_moved_fn *moved, void *arg,
				   struct dv_err *err);
enum dv_wire_class dv_dirstore_put(struct dv_dirstore *d,
				   const struct dv_wire_request *r,
				   dv_dirstore_moved_fn *moved, void *arg,
				   struct dv_err *err);
enum dv_wire_class dv_dirstore_head(struct dv_dirstore *d,
				    const struct dv_wire_request *r,
				    struct dv_wire_reply *out,
				    struct dv_err *err);
enum dv_wire_class dv_dirstore_delete(struct dv_dirstore *d,
				      const struct dv_wire_request *r,
				      struct dv_err *err);

typedef void dv_dirstore_item_fn(void *arg, const char *key, int64_t size,
				 int64_t modified);
enum dv_wire_class dv_dirstore_list(struct dv_dirstore *d,
				    const struct dv_wire_request *r,
				    dv_dirstore_item_fn *item, void *arg,
				    bool *more, struct dv_err *err);

#endif
