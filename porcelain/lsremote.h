/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_LSREMOTE_H
#define DV_PORCELAIN_LSREMOTE_H

/* dv ls -r: what is published on a remote, without bringing it. */

#include "plumbing/common/remotecmd.h"
#include "porcelain/lslist.h"

/*
 * where: the remote's name or URL, NULL for the default one.  No argument:
 * datasets; a dataset: its versions; with an '@' or ':' what is in it.
 */
int dv_lsremote(struct dv_lslist *l, struct dv_remotecmd *remote,
		const char *where, int argc, const char **argv,
		struct dv_err *err);

#endif
