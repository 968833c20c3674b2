/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_CONN_H
#define DV_REMOTE_CONN_H

/*
 * An open remote: its helper running, its format known, its cache at
 * hand.  For one thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "remote/rcache.h"
#include "remote/remotes.h"
#include "remote/transport.h"

#define DV_CONN_REQUESTS 64	/* small requests to keep in flight */

struct dv_conn_opts {
	const char *exec_path;
	const char *store_dir;	/* for the cache and tmp */
	enum dv_algo algo;	/* what the remote must have; 0: any */
	bool write;		/* DV_E_UNSUPPORTED at once where it cannot */
	unsigned jobs;		/* 0: the remote's setting, else the helper's */
	uint64_t limit_rate;	/* 0: the remote's setting */
	struct dv_progress *progress;
	dv_transport_note_fn *note;
	void *note_arg;
};

struct dv_conn {
	char *name;
	struct dv_transport *t;
	struct dv_rcache *cache;
	enum dv_algo algo;	/* the remote's; 0: it is empty */
	bool fresh;		/* nothing was ever written to it */
	bool lost;		/* fresh, and the cache knows that something
				   was */
	bool anew;		/* the caller's: begin what is lost again */
	bool writes;		/* private: it was opened to */
	bool hides;		/* private: what is not there is refused, as
				   S3 does where one may read and not list;
				   never where it is written to, as what is
				   overlooked then may be lost */
	int create;		/* private: create-if-absent is honoured; -1:
				   not known yet */
};

/*
 * Start the helper and read dv/format, unless the cache knows it.
 * DV_E_CONFLICT for another object format, DV_E_UNSUPPORTED for a newer
 * version, DV_E_FORMAT where dv/format is something else.  *out is the
 * caller's.
 */
int dv_conn_open(struct dv_conn **out, const struct dv_remote *r,
		 const struct dv_conn_opts *opts, struct dv_err *err);
void dv_conn_close(struct dv_conn *c);		/* NULL is fine */
/*
 * Read dv/format whatever the cache knows: algo, fresh and lost are as it
 * says.
 */
int dv_conn_look(struct dv_conn *c, struct dv_err *err);
/* Look, and DV_E_CONFLICT where the remote is lost, unless anew. */
int dv_conn_check_there(struct dv_conn *c, struct dv_err *err);

/*
 * Before the first write: make dv/format with algo where there is none,
 * and find out whether the remote honours create-if-absent (a second
 * create of dv/format must say that it exists), once per remote.
 * Returns 1 if so; 0 if not: dv_conn_no_create() says what is lost.
 * DV_E_CONFLICT where the remote is lost, unless anew: a directory that is
 * not mounted looks like that, and must not get what is lost once it is.
 */
int dv_conn_begin_write(struct dv_conn *c, enum dv_algo algo,
			struct dv_err *err);
const char *dv_conn_no_create(void);

/*
 * Create key with these bytes, settled by reading back (remote/small.h);
 * where the remote has no create-if-absent: written if nothing is there,
 * then read back.  1: they are there, ours.  0: others are, appended to
 * out (may be NULL) where no more than max.
 */
int dv_conn_create(struct dv_conn *c, const char *key, const void *data,
		   size_t n, struct dv_buf *out, size_t max,
		   struct dv_err *err);

/*
 * Many of these, DV_CONN_REQUESTS at a time.  next gives another one: 1 and
 * *o, borrowed until it is called again; 0: there is none, or none that may
 * be begun before one that is on its way is done.  created is called once
 * for each, in any order: ours, or what is there instead (NULL where that
 * is more than max).  A failure of either, or of one, is waited for and
 * ends it.
 */
struct dv_conn_object {
	size_t i;		/* what created is told */
	const char *key;
	const void *data;
	size_t n;
};
typedef int dv_conn_next_fn(void *arg, struct dv_conn_object *o,
			    struct dv_err *err);
typedef int dv_conn_created_fn(void *arg, size_t i, bool ours,
			       const void *theirs, size_t n,
			       struct dv_err *err);
int dv_conn_create_all(struct dv_conn *c, dv_conn_next_fn *next,
		       dv_conn_created_fn *created, void *arg, size_t max,
		       struct dv_err *err);

/*
 * The highest number below prefix ("…/latest/"): 1 and *n, 0 where there
 * is none.  after: one that is known to have been there (0: none), so that
 * little is listed; it is looked at again, and where it has gone all are.
 * One list request; where the remote cannot list, or does not let us,
 * galloping heads from after on.
 */
int dv_conn_highest(struct dv_conn *c, const char *prefix, uint64_t after,
		    uint64_t *n, struct dv_err *err);
/* The same, with what the remote says of it: -1 where that is not known. */
struct dv_conn_number {
	uint64_t n;
	int64_t size, modified;
};
int dv_conn_newest(struct dv_conn *c, const char *prefix, uint64_t after,
		   struct dv_conn_number *out, struct dv_err *err);
/*
 * The same below many prefixes, many at a time: out[i].n is 0 where there
 * is none.  after NULL: 0 for all.
 */
int dv_conn_newest_all(struct dv_conn *c, const struct dv_strlist *prefixes,
		       const uint64_t *after, struct dv_conn_number *out,
		       struct dv_err *err);

/*
 * All keys below prefix, in as many requests as it takes; fn non-zero
 * ends it, returned.  More than max keys: DV_E_LIMIT.  DV_E_UNSUPPORTED
 * where the remote cannot list.
 */
typedef int dv_conn_key_fn(void *arg, const char *key, int64_t size,
			   int64_t modified, struct dv_err *err);
int dv_conn_each_key(struct dv_conn *c, const char *prefix, uint64_t max,
		     dv_conn_key_fn *fn, void *arg, struct dv_err *err);

/*
 * The same, some thousand keys at a time: behind these, also where there
 * are none, rest may make requests.
 */
typedef int dv_conn_rest_fn(void *arg, struct dv_err *err);
int dv_conn_each_page(struct dv_conn *c, const char *prefix, uint64_t max,
		      dv_conn_key_fn *fn, dv_conn_rest_fn *rest, void *arg,
		      struct dv_err *err);

/*
 * All keys below many prefixes, many at a time; i is the place of the
 * prefix, keys of one come in order.  max is of all together.
 */
typedef int dv_conn_key_below_fn(void *arg, size_t i, const char *key,
				 int64_t size, int64_t modified,
				 struct dv_err *err);
int dv_conn_each_key_below(struct dv_conn *c,
			   const struct dv_strlist *prefixes, uint64_t max,
			   dv_conn_key_below_fn *fn, void *arg,
			   struct dv_err *err);

/*
 * Read many small objects, DV_CONN_REQUESTS at a time; fn is called once
 * for each, in any order, i its place in keys.  data NULL: there is none.
 * Any other failure ends it.
 */
typedef int dv_conn_object_fn(void *arg, size_t i, const void *data,
			      size_t n, struct dv_err *err);
int dv_conn_read_all(struct dv_conn *c, const struct dv_strlist *keys,
		     size_t max, dv_conn_object_fn *fn, void *arg,
		     struct dv_err *err);
/* The same of objects of several kinds, each with its own fn. */
struct dv_conn_ask {
	const char *key;
	size_t max;		/* bytes */
	dv_conn_object_fn *fn;
	void *arg;
	size_t i;		/* what fn is told */
};
int dv_conn_read_some(struct dv_conn *c, const struct dv_conn_ask *asks,
		      size_t n, struct dv_err *err);

#endif
