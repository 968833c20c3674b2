/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTJOURNAL_H
#define DV_STORE_WTJOURNAL_H

/*
 * A note, <state_dir>/journal/<component>, that files of a dataset, or its
 * pointer, are being made: one that is there before we begin says that a
 * writer was killed, and that what it had under temporary names is to be
 * removed.  The work tree's lock is held, but for the first function.
 */

#include <stdbool.h>

#include "base/err.h"
#include "store/repo.h"
#include "store/wtroot.h"

/* Is there one?  Whoever made it may be at work. */
bool dv_wtjournal_exists(struct dv_repo *r, const char *dataset);
/* *unfinished: there was one. */
int dv_wtjournal_begin(struct dv_repo *r, const char *dataset,
		       bool *unfinished, struct dv_err *err);
int dv_wtjournal_end(struct dv_repo *r, const char *dataset,
		     struct dv_err *err);
/* Remove temporary files in the dataset and beside it. */
int dv_wtjournal_clean(const struct dv_wtroot *root, const char *dataset,
		       struct dv_err *err);

#endif
