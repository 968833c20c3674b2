/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_FSCKREMOTE_H
#define DV_PORCELAIN_FSCKREMOTE_H

/* dv fsck --remote: check that every version of a remote can be had. */

#include <stdbool.h>

#include "plumbing/common/remotecmd.h"

/*
 * where: name or URL, "" for the default one.  Prints a sentence a fault;
 * 1 where there was one, else 0.
 */
int dv_fsckremote(const char *where, bool verify, struct dv_remotecmd *cmd,
		  struct dv_err *err);

#endif
