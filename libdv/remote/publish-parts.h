/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_PUBLISH_PARTS_H
#define DV_REMOTE_PUBLISH_PARTS_H

/* What publish*.c share and nobody else needs. */

#include "base/idmap.h"
#include "remote/catalog.h"
#include "remote/publish.h"
#include "remote/rclock.h"

/* A version that is not there yet. */
struct dv_pub_item {
	uint32_t dataset;
	bool left;		/* as it is there: it is not whole here */
	char id[DV_VERSION_ID_MAX];
};

struct dv_pub_dataset {
	const char *name;		/* borrowed */
	char *ns;
	const struct dv_publish_want *want;
	size_t n;
	bool failed;			/* something it needs is nowhere */
	struct dv_catalog_head head;	/* latest */
	bool placed;			/* by this push */
	const char *moved;		/* here by us, not told yet */
	bool forgotten;			/* latest was taken away meanwhile */
	/* version ids, by dv_pub_key() */
	struct dv_idmap published;	/* found there */
	struct dv_idmap todo;		/* not found there */
};

/* The location record of a manifest, as it was read. */
struct dv_pub_known {
	struct dv_digest manifest;
	struct dv_rlocation location;
};

struct dv_pub_where;

struct dv_pub {
	struct dv_conn *c;
	struct dv_repo *r;
	struct dv_odb *odb;
	struct dv_versions *v;
	struct dv_publish *p;

	struct dv_pub_dataset *datasets;
	size_t datasets_n, datasets_cap;
	struct dv_pub_item *todo;	/* ancestors first */
	size_t todo_n, todo_cap;
	struct dv_err failed;		/* the first dataset's; code 0: none */
	size_t failed_n;
	size_t left_n, lost_n;		/* versions; of them, whose content is
					   neither here nor there */
	/* manifests that what is to be published may share objects with */
	struct dv_digest *look;
	size_t look_n, look_cap;

	struct dv_rclock clock;		/* since what is there is known */
	struct dv_pub_known *known;
	size_t known_n, known_cap;
	struct dv_rpacks *packs;
	struct dv_rput *put;
	struct dv_pub_where *where;
};

/* A version id as a key of an idmap. */
void dv_pub_key(struct dv_digest *key, const char *id);

/* The version at place i of todo, from its record here. */
int dv_pub_version(struct dv_pub *x, size_t i, struct dv_version *out,
		   struct dv_err *err);

/* May what is written now rely on that pack? */
bool dv_pub_is_sound(struct dv_pub *x, const struct dv_location_pack *info);
/* dv_conn_begin_write(), and what is lost remembered in p. */
int dv_pub_begin_write(struct dv_conn *c, enum dv_algo algo,
		       struct dv_publish *p, struct dv_err *err);

/* --- publish-plan.c ------------------------------------------------------ */

/* Read the heads, and what of the datasets is to be published: todo. */
int dv_pub_plan(struct dv_pub *x, struct dv_err *err);
/* Is todo[i] not to be published, nor mended? */
bool dv_pub_is_out(const struct dv_pub *x, size_t i);
/* Was it found there?  Not known where nothing but latest is asked for. */
bool dv_pub_is_published(const struct dv_pub_dataset *d, const char *id);
/* Read latest of the datasets that are chosen in of (NULL: of all). */
int dv_pub_read_latest(struct dv_pub *x, const bool *of, struct dv_err *err);

/* --- publish-known.c ----------------------------------------------------- */

/* Learn what the remote has: packs, known, put. */
int dv_pub_learn(struct dv_pub *x, struct dv_err *err);
void dv_pub_unlearn(struct dv_pub *x);
/* The location of manifest, if it was read; else NULL. */
struct dv_pub_known *dv_pub_known_find(struct dv_pub *x,
				       const struct dv_digest *manifest);
/* Read those of n manifests (again), where there are any. */
int dv_pub_known_read(struct dv_pub *x, const struct dv_digest *manifests,
		      size_t n, struct dv_err *err);

/* --- publish-where.c ----------------------------------------------------- */

struct dv_pub_where *dv_pub_where_new(struct dv_pub *x);
void dv_pub_where_free(struct dv_pub_where *w);
/*
 * Into *bytes the location record of a manifest and of n configurations
 * that comes behind theirs (NULL: there is none): 1; 0 where theirs says
 * all that.
 */
int dv_pub_where_record(struct dv_pub_where *w,
			const struct dv_digest *manifest,
			const struct dv_digest *configs, size_t n,
			const struct dv_pub_known *theirs,
			struct dv_buf *bytes, struct dv_err *err);
/*
 * A large object, there and not here: DV_E_MISSING where a record could not
 * tell where its parts lie.
 */
int dv_pub_where_check(struct dv_pub_where *w, const struct dv_digest *id,
		       struct dv_err *err);
/* Packs that were named so far are published: the journal forgets them. */
int dv_pub_where_done(struct dv_pub_where *w, struct dv_err *err);

/* --- publish-batch.c ------------------------------------------------------ */

/*
 * Publish the versions first .. end of todo, whose objects are there, but
 * for those that are out: first where all of their manifests
 * lie, then the records, many at a time, each behind its parents.
 */
int dv_pub_batch(struct dv_pub *x, size_t first, size_t end,
		 struct dv_err *err);

/* --- publish-head.c ------------------------------------------------------ */

/* Move latest of each dataset, where it may, and tell of its versions. */
int dv_pub_heads(struct dv_pub *x, struct dv_err *err);

/* --- publish-keep.c ------------------------------------------------------ */

/*
 * A forget -r beside us may have removed a version before it saw that
 * latest is there now: publish the record again where latest was placed;
 * where it took away latest, all that this push has published.
 */
int dv_pub_keep(struct dv_pub *x, struct dv_err *err);

#endif
