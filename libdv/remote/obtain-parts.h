/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_OBTAIN_PARTS_H
#define DV_REMOTE_OBTAIN_PARTS_H

/* What the files of obtain share. */

#include "base/idmap.h"
#include "remote/obtain.h"

/*
 * Tell what could not be had, and count it.  Fits dv_rpacks_bad_fn with
 * the struct dv_obtain as arg.
 */
void dv_obtain_fault(void *obtain, const char *sentence);

/* --- obtain-where.c ------------------------------------------------------- */

/* What is known of manifest, or NULL; borrowed until the next keep. */
const struct dv_rlocation *
dv_obtain_where_get(const struct dv_obtain_where *w,
		    const struct dv_digest *manifest);
/* Keep *x, or not, where there is no room: it is taken over. */
void dv_obtain_where_keep(struct dv_obtain_where *w, struct dv_rlocation *x);
/* It is the caller's now, and known no more. */
bool dv_obtain_where_take(struct dv_obtain_where *w,
			  const struct dv_digest *manifest,
			  struct dv_rlocation *out);

/* --- obtain-look.c --------------------------------------------------------- */

/* A record to be asked for, and a tag of the remote. */
struct dv_obtain_ask {
	size_t of;			/* place of the dataset */
	char *id;
};

struct dv_obtain_tag {
	size_t of;
	char *tag;
	uint64_t n;			/* of its newest head */
	char version[DV_VERSION_ID_MAX];
};

/* What is published of many datasets, and not here. */
struct dv_obtain_look {
	struct dv_conn *c;
	struct dv_repo *repo;
	struct dv_versions *versions;
	struct dv_obtain_many *m;
	struct dv_idmap known;		/* here and there, or asked for */
	struct dv_obtain_ask *asks;
	size_t asks_n, asks_cap;
	struct dv_obtain_tag *tags;
	size_t tags_n, tags_cap;
	uint64_t *newest;		/* number of each of m->manifests */
};
/*
 * List what is published of m->datasets, all side by side; with m->whole
 * these become all of the name space.  Where the remote cannot list there
 * is nothing to be seen.
 */
int dv_obtain_look(struct dv_obtain_look *l, struct dv_err *err);
void dv_obtain_look_release(struct dv_obtain_look *l);
/* Ask for that version, once, unless it is here and known to be there. */
int dv_obtain_look_ask(struct dv_obtain_look *l, size_t of, const char *id,
		       struct dv_err *err);

/* --- obtain-tags.c ---------------------------------------------------------- */

/*
 * Write the tags, whose versions were read: those that are here already
 * stay, unless m->force.
 */
int dv_obtain_tags_write(struct dv_obtain_look *l, struct dv_err *err);

#endif
