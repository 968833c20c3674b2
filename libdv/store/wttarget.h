/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTTARGET_H
#define DV_STORE_WTTARGET_H

/* What paths name for `dv add`: a dataset, parts of one, a new one. */

#include <stdbool.h>

#include "base/err.h"
#include "base/strlist.h"
#include "store/repo.h"
#include "store/wtroot.h"

struct dv_wttarget {
	char *dataset;
	struct dv_strlist rel;	/* parts, from the dataset, sorted, none in
				   another; "" alone: all */
	bool fresh;		/* no dataset yet */
	struct dv_wtroot root;	/* of the dataset */
};
#define DV_WTTARGET_INIT { .rel = DV_STRLIST_INIT, .root = DV_WTROOT_INIT }

/*
 * What paths, all in one dataset, name together.
 *
 * Refuses with a sentence: the work tree itself, a pointer, a link, what
 * git tracks, another git repository, what holds a dataset, and a new
 * dataset that is not there.
 */
int dv_wttarget_find(struct dv_wttarget *out, struct dv_repo *r,
		     const struct dv_strlist *paths, struct dv_err *err);
/* Is path in one of the parts? */
bool dv_wttarget_has(const struct dv_strlist *rel, const char *path,
		     size_t n);
/* Is one of the parts below path? */
bool dv_wttarget_below(const struct dv_strlist *rel, const char *path,
		       size_t n);
/* The rules for a new dataset's name alone, for a rename. */
int dv_wttarget_check_new(struct dv_repo *r, const char *path,
			  struct dv_err *err);
void dv_wttarget_release(struct dv_wttarget *t);

#endif
