/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_LOCATE_H
#define DV_STORE_LOCATE_H

/*
 * Where the store is, found without opening git: GIT_DIR, or .git of the
 * current directory or one above it, a file or a directory, then the
 * common directory, then dv/ in it.  Outside of any repository it is
 * $XDG_DATA_HOME/dv/<format>.  Commands that need nothing else of git
 * start ten times faster so.
 */

#include "base/digest.h"
#include "base/err.h"
#include "store/odb.h"

/*
 * The directory of the store (caller frees) and its object format.
 * DV_E_MISSING with a hint where it was not made yet; in a clone whose
 * .dvconfig names the format it is made in passing.
 */
int dv_locate_store(char **dir, enum dv_algo *algo, struct dv_err *err);
/* Open the object database there. */
int dv_locate_odb(struct dv_odb **out, struct dv_err *err);

#endif
