/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RFORGET_H
#define DV_REMOTE_RFORGET_H

/*
 * Removing versions from a remote while others push there.
 *
 * Heads that name them are moved first, then their records are deleted.
 * Whoever moves a head looks for the record of its version after that, and
 * who deletes records looks at the heads after that; either publishes again
 * what is named and has gone.  So the version that a head names is there
 * when both are done, whoever came first.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"
#include "remote/catalog.h"
#include "remote/conn.h"

/* A head that is to be moved from where it was. */
struct dv_rforget_head {
	struct dv_catalog_name name;	/* what: its tag, NULL for latest */
	struct dv_catalog_head was;	/* in; out: as it is now */
	const char *to;			/* a version, "": nothing */
	bool moved;			/* out; else somebody else moved it */
};
/*
 * Move n heads, many at a time.  A version that one is moved to is read
 * before, and there afterwards: DV_E_MISSING where it is not there before.
 */
int dv_rforget_move(struct dv_conn *c, struct dv_rforget_head *heads,
		    size_t n, struct dv_err *err);

/* names[i] was deleted and published again, as this head names it. */
typedef void dv_rforget_stays_fn(void *arg, size_t i, const char *tag);
/*
 * Delete the records of n versions (what: the id), in their order.  One
 * that has gone already is no failure.
 */
int dv_rforget_versions(struct dv_conn *c,
			const struct dv_catalog_name *names, size_t n,
			dv_rforget_stays_fn *stays, void *arg,
			struct dv_progress *p, struct dv_err *err);

#endif
