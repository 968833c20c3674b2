/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_SESSION_H
#define DV_PORCELAIN_SESSION_H

/* What a command that asks about versions has open. */

#include "base/err.h"
#include "base/strlist.h"
#include "store/odb.h"
#include "store/repo.h"
#include "store/versions.h"

struct dv_session {
	struct dv_repo *repo;
	struct dv_odb *odb;		/* borrowed from repo */
	struct dv_versions *versions;
};
#define DV_SESSION_INIT { NULL, NULL, NULL }

/* flags: enum dv_repo_flag.  dv_session_close() in any case. */
int dv_session_open(struct dv_session *s, unsigned flags,
		    struct dv_err *err);
void dv_session_close(struct dv_session *s);

/*
 * The dataset that the user calls arg: a path to it or into it, its
 * pointer, or a name that only versions know.  DV_E_MISSING.
 */
int dv_session_dataset(struct dv_session *s, const char *arg, char **out,
		       struct dv_err *err);

/*
 * DV_E_MISSING, with what can be done, where the store does not have the
 * manifest that is named for dataset: in a clone, or after git has fetched
 * pointers.
 */
int dv_session_held(struct dv_session *s, const char *dataset,
		    const struct dv_digest *manifest, struct dv_err *err);

#endif
