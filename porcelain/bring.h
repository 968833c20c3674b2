/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_BRING_H
#define DV_PORCELAIN_BRING_H

/* What commands that bring datasets into the work tree have in common. */

#include <stdbool.h>

#include "base/err.h"
#include "porcelain/session.h"
#include "store/worktree.h"

/*
 * The pointer of a dataset, and the version that its manifest has: the one
 * the work tree's content descends from, else the newest; *version is NULL
 * where there is none, and the caller's to free.  1, or 0 where there is no
 * pointer.
 */
int dv_bring_pointer(struct dv_session *s, const char *dataset,
		     struct dv_pointer *pointer, char **version,
		     struct dv_err *err);
/*
 * Say what a checkout has written and removed, if it has, and what it
 * could not bring.
 */
void dv_bring_tell(const char *dataset, const struct dv_checkout *c);
/*
 * A part came, and the rest follows a pointer that was moved: say so, and
 * which command, pull or checkout, brings it.
 */
void dv_bring_tell_left(const char *dataset, const char *prefix,
			const struct dv_checkout *c, const char *command);
/*
 * Remove the files of a dataset that has no pointer here any more, and
 * *was its manifest: 1, or 0 where there was none.  DV_E_CONFLICT and
 * DV_E_MISSING where they may not go, unless c->force.
 */
int dv_bring_remove(struct dv_session *s, const char *dataset,
		    struct dv_checkout *c, struct dv_digest *was,
		    struct dv_err *err);
void dv_bring_tell_removed(const char *dataset, const struct dv_checkout *c,
			   const struct dv_digest *was);
/* Say what went wrong with one dataset, and forget it for the others. */
void dv_bring_fail(struct dv_err *err);

#endif
