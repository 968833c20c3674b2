/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTINDEX_H
#define DV_STORE_WTINDEX_H

/*
 * The index file of one dataset, <state_dir>/index/<component>: found,
 * mapped and replaced.  Where there is none, the pointer's manifest makes
 * one in memory that knows no stat data.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/strlist.h"
#include "format/windex.h"
#include "store/repo.h"

struct dv_wtindex {
	struct dv_windex ix;	/* if here */
	bool here;		/* there are entries to compare with */
	bool on_disk;		/* mapped from a file */
	struct dv_map map;
	struct dv_buf own;	/* bytes of one made in memory */
};
#define DV_WTINDEX_INIT { .map = DV_MAP_INIT, .own = DV_BUF_INIT }

/* Path of the file; caller frees.  DV_E_LIMIT: the name is too long. */
int dv_wtindex_path(struct dv_repo *r, const char *dataset, char **out,
		    struct dv_err *err);
/* 1 if there is a file, 0 if not; it is not read. */
int dv_wtindex_exists(struct dv_repo *r, const char *dataset,
		      struct dv_err *err);

/* Add the names of all that have a file below state_dir, in no order. */
int dv_wtindex_list(const char *state_dir, struct dv_strlist *out,
		    struct dv_err *err);

/*
 * Map the file: 1, or 0 and out as it was where there is none.  A damaged
 * one fails with a hint how to do without it.
 */
int dv_wtindex_open(struct dv_wtindex *out, struct dv_repo *r,
		    const char *dataset, struct dv_err *err);
/*
 * The same; where there is none, 1 with the manifest of the pointer, all
 * absent.
 */
int dv_wtindex_load(struct dv_wtindex *out, struct dv_repo *r,
		    const char *dataset, struct dv_err *err);
/*
 * Make one in memory of a manifest, without stat data; absent: nothing of
 * it was brought into the work tree.
 */
int dv_wtindex_of(struct dv_wtindex *out, struct dv_odb *odb,
		  const struct dv_digest *manifest, const char *version,
		  bool absent, struct dv_err *err);
void dv_wtindex_release(struct dv_wtindex *x);

/* Replace the file, synced; the work tree's lock is held. */
int dv_wtindex_write(struct dv_repo *r, const char *dataset,
		     const struct dv_buf *bytes, struct dv_err *err);
/* Remove it; missing is fine. */
int dv_wtindex_remove(struct dv_repo *r, const char *dataset,
		      struct dv_err *err);

#endif
