/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_CATALOG_H
#define DV_REMOTE_CATALOG_H

/*
 * What is published on a remote: datasets, versions, heads, and where
 * their manifests lie.  What comes from there is parsed strictly and
 * refused by name; a record must belong to the key it lies under.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "format/headrec.h"
#include "format/location.h"
#include "format/record.h"
#include "remote/conn.h"

#define DV_CATALOG_KEYS_MAX 10000000

/* What many at a time is asked for: of a dataset, a version or a tag. */
struct dv_catalog_name {
	const char *ns, *dataset;
	const char *what;	/* an id; a tag, NULL: latest */
};

/* --- versions ---------------------------------------------------------- */

/* Each published version, by name space, dataset and id; NULL: of all. */
typedef int dv_catalog_version_fn(void *arg, const char *ns,
				  const char *dataset, const char *id,
				  int64_t published, struct dv_err *err);
int dv_catalog_versions(struct dv_conn *c, const char *ns,
			const char *dataset, dv_catalog_version_fn *fn,
			void *arg, struct dv_err *err);
/* Those of n datasets (what is not used), many lists at a time; i the
 * dataset's place. */
typedef int dv_catalog_listed_fn(void *arg, size_t i, const char *id,
				 struct dv_err *err);
int dv_catalog_versions_of(struct dv_conn *c,
			   const struct dv_catalog_name *names, size_t n,
			   dv_catalog_listed_fn *fn, void *arg,
			   struct dv_err *err);
/*
 * Read the records of ids (all of one dataset), many at a time.  rec NULL:
 * there is none; i its place in ids.  Borrowed.  bytes: as they are kept.
 */
typedef int dv_catalog_record_fn(void *arg, size_t i,
				 const struct dv_record *rec,
				 const void *bytes, size_t n,
				 struct dv_err *err);
int dv_catalog_records(struct dv_conn *c, const char *ns,
		       const char *dataset, const struct dv_strlist *ids,
		       dv_catalog_record_fn *fn, void *arg,
		       struct dv_err *err);
/* The same of any datasets; i the place in names. */
int dv_catalog_records_of(struct dv_conn *c,
			  const struct dv_catalog_name *names, size_t n,
			  dv_catalog_record_fn *fn, void *arg,
			  struct dv_err *err);
/* One; DV_E_MISSING.  Release *out. */
int dv_catalog_record(struct dv_conn *c, const char *ns, const char *dataset,
		      const char *id, struct dv_record *out,
		      struct dv_err *err);
/*
 * Publish a record: 1 if exactly this one is there now, 0 if one was that
 * was recorded at another time (nothing is changed).  DV_E_CONFLICT where
 * one of the same id means something else.  Everything under it must have
 * been published before.
 */
int dv_catalog_publish(struct dv_conn *c, const struct dv_record *rec,
		       struct dv_err *err);
/*
 * The same of many, as dv_conn_create_all(): next gives a record to
 * release, and what published is told of it.
 */
typedef int dv_catalog_next_fn(void *arg, struct dv_record *rec, size_t *i,
			       struct dv_err *err);
typedef int dv_catalog_published_fn(void *arg, size_t i, bool ours,
				    struct dv_err *err);
int dv_catalog_publish_all(struct dv_conn *c, dv_catalog_next_fn *next,
			   dv_catalog_published_fn *published, void *arg,
			   struct dv_err *err);

/* --- heads --------------------------------------------------------------- */

struct dv_catalog_head {
	char version[DV_VERSION_ID_MAX];	/* "": it points nowhere */
	uint64_t n;		/* its number; 0: there never was one */
};
/*
 * tag NULL: latest.  1, or 0 where it points nowhere.  One list request;
 * where it is not as it was last seen, or was made a moment ago, one more.
 */
int dv_catalog_head(struct dv_conn *c, const char *ns, const char *dataset,
		    const char *tag, struct dv_catalog_head *out,
		    struct dv_err *err);
/* The same of n heads, many at a time: out[i]. */
int dv_catalog_head_all(struct dv_conn *c,
			const struct dv_catalog_name *names, size_t n,
			struct dv_catalog_head *out, struct dv_err *err);
/*
 * Move a head from what *was says to version ("" removes): 1, and *was is
 * what it is now; 0 where somebody else moved it, *was what it is now.
 */
int dv_catalog_move(struct dv_conn *c, const char *ns, const char *dataset,
		    const char *tag, const char *version,
		    struct dv_catalog_head *was, struct dv_err *err);
