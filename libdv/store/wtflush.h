/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTFLUSH_H
#define DV_STORE_WTFLUSH_H

/*
 * The disk at work while many files are made: a thread syncs their file
 * system again and again, so that little is left for the sync at the end.
 */

struct dv_wtflush;

/* dirfd: a directory of that file system.  NULL where it cannot start. */
struct dv_wtflush *dv_wtflush_begin(int dirfd);
/*
 * End it.  What was made later is not synced.  Fails, with errno, where one
 * of its syncs did: the kernel tells of an error only once.  NULL is fine.
 */
int dv_wtflush_end(struct dv_wtflush *f);

#endif
