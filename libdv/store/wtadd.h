/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTADD_H
#define DV_STORE_WTADD_H

/*
 * Parts of dv_worktree_add(), in the order in which they run: scan what
 * is there, merge it with the index, read in waves what changed, put
 * manifest and index together while the next wave is read.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "store/worktree.h"
#include "store/wtfile.h"
#include "store/wtindex.h"
#include "store/wtmerge.h"
#include "store/wtscan.h"
#include "store/wttarget.h"

enum dv_wtadd_state {
	DV_WTADD_OLD,		/* nothing of it is on disk */
	DV_WTADD_SAME,		/* stat says: as in the index */
	DV_WTADD_TAKEN,		/* was read */
	DV_WTADD_EMPTY,		/* an empty directory */
	DV_WTADD_BAD
};

struct dv_wtadd_result {
	struct dv_wtfile file;
	uint8_t state;
};

/* Files that are read together. */
struct dv_wtadd_wave {
	size_t n;
	struct dv_wtitem *item;
	struct dv_wtadd_result *result;
};

struct dv_wtadd_worker;

struct dv_wtadd {
	struct dv_repo *r;
	struct dv_add *a;
	struct dv_wttarget t;
	struct dv_wtindex base;
	struct dv_wtscan scan;
	struct dv_wtignore **chain;	/* one for each part */
	size_t chains, chains_cap;
	struct dv_wtmerge merge;
	struct dv_odb_txn *txn;		/* NULL: dry run */
	int64_t began;			/* by the file system's clock */
	bool file_mode;			/* core.fileMode */

	struct dv_wtadd_wave wave, before;	/* the one before is put
						   together meanwhile */
	struct dv_wtadd_worker *worker;
	int workers;

	struct dv_manifest_writer *writer;
	struct dv_windex_build *build;
	struct dv_buf path, hold;
	bool stale;			/* the index must be written */

	pthread_mutex_t lock;		/* for bad */
	struct dv_strlist bad;
};

/* A sentence about a file; fits dv_wtscan_bad_fn with the add as arg. */
void dv_wtadd_note_bad(void *add, const char *sentence);

/* Fill s->scan from what the target names. */
int dv_wtadd_scan(struct dv_wtadd *s, struct dv_err *err);
/*
 * Merge scan and index, read the items of that and put them together.
 * Nothing is put together any more once a file was bad.
 */
int dv_wtadd_read(struct dv_wtadd *s, struct dv_err *err);
/* Give item and result to the manifest's writer and the index's. */
int dv_wtadd_put(struct dv_wtadd *s, const struct dv_wtitem *item,
		 const struct dv_wtadd_result *result, struct dv_err *err);

#endif
