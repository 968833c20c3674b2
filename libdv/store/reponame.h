/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_REPONAME_H
#define DV_STORE_REPONAME_H

/* What a repository is called, and its .dvconfig: for repo*.c. */

#include "format/dvconfig.h"
#include "store/git.h"

/*
 * The namespace where .dvconfig has none: the base name of the origin's
 * URL, else of the main work tree.  *out is the caller's.
 */
int dv_repo_name_default(struct dv_git *git, char **out, struct dv_err *err);
/* Can it be a namespace? */
int dv_repo_name_check(const char *name, struct dv_err *err);

/*
 * .dvconfig of the work tree workfd, or (-1) of HEAD: 1 and *out, or 0
 * where there is none (*out is empty then).
 */
int dv_repo_config(struct dv_dvconfig *out, struct dv_git *git, int workfd,
		   struct dv_err *err);

#endif
