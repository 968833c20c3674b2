/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_REPACKREMOTE_H
#define DV_PORCELAIN_REPACKREMOTE_H

/* dv repack --remote: bring the packs of a remote into their best form. */

#include <stdbool.h>

#include "plumbing/common/remotecmd.h"

/* where: name or URL, "" for the default one. */
int dv_repackremote(const char *where, bool all, bool dry_run, int level,
		    struct dv_remotecmd *cmd, struct dv_err *err);

#endif
