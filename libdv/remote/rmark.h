/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RMARK_H
#define DV_REMOTE_RMARK_H

/*
 * What the versions of a remote reach: their records, the newest location
 * record of each of their manifests, the packs that these name.  For gc,
 * repack and forget.
 *
 * Order matters beside a push, which writes packs, then a location record,
 * then a version record: versions are listed first, so that what one of
 * them needs is in every list that is made later.
 *
 * Failure: a version or a location record that cannot be read or parsed
 * fails by its key, since what it needs is not known then.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/idmap.h"
#include "base/progress.h"
#include "base/strlist.h"
#include "format/location.h"
#include "format/record.h"
#include "remote/conn.h"

/* --- versions ------------------------------------------------------------ */

/* All of it is borrowed. */
struct dv_rmark_version {
	const char *ns, *dataset, *id;
	const struct dv_record *rec;
};
typedef int dv_rmark_version_fn(void *arg, const struct dv_rmark_version *v,
				struct dv_err *err);
/*
 * Each published version with its record, those of a dataset one behind the
 * other; one that goes meanwhile is left out.  fn non-zero ends it,
 * returned.  Some thousand are held at a time.  DV_E_LIMIT where most that
 * are listed are not there.
 */
int dv_rmark_versions(struct dv_conn *c, dv_rmark_version_fn *fn, void *arg,
		      struct dv_progress *p, struct dv_err *err);

/* --- keys ---------------------------------------------------------------- */

/* The location records of one manifest. */
struct dv_rmark_manifest {
	struct dv_digest id;
	uint64_t first, last;	/* numbers */
	uint64_t count;
	int64_t modified;	/* of the newest; -1 not known */
};
typedef int dv_rmark_manifest_fn(void *arg,
				 const struct dv_rmark_manifest *m,
				 struct dv_err *err);
/* A pack; sizes are -1 where not known, -2 where there is no such file. */
#define DV_RMARK_NONE (-2)
struct dv_rmark_pack {
	struct dv_digest id;
	int64_t size, idx_size;
	int64_t modified;	/* of what is newer; -1 not known */
};
/* Is a listed size what it should be, as far as that is known? */
bool dv_rmark_is_size(int64_t size, uint64_t expect);
typedef int dv_rmark_pack_fn(void *arg, const struct dv_rmark_pack *p,
			     struct dv_err *err);
/* A key in that place which dv would not have made; NULL: passed over. */
typedef void dv_rmark_stray_fn(void *arg, const char *key);
/*
 * Each manifest that has a location record, ascending, by one list.  Here
 * and below, fn may make no request, as it runs while the list comes; rest
 * (may be NULL), which is called behind each some thousand, may.
 */
int dv_rmark_manifests(struct dv_conn *c, dv_rmark_manifest_fn *fn,
		       dv_conn_rest_fn *rest, dv_rmark_stray_fn *stray,
		       void *arg, struct dv_err *err);
/* Each pack of which there is anything, ascending, by one list. */
int dv_rmark_packs(struct dv_conn *c, dv_rmark_pack_fn *fn,
		   dv_conn_rest_fn *rest, dv_rmark_stray_fn *stray, void *arg,
		   struct dv_err *err);

/* --- what is reached ------------------------------------------------------ */

/* More than these are a lie, or need more memory than one may have. */
#define DV_RMARK_MANIFESTS_MAX 2000000
#define DV_RMARK_PACKS_MAX 4000000

struct dv_rmark {
	struct dv_idmap manifests, packs;
};
void dv_rmark_init(struct dv_rmark *m, enum dv_algo algo);
void dv_rmark_release(struct dv_rmark *m);

/*
 * A location record of a manifest that is reached; borrowed.  bytes: the n
 * bytes that l is a view of.
 */
typedef int dv_rmark_location_fn(void *arg, const struct dv_digest *manifest,
				 uint64_t number, const struct dv_location *l,
				 struct dv_err *err);
/*
 * Fill m; others (may be NULL) is told of manifests that are not reached,
 * fn (may be NULL) of the newest location record of those that are; rest
 * as above.  DV_E_MISSING where a version's manifest has none, DV_E_LIMIT.
 */
int dv_rmark_all(struct dv_rmark *m, struct dv_conn *c,
		 dv_rmark_location_fn *fn, dv_rmark_manifest_fn *others,
		 dv_conn_rest_fn *rest, void *arg, struct dv_progress *p,
		 struct dv_err *err);

/* --- requests ------------------------------------------------------------- */

/*
 * When key was made and the time there now, by the server's clock.
 * DV_E_UNSUPPORTED where the server does not say.
 */
int dv_rmark_time(struct dv_conn *c, const char *key, int64_t *modified,
		  int64_t *now, struct dv_err *err);
/* Delete keys, many at a time; all are answered when it returns. */
int dv_rmark_delete(struct dv_conn *c, const struct dv_strlist *keys,
		    struct dv_progress *p, struct dv_err *err);

#endif
