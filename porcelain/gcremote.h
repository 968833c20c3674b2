/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_GCREMOTE_H
#define DV_PORCELAIN_GCREMOTE_H

/* dv gc --remote: remove from a remote what no version there needs. */

#include <stdbool.h>

#include "plumbing/common/remotecmd.h"

struct dv_gcremote {
	const char *where;	/* name or URL; "" for the default; NULL: none */
	const char *grace;	/* NULL: the usual */
	bool force;		/* also a grace that is not safe */
	bool dry_run;
};
int dv_gcremote(const struct dv_gcremote *o, struct dv_remotecmd *cmd,
		struct dv_err *err);

#endif
