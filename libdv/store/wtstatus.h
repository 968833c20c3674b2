/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTSTATUS_H
#define DV_STORE_WTSTATUS_H

/*
 * Parts of dv_worktree_status().  Two passes, each shared out between
 * threads: what the index has is lstat'ed, span by span; directories are
 * read for names that it has not, but those whose own stat data is as it
 * was when nothing else was in them.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/worktree.h"
#include "store/wtfile.h"
#include "store/wtindex.h"
#include "store/wtroot.h"

#define DV_WTSTATUS_NEW UINT32_MAX	/* no entry of the index */

struct dv_wtchange {
	char *path;
	size_t n;
	uint32_t entry;
	char what;		/* enum dv_change */
	bool in_store;
};

/* Something that the index should know from now on. */
struct dv_wtlearned {
	uint32_t at;		/* entry or directory */
	bool dir, racy;
	struct dv_windex_stat st;
};

/* What one thread found. */
struct dv_wtstatus_worker {
	struct dv_wtchange *change;
	size_t n, cap;
	struct dv_wtlearned *learned;
	size_t learned_n, learned_cap;
	uint64_t absent, absent_size;	/* files and links */
	uint32_t first_absent;		/* if any */
	struct dv_buf work, path;
};

struct dv_wtstatus {
	struct dv_repo *r;
	const char *dataset;
	struct dv_wtindex x;
	struct dv_wtroot root;
	struct dv_odb *odb;		/* NULL: do not look for content */
	bool file_mode;
	bool single;			/* the index is of one file */

	struct dv_windex_span *span;
	size_t spans, spans_cap;

	struct dv_wtstatus_worker *worker;
	int workers;

	pthread_mutex_t lock;		/* for now */
	bool has_now;
	int64_t now;			/* 0: cannot be told */
};

/*
 * A moment before anything that is read from here on; entries that
 * changed since are racy.
 */
int64_t dv_wtstatus_now(struct dv_wtstatus *s);

/* Note a change; path is copied. */
void dv_wtstatus_note(struct dv_wtstatus_worker *w, enum dv_change what,
		      uint32_t entry, const char *path, size_t n,
		      bool in_store);
void dv_wtstatus_learn(struct dv_wtstatus_worker *w,
		       const struct dv_wtlearned *learned);
/*
 * Is the content of file name held by the store?  1/0; what cannot be
 * read is not.
 */
int dv_wtstatus_in_store(struct dv_wtstatus *s, struct dv_wtstatus_worker *w,
			 int dirfd, const char *name, struct dv_err *err);

/* The first pass. */
int dv_wtstatus_known(struct dv_wtstatus *s, struct dv_err *err);
/* The second. */
int dv_wtstatus_new(struct dv_wtstatus *s, struct dv_err *err);
/*
 * Note all that lies below directory rel as new, and the directory if it
 * is empty and not known already.
 */
int dv_wtstatus_new_dir(struct dv_wtstatus *s, struct dv_wtstatus_worker *w,
			const char *rel, bool known, struct dv_err *err);

#endif
