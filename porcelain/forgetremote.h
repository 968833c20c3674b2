/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_FORGETREMOTE_H
#define DV_PORCELAIN_FORGETREMOTE_H

/* dv forget -r: remove version records from a remote. */

#include <stdbool.h>
#include <stdint.h>

#include "plumbing/common/remotecmd.h"

struct dv_forgetremote {
	const char *where;	/* name or URL; "" for the default; NULL: none */
	int64_t keep_last;	/* -1: not given */
	bool keep_tagged, dry_run;
	bool force;		/* names that are in the way go, too */
	bool all;		/* datasets go whole, with latest and tags */
};

/*
 * Each argument, [<ns>/]<dataset>[@<what>], as on that remote.  Prints
 * "<ns>/<dataset>@<id>" of each that goes; DV_E_CONFLICT, and nothing goes,
 * where one of them is still named there and force is not set.
 */
int dv_forgetremote(const struct dv_forgetremote *o,
		    struct dv_remotecmd *cmd, int argc, const char **argv,
		    struct dv_err *err);

#endif
