/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_GITPRINT_H
#define DV_PORCELAIN_GITPRINT_H

/* Has git done anything since? */

#include <stdint.h>

#include "base/err.h"
#include "store/repo.h"

/*
 * A fingerprint of all that says which commits git keeps and what is
 * staged: refs, reflogs, HEADs and indexes of all work trees, by what
 * lstat says of the files, none of which git writes in place.  Runs no
 * program and reads no file.
 */
int dv_gitprint_take(struct dv_repo *r, uint64_t *out, struct dv_err *err);

#endif
