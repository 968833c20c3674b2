/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_VERSCAN_H
#define DV_STORE_VERSCAN_H

/*
 * Reading all version records from where they are kept, for the cache
 * that versions.c searches; and the paths they have.
 */

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "format/vcache.h"
#include "store/repo.h"

/*
 * What refs and files look like from outside: a digest of the stat data
 * of everything that a change would touch.  *newest: a cache made for
 * this key may be trusted if making it began later than that, in
 * nanoseconds since 1970; before, a change may have kept the times.
 */
int dv_verscan_key(struct dv_repo *r, uint8_t key[DV_VCACHE_KEY],
		   int64_t *newest, struct dv_err *err);

/*
 * Read all records and encode them.  Those that old (may be NULL) holds
 * under the same tag object are taken from there.  A record that cannot
 * be read is left out and a sentence about it goes to faults.
 */
int dv_verscan_build(struct dv_buf *out, struct dv_repo *r,
		     const struct dv_vcache *old,
		     const uint8_t key[DV_VCACHE_KEY], int64_t stamp,
		     struct dv_strlist *faults, struct dv_err *err);

/* "refs/dv/<dataset>/<id>"; the caller's to free. */
int dv_verscan_ref(char **out, const char *dataset, const char *id,
		   struct dv_err *err);
/* "<store>/versions/<namespace>/<dataset>/<id>"; the caller's. */
int dv_verscan_path(char **out, const char *store_dir,
		    const char *name_space, const char *dataset,
		    const char *id, struct dv_err *err);
/*
 * Files of a version, whatever their namespace: appends their paths.
 */
int dv_verscan_files(struct dv_repo *r, const char *dataset, const char *id,
		     struct dv_strlist *out, struct dv_err *err);

#endif
