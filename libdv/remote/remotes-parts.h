/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_REMOTES_PARTS_H
#define DV_REMOTE_REMOTES_PARTS_H

/*
 * What remotes.c (which there are), remotes-edit.c (changing them) and
 * remotes-url.c (where they may be), which together are remotes.h, share.
 */

#include "remote/remotes.h"

/* git's configuration: dv-remote.<name>.<what>; 1 and *out, or 0. */
int dv_remotes_setting(struct dv_repo *r, const char *name, const char *what,
		       char **out, struct dv_err *err);
/* What the tracked .dvconfig says, or NULL; borrowed. */
const char *dv_remotes_shared_url(struct dv_repo *r, const char *name);

/* A copy of url; a relative path is taken from dir (NULL: from here). */
int dv_remotes_absolute(char **out, const char *url, const char *dir,
			struct dv_err *err);
/* May it be spoken to, anonymously, because a tracked file says so? */
bool dv_remotes_is_public(const char *url);
/* May a tracked file name it at all?  DV_E_INVALID. */
int dv_remotes_check_shared(const char *url, struct dv_err *err);

#endif
