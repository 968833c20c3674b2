/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_RUNCONFIG_H
#define DV_PORCELAIN_RUNCONFIG_H

/*
 * The configuration that data was made with, as a command line and
 * .dvconfig name it.
 */

#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/strlist.h"
#include "store/repo.h"

struct dv_runconfig {
	struct dv_buf canonical;
	struct dv_digest id;		/* of canonical, by the store's algo */
	char hash[33];			/* its XXH3-128 */
	struct dv_strlist files;	/* those below the work tree */
	int64_t newest;			/* mtime of the newest file; 0: none */
	char *newest_name;
};

/*
 * given: files and settings, in order; settings: more of these.  Where
 * none of them is a file, those that .dvconfig names (dv.config, paths
 * below the work tree) come first.  out need not be initialised; release
 * it after success.
 */
int dv_runconfig_load(struct dv_runconfig *out, struct dv_repo *repo,
		      const struct dv_strlist *given,
		      const struct dv_strlist *settings, struct dv_err *err);
void dv_runconfig_release(struct dv_runconfig *c);

#endif
