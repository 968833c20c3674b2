/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_EXEC_PATH_H
#define DV_PORCELAIN_EXEC_PATH_H

/*
 * The directory that holds the programs dv-<command>, in this order:
 * given (may be NULL), $DV_EXEC_PATH, core/ beside the driver's bin/ (a
 * build tree), libexec/dv-core beside it (an installation that was moved),
 * where it was configured to be installed.  Absolute where it can be; the
 * caller frees it.
 */
char *dv_exec_path(const char *given);

#endif
