/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTIGNORE_H
#define DV_STORE_WTIGNORE_H

/*
 * The .dvignore files that hold for one directory: a chain from its own
 * to that of the top of the work tree; a deeper file counts more.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "format/ignore.h"

#define DV_WTIGNORE_FILE ".dvignore"

struct dv_wtignore {
	struct dv_wtignore *up;
	struct dv_ignore *rules;
};

/*
 * Load the .dvignore in the directory dirfd, which is path below the work
 * tree ("": its top).  1 and *out (caller frees it, before up), 0 where
 * there is none.  One that is a symbolic link or no file is refused.
 */
int dv_wtignore_load(struct dv_wtignore **out, struct dv_wtignore *up,
		     int dirfd, const char *path, struct dv_err *err);
void dv_wtignore_free(struct dv_wtignore *w);	/* NULL is fine */

/*
 * Load all from the top of the work tree down to path, itself included
 * where with is set.  *out may be NULL: no rules.  Free with
 * dv_wtignore_free_chain().
 */
int dv_wtignore_chain(struct dv_wtignore **out, int workfd, const char *path,
		      bool with, struct dv_err *err);
void dv_wtignore_free_chain(struct dv_wtignore *w);

/* Is path (from the top of the work tree) ignored?  w may be NULL. */
bool dv_wtignore_has(const struct dv_wtignore *w, const char *path, size_t n,
		     bool dir);

#endif
