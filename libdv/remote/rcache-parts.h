/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RCACHE_PARTS_H
#define DV_REMOTE_RCACHE_PARTS_H

/*
 * What rcache.c (directories, indexes), rcache-state.c, rcache-journal.c and
 * rcache-published.c, which together are rcache.h, share.
 */

#include "base/lock.h"
#include "base/strlist.h"
#include "remote/rcache.h"

struct dv_rcache {
	char *url;
	char *dir;		/* <store>/cache/remote/<key> */
	char *tmp_parent;	/* <store>/tmp */
	char *tmp;		/* ours in it; NULL: none yet */
	int tmp_fd;		/* open on tmp and locked; -1 */
	enum dv_algo algo;	/* of the journal's packs; 0: any */

	bool loaded;
	struct dv_strlist state;	/* "key SP value", sorted by key */
	struct dv_strlist changed;	/* keys that were set or removed */

	bool published_loaded, published_off;
	struct dv_idmap published;	/* algo 0: not begun */
	struct dv_idmap withdrawn;	/* some of these */
	struct dv_idmap again;		/* withdrawn, then added */
	struct dv_buf to_publish;	/* lines that are not in the file */
};

/* Directory dir of the cache: made, so that something can be written. */
int dv_rcache_make_dir(const struct dv_rcache *c, struct dv_err *err);
/*
 * For reading and then writing one of the cache's files: no other process
 * does so meanwhile.  Makes the directory.
 */
int dv_rcache_lock(const struct dv_rcache *c, struct dv_lock *lock,
		   struct dv_err *err);
/* Replace dir/name; not synced: what a crash takes can be had again. */
int dv_rcache_replace(const struct dv_rcache *c, const char *name,
		      const struct dv_buf *bytes, struct dv_err *err);
/* Write out what was set, over what others have set. */
int dv_rcache_flush_state(struct dv_rcache *c, struct dv_err *err);
/* Free what is remembered of what is published; nothing is written. */
void dv_rcache_published_release(struct dv_rcache *c);

#endif
