/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_TRANSPORT_H
#define DV_REMOTE_TRANSPORT_H

/*
 * A remote through its helper program, dv-remote-<scheme>: five verbs on
 * keys, many requests in flight, answers in any order.  The protocol is
 * dv-protocol-transport(5).
 *
 * A handle is for one thread.  Requests are made at any time, also from
 * a callback, and never wait; callbacks run inside dv_transport_step()
 * and what calls it.  To keep n requests in flight:
 *
 *	while (there is more to do) {
 *		rc = dv_transport_wait(t, n, err);
 *		if (rc < 0)
 *			break;
 *		dv_transport_get(t, …, done, &job);
 *	}
 *	rc = dv_transport_wait(t, 1, err);
 *
 * The helper is not believed: what it says is parsed strictly, and one
 * that breaks the protocol is killed.  Each request is answered exactly
 * once all the same.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/strlist.h"
#include "remote/wire.h"

struct dv_transport;

/* What a helper tells for people: a retry, another region. */
typedef void dv_transport_note_fn(void *arg, const char *text);

struct dv_transport_opts {
	const char *name;	/* the remote's, for messages */
	const char *url;
	const char *exec_path;	/* looked into first; may be NULL */
	const char *tmp;	/* a directory for small bodies; may be NULL */
	bool anonymous;		/* use no credentials whatever there are */
	unsigned jobs;		/* transfers at once; 0: helper's choice */
	uint64_t limit_rate;	/* bytes a second; 0: no limit */
	const char *const *set;	/* more settings, "name=value", or NULL */
	struct dv_progress *progress;	/* bytes are added as they move */
	dv_transport_note_fn *note;
	void *note_arg;
};

/* Whether create-if-absent is honoured. */
enum dv_transport_create {
	DV_TRANSPORT_CREATE_NO,
	DV_TRANSPORT_CREATE_PROBE,	/* only a second create can tell */
	DV_TRANSPORT_CREATE_YES
};

struct dv_transport_caps {
	bool write;
	bool list;		/* no more once one was refused */
	enum dv_transport_create create;
	uint64_t max_put;	/* bytes of an object */
	uint64_t max_create;	/* bytes of one put with the condition */
	struct dv_strlist info;	/* "name=text", for `dv remote test` */
};

/*
 * Start the helper for opts->url and shake hands.  *out is the caller's.
 * Everything in opts but note_arg is copied.  DV_E_MISSING where there is
 * no such helper, DV_E_UNSUPPORTED where it speaks another version;
 * where it refuses the URL or has no credentials its own sentence.
 */
int dv_transport_open(struct dv_transport **out,
		      const struct dv_transport_opts *opts,
		      struct dv_err *err);

/*
 * Is there a helper for scheme?  DV_E_MISSING says where one would be
 * looked for.
 */
int dv_transport_check_scheme(const char *exec_path, const char *scheme,
			      struct dv_err *err);

/*
 * End the helper.  With nothing in flight it is asked to, else its work is
 * cut off and the requests are not answered any more.  NULL is fine.
 */
void dv_transport_close(struct dv_transport *t);

const struct dv_transport_caps *dv_transport_caps(const struct dv_transport *t);
const char *dv_transport_name(const struct dv_transport *t);
/* opts->tmp, or NULL. */
const char *dv_transport_tmp(const struct dv_transport *t);

/* What became of a request.  Borrowed for the time of the callback. */
struct dv_transport_result {
	enum dv_wire_class class;
	uint64_t count;			/* get: bytes that were written */
	int64_t size, modified, now;	/* head; size: get; -1 not known */
	bool more;			/* list: there are more entries */
	const struct dv_err *err;	/* "remote '<name>': <sentence>" where
					   class is not DV_WIRE_OK */
};
typedef void dv_transport_fn(void *arg, const struct dv_transport_result *r);
/* An entry of a list, in order; size and modified -1 where not known. */
typedef void dv_transport_item_fn(void *arg, const char *key, int64_t size,
				  int64_t modified);

/*
 * Bytes off .. off+count of an object into the existing file at its offset
 * at.  Where the object ends before that, r->count is what there is, 0
 * behind its end; never more than count are written.  After a failure
 * that part of the file holds anything.
 */
void dv_transport_get(struct dv_transport *t, const char *key, uint64_t off,
		      uint64_t count, const char *file, uint64_t at,
		      dv_transport_fn *fn, void *arg);

/*
 * An object of count bytes from the file at at; it is there as a whole or
 * not at all.  absent: only where there is none (DV_WIRE_EXISTS); then
 * DV_WIRE_UNKNOWN says that it may have been made, by us, and that only
 * reading it back can tell.  Without absent one that is there is replaced
 * and asking again does no harm.
 */
void dv_transport_put(struct dv_transport *t, const char *key,
		      const char *file, uint64_t at, uint64_t count,
		      bool absent, dv_transport_fn *fn, void *arg);

/* Size, when it was made, and the time there now, in seconds since 1970. */
void dv_transport_head(struct dv_transport *t, const char *key,
		       dv_transport_fn *fn, void *arg);

/*
 * At most limit keys that begin with prefix and come behind after (either
 * may be ""), ascending as unsigned bytes.
 */
void dv_transport_list(struct dv_transport *t, const char *prefix,
		       const char *after, unsigned limit,
		       dv_transport_item_fn *item, dv_transport_fn *fn,
		       void *arg);

/* One that is not there counts as deleted. */
void dv_transport_delete(struct dv_transport *t, const char *key,
			 dv_transport_fn *fn, void *arg);

/* Call fn(arg) from a step, ms from now.  Counts as in flight. */
void dv_transport_after(struct dv_transport *t, unsigned ms,
			void (*fn)(void *arg), void *arg);

/* Requests made and not answered yet. */
unsigned dv_transport_in_flight(const struct dv_transport *t);

/*
 * Wait up to timeout_ms (-1: no limit) for answers and run their
 * callbacks.  Returns how many are in flight.  Fails where the helper
 * ended or lied; every request has been answered then.
 */
int dv_transport_step(struct dv_transport *t, int timeout_ms,
		      struct dv_err *err);

/* Step until fewer than below are in flight. */
int dv_transport_wait(struct dv_transport *t, unsigned below,
		      struct dv_err *err);

/* How many requests the helper was sent so far. */
uint64_t dv_transport_requests(const struct dv_transport *t);

#endif
