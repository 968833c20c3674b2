/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTMERGE_H
#define DV_STORE_WTMERGE_H

/*
 * What the next index of a dataset is made of: what a scan found and what
 * the index had, merged in the order of paths.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "format/windex.h"
#include "store/wtscan.h"

#define DV_WTMERGE_NONE UINT32_MAX
#define DV_WTMERGE_EMPTY (UINT32_MAX - 1)	/* the directory itself */

struct dv_wtitem {
	uint32_t dir, file;	/* in the scan; NONE: not found by it */
	uint32_t old;		/* in the index; NONE: not in it */
	bool gone;		/* of the index and to be dropped */
};

struct dv_wtmerge {
	/* set by the caller */
	const struct dv_wtscan *scan;
	const struct dv_windex *base;	/* NULL: nothing to merge with */
	const struct dv_strlist *rel;	/* the parts that were scanned */
	bool single;		/* a dataset that is one file */
	bool keep_missing;
	bool drop_absent;
	/* told of each item in turn; a failure ends it */
	int (*fn)(void *arg, const struct dv_wtitem *item,
		  struct dv_err *err);
	void *arg;
};

int dv_wtmerge_run(const struct dv_wtmerge *m, struct dv_err *err);
/* About how many items there will be. */
size_t dv_wtmerge_expect(const struct dv_wtmerge *m);

/* Path of an item that the scan found, from the dataset. */
void dv_wtmerge_path(const struct dv_wtmerge *m, const struct dv_wtitem *item,
		     struct dv_buf *path);

#endif
