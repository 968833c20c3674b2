/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_ONLY_H
#define DV_PORCELAIN_ONLY_H

/*
 * --only: which files of the work tree are wanted, by patterns in the
 * syntax of gitignore(5), read from the current directory.  The last one
 * that matches a file, else the directory nearest to it, counts.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strlist.h"

struct dv_only;

/* prefix: the current directory, "" or "sub/dir/".  *out is the caller's. */
int dv_only_new(struct dv_only **out, const struct dv_strlist *patterns,
		const char *prefix, struct dv_err *err);
void dv_only_free(struct dv_only *o);	/* NULL is fine */
/* Could there be a file in dataset that is wanted? */
bool dv_only_may(const struct dv_only *o, const char *dataset);
/* The path is one of the dataset's, "." where that is a file. */
bool dv_only_wants(const struct dv_only *o, const char *dataset,
		   const char *path, size_t n);

#endif
