/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTGROUP_H
#define DV_STORE_WTGROUP_H

/*
 * Paths that a user names, sorted out by the dataset that they are in, so
 * that each dataset is gone through once.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strlist.h"
#include "store/repo.h"

struct dv_wtgroup {
	char *dataset;
	bool fresh;			/* none yet: the path itself */
	struct dv_strlist paths;	/* below the work tree */
};

struct dv_wtgroups {
	struct dv_wtgroup *v;		/* in the order of their first path */
	size_t n, cap;
};
#define DV_WTGROUPS_INIT { NULL, 0, 0 }

/* Take in an argument, which is from the current directory. */
int dv_wtgroups_add(struct dv_wtgroups *g, struct dv_repo *r,
		    const char *arg, struct dv_err *err);
void dv_wtgroups_release(struct dv_wtgroups *g);

#endif