/*
 * The same of n heads, many at a time, whose was is not read again where
 * somebody else moved it.
 */
struct dv_catalog_step {
	struct dv_catalog_name name;
	const char *version;		/* "" removes */
	struct dv_catalog_head *was;
	bool moved;			/* out */
};
int dv_catalog_move_all(struct dv_conn *c, struct dv_catalog_step *steps,
			size_t n, struct dv_err *err);
/* All heads, newest number of each; ns and dataset may be NULL.  tag ""
 * for latest.  Lists keys, reads no bodies. */
typedef int dv_catalog_head_fn(void *arg, const char *ns, const char *dataset,
			       const char *tag, uint64_t n,
			       struct dv_err *err);
int dv_catalog_heads(struct dv_conn *c, const char *ns, const char *dataset,
		     dv_catalog_head_fn *fn, void *arg, struct dv_err *err);
/* The same with where they point, many read at a time, in any order. */
typedef int dv_catalog_read_head_fn(void *arg, const char *ns,
				    const char *dataset, const char *tag,
				    const struct dv_catalog_head *h,
				    struct dv_err *err);
int dv_catalog_read_heads(struct dv_conn *c, const char *ns,
			  const char *dataset, dv_catalog_read_head_fn *fn,
			  void *arg, struct dv_err *err);

/* --- names --------------------------------------------------------------- */

/*
 * [<ns>/]<dataset>[@<what>][:<path>] on a remote.  what: a tag, a version
 * id or a unique prefix of one, `latest` (also where there is none).  The
 * name is tried as <ns>/<dataset>, then (not with a '/' in front of it) as
 * a dataset of own_ns (may be NULL); where both exist DV_E_AMBIGUOUS.  It
 * ends at the first '@' or ':' with which there is such a dataset.
 * DV_E_MISSING, with what is published there where that can be listed;
 * DV_E_FORMAT where a head names a version that is not there.
 */
struct dv_rspec {
	char *ns, *dataset, *path;	/* path "" for all */
	char *what;			/* NULL: none given */
	struct dv_record record;
	char id[DV_VERSION_ID_MAX];
};
int dv_rspec_resolve(struct dv_rspec *out, struct dv_conn *c,
		     const char *own_ns, const char *text,
		     struct dv_err *err);
/* The same without looking for the version: no record, id is "". */
int dv_rspec_dataset(struct dv_rspec *out, struct dv_conn *c,
		     const char *own_ns, const char *text,
		     struct dv_err *err);
void dv_rspec_release(struct dv_rspec *s);

/* --- where manifests lie --------------------------------------------------- */

/* A location record in memory.  Initialise with zeros. */
struct dv_rlocation {
	struct dv_buf bytes;
	struct dv_location l;
	uint64_t n;		/* its number */
};
void dv_rlocation_release(struct dv_rlocation *x);
/*
 * The newest of manifest: 1, or 0 where there is none.  One that fails to
 * parse, or is of another manifest, is DV_E_FORMAT naming its key.
 */
int dv_rlocation_read(struct dv_rlocation *out, struct dv_conn *c,
		      const struct dv_digest *manifest, struct dv_err *err);
/*
 * Those of n manifests, many at a time, each once and in any order; x NULL:
 * there is none.  fn may take it over, leaving zeros.
 */
typedef int dv_rlocation_fn(void *arg, size_t i, struct dv_rlocation *x,
			    struct dv_err *err);
int dv_rlocation_read_all(struct dv_conn *c, const struct dv_digest *manifests,
			  size_t n, dv_rlocation_fn *fn, void *arg,
			  struct dv_err *err);
/*
 * Publish one as the number behind after (0: the first): *n.  Where that
 * is taken what is there is taken over and the next number tried, so that
 * the newest covers what each of them did.
 */
int dv_rlocation_write(struct dv_conn *c, const struct dv_digest *manifest,
		       const struct dv_buf *bytes, uint64_t after,
		       uint64_t *n, struct dv_err *err);

/* --- gc records ------------------------------------------------------------- */

/* Ids in all of them together; DV_E_LIMIT. */
#define DV_CATALOG_DOOMED_MAX 3000000
/* Each record of dv/gc/, ascending, with its time by the server's clock. */
typedef int dv_catalog_doom_fn(void *arg, uint64_t n,
			       const struct dv_doomrec *d, int64_t modified,
			       struct dv_err *err);
int dv_catalog_dooms(struct dv_conn *c, dv_catalog_doom_fn *fn, void *arg,
		     struct dv_err *err);

#endif
