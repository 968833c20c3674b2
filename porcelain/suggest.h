/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_SUGGEST_H
#define DV_PORCELAIN_SUGGEST_H

/* What somebody meant who typed a command that there is none of. */

#include "base/err.h"

/*
 * Set err to "'<name>' is not a dv command" (DV_E_INVALID), with a hint
 * that names the nearest of the programs dv-* in directory dir.  Returns
 * -err->code.
 */
int dv_suggest(struct dv_err *err, const char *name, const char *dir);

/*
 * How unlike typed is to name: Damerau-Levenshtein distance with git's
 * weights (swap 0, insert 1, substitute 2, delete 3), 0 where typed is
 * the beginning of name.
 */
unsigned dv_suggest_distance(const char *typed, const char *name);

#endif
