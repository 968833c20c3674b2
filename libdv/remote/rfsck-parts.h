/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RFSCK_PARTS_H
#define DV_REMOTE_RFSCK_PARTS_H

/* What rfsck*.c share. */

#include "base/idmap.h"
#include "base/strlist.h"
#include "remote/catalog.h"
#include "remote/rfsck.h"
#include "remote/rpacks.h"
#include "remote/rwalk.h"

/* A version whose record is good. */
struct dv_rfsck_version {
	struct dv_digest manifest, config;
	size_t key;		/* place in keys */
};

/* A manifest that versions name. */
struct dv_rfsck_manifest {
	struct dv_digest id;
	size_t version, n;	/* the first of its versions; how many */
	uint64_t last;		/* number of its newest location record; 0 */
	bool good;		/* which could be read */
	struct dv_rwalk_set packs;	/* ascending */
};

/* More would need more memory than one may have. */
#define DV_RFSCK_NAMES_MAX 1000000	/* versions; heads */
#define DV_RFSCK_BYTES_MAX (100u << 20)	/* of their keys */
#define DV_RFSCK_PACKS_MAX 60000	/* whose indexes are looked into */
#define DV_RFSCK_USES_MAX 16000000	/* packs of all manifests */
#define DV_RFSCK_FAULTS_MAX 100000

#define DV_RFSCK_THERE 1u		/* something of it is listed */
#define DV_RFSCK_TOLD 2u		/* a fault of it was told: others
					   should not rely on it */

struct dv_rfsck_job {
	struct dv_conn *c;
	struct dv_rfsck *f;
	struct dv_strlist keys;		/* of all versions, sorted */
	uint64_t keys_bytes;
	struct dv_rfsck_version *versions;	/* by manifest */
	size_t n, cap;
	struct dv_rfsck_manifest *manifests;	/* ascending */
	size_t manifests_n;
	struct dv_rpacks *packs;	/* all that location records name */
	struct dv_idmap places;		/* where each is in the set */
	uint8_t *there;			/* of each pack: what follows */
	uint64_t uses;			/* packs of all manifests */
};

/* Tell of a fault: "'<key>': <sentence>". */
void dv_rfsck_tell(struct dv_rfsck_job *j, const char *key, const char *fmt,
		   ...) __attribute__((format(printf, 3, 4)));
/*
 * Add a key to keys, of which bytes are held: DV_E_LIMIT where they are too
 * many, or too long, or too many faults were told.
 */
int dv_rfsck_hold(const struct dv_rfsck_job *j, struct dv_strlist *keys,
		  uint64_t *bytes, const char *key, const char *what,
		  struct dv_err *err);
/* DV_E_LIMIT where too many faults were told. */
int dv_rfsck_check_faults(const struct dv_rfsck_job *j, struct dv_err *err);
/* Is err about what is there, so that the check goes on? */
bool dv_rfsck_is_fault(const struct dv_err *err);
/* "dv/manifests/<id>/<n>" into key. */
const char *dv_rfsck_location_key(struct dv_buf *key,
				  const struct dv_rfsck_manifest *m);

/*
 * Read small objects, many at a time, each handed to fn; one that cannot
 * be had (missing, too large) is told as a fault and not handed out.
 */
typedef int dv_rfsck_object_fn(void *arg, size_t i, const void *data,
			       size_t n, struct dv_err *err);
int dv_rfsck_read_all(struct dv_rfsck_job *j, const struct dv_strlist *keys,
		      size_t max, dv_rfsck_object_fn *fn, void *arg,
		      struct dv_err *err);

/* In order: each fills what the next needs. */
int dv_rfsck_versions(struct dv_rfsck_job *j, struct dv_err *err);
int dv_rfsck_locations(struct dv_rfsck_job *j, struct dv_err *err);
int dv_rfsck_packs(struct dv_rfsck_job *j, struct dv_err *err);
int dv_rfsck_walk(struct dv_rfsck_job *j, struct dv_err *err);
int dv_rfsck_verify(struct dv_rfsck_job *j, struct dv_err *err);
/* Needs the versions' keys alone. */
int dv_rfsck_heads(struct dv_rfsck_job *j, struct dv_err *err);

#endif
