/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTCHECKOUT_H
#define DV_STORE_WTCHECKOUT_H

/*
 * Parts of dv_worktree_checkout() and dv_worktree_export(): the plan,
 * which looks at everything and touches nothing, and the work.
 *
 * Three lists meet: what the index says is on disk (old), what shall be
 * there (new, an index in memory whose stat data is filled in as files
 * are made), and the disk.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "store/worktree.h"
#include "store/wtfile.h"
#include "store/wtindex.h"
#include "store/wtready.h"
#include "store/wtroot.h"

#define DV_WTCO_LOOK 512		/* entries in a span that is looked at */

enum dv_wtact {
	DV_WTACT_NONE,		/* not on disk, or not asked for */
	DV_WTACT_KEEP,		/* is there already */
	DV_WTACT_DROP,		/* something else is, and it will be absent */
	DV_WTACT_CREATE,	/* nothing is there */
	DV_WTACT_REPLACE,	/* something else is */
	DV_WTACT_CLEAR		/* a directory is: its files go before */
};

struct dv_wtco_worker {
	struct dv_buf work, path;
	uint32_t *remove;	/* entries of old */
	size_t n, cap;
	uint64_t freed;		/* bytes on disk that go */
	uint64_t absent, absent_bytes, unheld, drops, left;
};

struct dv_wtco {
	/* set by the caller */
	struct dv_odb *odb;
	enum dv_algo algo;
	const char *shown;	/* the dataset, or where it is exported to */
	const char *path;	/* the part that is asked for; "" all */
	bool rest_follows;	/* what is not asked for shall be as new has it,
				   too: kept, absent or gone */
	bool force;
	bool keep_changes;	/* what is only changed here may stay so */
	bool keep_absent, partial;	/* as in struct dv_checkout */
	bool (*want)(void *arg, const char *path, size_t n);
	void *want_arg;
	bool trust_store;	/* what the store holds may be overwritten */
	bool file_mode;
	struct dv_wtready *ready;	/* or NULL */
	struct dv_progress *progress;
	struct dv_wtindex old;	/* if here */
	struct dv_wtindex new;	/* if here; in memory */
	int dirfd;		/* root is below it */
	const char *rootpath;
	const char *prefix;	/* where the user is, which stays; "" */
	struct dv_wtroot root;
	int64_t began;

	/* the plan */
	bool old_single, new_single;
	uint8_t *action;	/* per entry of new: enum dv_wtact */
	uint32_t *remove;	/* entries of old, ascending */
	size_t remove_n;
	struct dv_strlist block;	/* links or files where new has a
					   directory, that may go; "." is
					   the dataset itself */
	uint64_t write_n, write_bytes, kept;
	uint64_t absent, absent_bytes, unheld, drops, left;
	struct dv_strlist conflict;	/* paths; empty unless refused */

	/* private */
	uint8_t *hollow;	/* per directory of old: are files new in it
				   to be absent?  NULL: in none */
	struct dv_windex_span *span;
	size_t spans, spans_cap;
	struct dv_wtco_worker *worker;
	int workers;
	pthread_mutex_t lock;
};

/*
 * Look at the disk and decide.  DV_E_CONFLICT lists what would be lost,
 * DV_E_SPACE says what is missing.
 */
int dv_wtco_plan(struct dv_wtco *c, struct dv_err *err);
/*
 * Do it: remove, make, sync.  The stat data of new is set, its bytes are
 * sealed.
 */
int dv_wtco_apply(struct dv_wtco *c, struct dv_err *err);
void dv_wtco_release(struct dv_wtco *c);

/* --- between the parts ------------------------------------------------ */

/*
 * Decide about the entries of new that stay absent: those of old, and what
 * is new in a directory whose files are.
 */
void dv_wtco_find_hollow(struct dv_wtco *c);
/* Would a file that is new in directory rel be absent? */
bool dv_wtco_is_hollow(const struct dv_wtco *c, const char *rel, size_t n);
/* Directories of new that lost their last file in this run. */
void dv_wtco_remove_hollow(struct dv_wtco *c);
/* Is the path of the part that is asked for? */
bool dv_wtco_wants(const struct dv_wtco *c, const char *path, size_t n);
/* Directory rel of the dataset: O_PATH descriptor or -1 with errno. */
int dv_wtco_open_dir(const struct dv_wtco *c, const char *rel, size_t n);
void dv_wtco_conflict(struct dv_wtco *c, const char *path);
/* Spans of ix, none longer than max, for a pass that is shared out. */
void dv_wtco_cut(struct dv_wtco *c, const struct dv_windex *ix, uint32_t max);
/*
 * May the file or link be overwritten by entry i of new (NULL item: be
 * removed)?  Reads it.  1/0; *same: it is what new has.
 */
int dv_wtco_may_lose(struct dv_wtco *c, struct dv_wtco_worker *w, int dirfd,
		     const char *name, const struct dv_windex_item *item,
		     struct dv_wtfile *file, bool *same, struct dv_err *err);
/*
 * May all that is in directory rel go?  What old has there is looked at
 * by another part; all else is a conflict.
 */
int dv_wtco_may_clear(struct dv_wtco *c, const char *rel, struct dv_err *err);
/* DV_E_CONFLICT with the list. */
int dv_wtco_refuse(struct dv_wtco *c, struct dv_err *err);
/* Is all here that is to be written?  DV_E_MISSING. */
int dv_wtco_check_objects(struct dv_wtco *c, struct dv_err *err);
/* Count what there is to do; DV_E_SPACE before the first byte. */
int dv_wtco_check_space(struct dv_wtco *c, struct dv_err *err);
/* Second part of the plan: what of old is not in new. */
int dv_wtco_plan_old(struct dv_wtco *c, struct dv_err *err);
/*
 * Names that collide where the file system folds case; for tests
 * DV_TEST_FOLDS_CASE (0 or 1) in the environment answers whether it does.
 */
int dv_wtco_check_case(struct dv_wtco *c, struct dv_err *err);

#endif
