/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_PATHORDER_H
#define DV_FORMAT_PATHORDER_H

/*
 * The rule for the paths of one manifest, checked as they pass: valid,
 * ascending bytewise, none twice, none below one that is not a directory,
 * and "." only alone.
 *
 * Paths may be left out (a reader that skips blocks does): what is seen
 * is checked.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/path.h"
#include "format/manifest.h"

/*
 * prefixes: the lengths of the earlier paths that path begins with, path
 * itself last.  All paths between such a one and path begin with it too,
 * so none that matters is ever lost.
 */
struct dv_pathorder {
	char path[DV_PATH_MAX];		/* the last one */
	size_t len;			/* 0: there was none */
	size_t n;
	struct {
		uint16_t len;
		uint16_t kind;		/* private */
	} prefixes[DV_PATH_MAX];
};

void dv_pathorder_init(struct dv_pathorder *o);

/* e's path comes next.  DV_E_INVALID names it. */
int dv_pathorder_add(struct dv_pathorder *o, const struct dv_entry *e,
		     struct dv_err *err);

#endif
