/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_USERSTORE_H
#define DV_STORE_USERSTORE_H

/*
 * The store outside any git repository: $XDG_DATA_HOME/dv/<format>, else
 * ~/.local/share/dv/<format>.  What is in it came from a remote and can
 * come again: all of it may be removed at any time.
 */

#include "base/digest.h"
#include "base/err.h"
#include "store/odb.h"

/*
 * Its path, of algo, or (0) of the directory that the stores of all
 * formats are in.  Nothing is made.  *out is the caller's.  DV_E_MISSING
 * where the environment names no home.
 */
int dv_userstore_dir(char **out, enum dv_algo algo, struct dv_err *err);
/* Make it, if need be, and open it.  *dir and *odb are the caller's. */
int dv_userstore_open(char **dir, struct dv_odb **odb, enum dv_algo algo,
		      struct dv_err *err);

#endif
