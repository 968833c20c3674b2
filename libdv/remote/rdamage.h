/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RDAMAGE_H
#define DV_REMOTE_RDAMAGE_H

/*
 * Packs of a remote that are not what they were: lost, cut short, or
 * damaged.  That a pack of the right size has other bytes is known where
 * fsck --remote has read it: this machine remembers those that it found
 * ("damaged" in the cache's state), and relies on none of them.
 */

#include "base/digest.h"
#include "base/err.h"
#include "base/idmap.h"
#include "remote/rcache.h"
#include "remote/rpacks.h"

/* Remember these packs, in place of those before. */
int dv_rdamage_set(struct dv_rcache *c, const struct dv_idmap *packs,
		   struct dv_err *err);
/* Add those that are remembered. */
int dv_rdamage_get(struct dv_rcache *c, struct dv_idmap *packs,
		   struct dv_err *err);
/* Mark as bad what of s is remembered. */
int dv_rdamage_mark(struct dv_rpacks *s, struct dv_conn *c,
		    struct dv_err *err);
/*
 * The same, and what of s is not there, or of another size than its
 * location record says, pack or index: one list of all packs there.
 */
int dv_rdamage_look(struct dv_rpacks *s, struct dv_conn *c,
		    struct dv_err *err);

#endif
