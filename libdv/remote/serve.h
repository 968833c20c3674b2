/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_SERVE_H
#define DV_REMOTE_SERVE_H

/*
 * The helper's side of the transport protocol, dv-protocol-transport(5):
 * requests in from a descriptor, replies out to another.
 *
 * One thread reads; any thread may reply.  A reply goes out at once; once
 * one could not, dv_serve_lost() is true and the others go nowhere: the
 * helper has nobody to work for.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "remote/wire.h"

#define DV_SERVE_SETTINGS_MAX 64

struct dv_serve;

/*
 * Do not die of Ctrl-C, or of a terminal that closes, which come to the
 * client as well, nor of its closing the pipe: the end of our input says
 * that it is gone, and there may be something to clean up.  SIGTERM leaves
 * 15 seconds for that.
 */
void dv_serve_outlive(void);

/*
 * Read what comes up to "start", waiting for it.  *out is the caller's.
 * DV_E_UNSUPPORTED where the client speaks no version that we do (it has
 * been told), DV_E_MISSING where it went away, DV_E_FORMAT.
 */
int dv_serve_open(struct dv_serve **out, int in, int to, struct dv_err *err);
void dv_serve_free(struct dv_serve *s);

/* A setting, or NULL; borrowed. */
const char *dv_serve_setting(const struct dv_serve *s, const char *name);
/*
 * A setting that is a whole number from min to max, def where there is
 * none.  DV_E_INVALID names it.
 */
int dv_serve_number(const struct dv_serve *s, const char *name, uint64_t def,
		    uint64_t min, uint64_t max, uint64_t *out,
		    struct dv_err *err);
/* The setting jobs, usual where it is not set; more than most is most. */
int dv_serve_jobs(const struct dv_serve *s, uint64_t usual, uint64_t most,
		  uint64_t *out, struct dv_err *err);


/* What comes between "start" and "ready". */
void dv_serve_can(struct dv_serve *s, const char *name, const char *value);
void dv_serve_info(struct dv_serve *s, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void dv_serve_ready(struct dv_serve *s);
/* In place of it, or at any time later: the session ends with err. */
void dv_serve_refuse(struct dv_serve *s, enum dv_wire_class class,
		     const struct dv_err *err);

enum dv_serve_event {
	DV_SERVE_NONE,		/* nothing now */
	DV_SERVE_REQUEST,	/* *r is one */
	DV_SERVE_QUIT,		/* finish what was begun, then say bye */
	DV_SERVE_GONE		/* nobody is there any more: stop now */
};

/* For poll(2), while dv_serve_next() answers NONE. */
int dv_serve_fd(const struct dv_serve *s);
/*
 * What comes next; NONE only where wait is not set.  A line that is not
 * allowed fails with DV_E_FORMAT: refuse, and end.
 */
int dv_serve_next(struct dv_serve *s, bool wait, struct dv_wire_request *r,
		  struct dv_err *err);

void dv_serve_reply(struct dv_serve *s, const struct dv_wire_reply *r);
void dv_serve_done(struct dv_serve *s, uint64_t id);
void dv_serve_error(struct dv_serve *s, uint64_t id, enum dv_wire_class class,
		    const struct dv_err *err);
/* For people who watch: a retry, another region. */
void dv_serve_note(struct dv_serve *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The last word after QUIT. */
void dv_serve_bye(struct dv_serve *s, uint64_t requests, uint64_t retries);

bool dv_serve_lost(const struct dv_serve *s);

#endif
