/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_PACKKEEP_H
#define DV_STORE_PACKKEEP_H

/*
 * Packs that somebody still needs although nothing may name what is in
 * them yet: while a transfer runs, each pack it has published has an empty
 * file <name>.keep beside it, dv-repository(5).  Its lock, flock(2), tells
 * that the maker lives; the kernel frees it when he dies, wherever he runs.
 *
 * Who keeps a pack holds the lock shared, so that two may keep one.  Who
 * takes a pack away seizes it first, which is the same lock exclusively, on
 * a file that is made where there is none.  So of a pack that is about to
 * be kept and about to be taken away at the same moment either the seizing
 * fails, and it stays, or whoever keeps it comes after, and puts his own in
 * its place: dv_packkeep_add() must come before the pack gets its name.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct dv_packkeep_file {
	char *path;
	int fd;			/* -1: a link to the first one */
};

/* What one transfer keeps.  Initialise with zeros. */
struct dv_packkeeps {
	struct dv_packkeep_file *v;
	size_t n, cap;
};

/*
 * Keep the pack that is going to be base plus ".pack".  One descriptor is
 * used for all, where the file system has hard links.
 */
int dv_packkeep_add(struct dv_packkeeps *k, const char *base,
		    struct dv_err *err);
/* Keep nothing any more, and remove the files. */
void dv_packkeep_release(struct dv_packkeeps *k);

/*
 * Does somebody keep the pack at base?  One who cannot be asked counts as
 * alive.  What he keeps later this does not tell: see dv_packkeep_seize().
 */
bool dv_packkeep_is_held(const char *base);

/*
 * Keep everybody from keeping the pack at base: 1 and *fd, for
 * dv_packkeep_let_go(), or 0 where somebody keeps it.  Where the disk is
 * too full for the file, a look must do, so that room can be made.
 */
int dv_packkeep_seize(const char *base, int *fd, struct dv_err *err);
void dv_packkeep_let_go(const char *base, int fd);

/* Remove the files in directory dir of those who have died. */
int dv_packkeep_prune(const char *dir, struct dv_err *err);

#endif
