/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_COMPLETENESS_H
#define DV_PORCELAIN_COMPLETENESS_H

/*
 * Is everything here that something here names?  One sentence a fault, to
 * the function given; what was found missing once is not told again.
 */

#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/idmap.h"
#include "base/progress.h"
#include "store/repo.h"

struct dv_completeness;

typedef void dv_completeness_fn(void *arg, const char *sentence);

/* *out is the caller's; r must outlive it. */
int dv_completeness_open(struct dv_completeness **out, struct dv_repo *r,
			 struct dv_progress *progress,
			 dv_completeness_fn *fault, void *arg,
			 struct dv_err *err);
void dv_completeness_close(struct dv_completeness *c);	/* NULL is fine */
/*
 * From now on what is not in the store and part of a manifest (or itself a
 * configuration) of these ids is counted and not told: it is elsewhere.
 * Borrowed.
 */
void dv_completeness_set_published(struct dv_completeness *c,
				   const struct dv_idmap *ids);
/* What was counted. */
struct dv_completeness_absent {
	uint64_t files, bytes;	/* contents of files */
	uint64_t lists;		/* manifests of which a part is not here */
	uint64_t configs;
};
void dv_completeness_absent(const struct dv_completeness *c,
			    struct dv_completeness_absent *out);
/* Sentences told so far; those among them of what is missing. */
uint64_t dv_completeness_faults(const struct dv_completeness *c);
uint64_t dv_completeness_missing(const struct dv_completeness *c);

/*
 * who ("version 'data@…'") names an object, or the manifest and all that
 * it names.  Only what cannot be found out is a failure.
 */
int dv_completeness_object(struct dv_completeness *c, const char *who,
			   const char *what, const struct dv_digest *id,
			   struct dv_err *err);
int dv_completeness_manifest(struct dv_completeness *c, const char *who,
			     const struct dv_digest *id, struct dv_err *err);
/*
 * When all has been walked: tell what is missing and was named only by
 * manifests that are not published.
 */
void dv_completeness_end(struct dv_completeness *c);
/* Tell a fault of another kind. */
void dv_completeness_tell(struct dv_completeness *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
