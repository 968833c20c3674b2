/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTJOURNAL_H
#define DV_STORE_WTJOURNAL_H

/*
 * A file, <state_dir>/journal/<component>, that files of a dataset, or its
 * pointer, are being made: one that is there before we begin says that a
 * writer was killed, and that what it had under temporary names is to be
 * removed.  One of an add says more, so that a pointer that did not follow
 * its index can.  The work tree's lock is held, but for the first function.
 */

#include <stdbool.h>

#include "base/err.h"
#include "base/strlist.h"
#include "format/pointer.h"
#include "store/repo.h"
#include "store/wtroot.h"

/* Is there one?  Whoever made it may be at work. */
bool dv_wtjournal_exists(struct dv_repo *r, const char *dataset);
/* *unfinished: there was one.  What it said is forgotten. */
int dv_wtjournal_begin(struct dv_repo *r, const char *dataset,
		       bool *unfinished, struct dv_err *err);
/*
 * Of an add: the index is about to name what now says, and the pointer,
 * which is as old (NULL: there is none), will follow it.
 */
int dv_wtjournal_note(struct dv_repo *r, const char *dataset,
		      const struct dv_pointer *old,
		      const struct dv_pointer *now, struct dv_err *err);
/*
 * 1 and what was noted, or 0; *had says whether there was an old pointer,
 * of which only the manifest is known.
 */
int dv_wtjournal_noted(struct dv_repo *r, const char *dataset, bool *had,
		       struct dv_digest *old, struct dv_pointer *now,
		       struct dv_err *err);
/* Those with a note, which may be of one who is at work; no lock. */
void dv_wtjournal_list(struct dv_repo *r, struct dv_strlist *out);
int dv_wtjournal_end(struct dv_repo *r, const char *dataset,
		     struct dv_err *err);
/* Remove temporary files in the dataset and beside it. */
int dv_wtjournal_clean(const struct dv_wtroot *root, const char *dataset,
		       struct dv_err *err);

#endif
