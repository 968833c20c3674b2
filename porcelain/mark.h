/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_MARK_H
#define DV_PORCELAIN_MARK_H

/*
 * Every object that something here names: versions, the indexes of all
 * work trees, pointers on disk, staged or in a commit that git keeps.
 * What is not here (a clone has not all content) is passed over: a mark
 * is about what may go, not about what is missing.
 */

#include <stdbool.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "store/repo.h"

struct dv_mark;

/* *out is the caller's; r must outlive it. */
int dv_mark_open(struct dv_mark **out, struct dv_repo *r,
		 struct dv_progress *progress, struct dv_err *err);
void dv_mark_close(struct dv_mark *m);		/* NULL is fine */

/*
 * From now on leave out what is held elsewhere: the files of a manifest
 * that elsewhere() names (its own objects are marked all the same), and of
 * the entries of an index those that are absent or that going() names.
 */
struct dv_mark_filter {
	bool (*elsewhere)(void *arg, const struct dv_digest *manifest);
	bool (*going)(void *arg, const char *state_dir, const char *dataset,
		      const char *path, size_t n);
	void *arg;
};
void dv_mark_set_filter(struct dv_mark *m,
			const struct dv_mark_filter *filter);

/*
 * Read all roots and mark what they reach; done again, it adds what has
 * appeared since.  A record, index or pointer that cannot be read fails:
 * what it names must not go.  Runs git: not under a lock.
 */
int dv_mark_all(struct dv_mark *m, struct dv_err *err);
/*
 * Under the lock that keeps every dv from adding: the same without running
 * git.  DV_E_CONFLICT where git has moved since dv_mark_all() began, which
 * must then be done again outside the lock.
 */
int dv_mark_again(struct dv_mark *m, struct dv_err *err);

/* Was id marked?  Many threads may ask while nobody marks. */
bool dv_mark_has(const struct dv_mark *m, const struct dv_digest *id);
uint64_t dv_mark_count(const struct dv_mark *m);

#endif
