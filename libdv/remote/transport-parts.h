/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_TRANSPORT_PARTS_H
#define DV_REMOTE_TRANSPORT_PARTS_H

/*
 * What transport.c (the loop), transport-ask.c, transport-answer.c,
 * transport-start.c and transport-find.c (which program), which together
 * are transport.h, share.
 */

#include "base/buf.h"
#include "base/proc.h"
#include "remote/linein.h"
#include "remote/transport.h"

/* A request that was made and not answered. */
struct dv_transport_job {
	uint64_t id;
	enum dv_wire_verb verb;
	const char *refused;		/* not sent: why; static text */
	uint64_t count;			/* get, put: bytes asked for */
	uint64_t moved;			/* bytes reported so far */
	unsigned limit, items;		/* list */
	char *prefix, *last;		/* list */
	dv_transport_item_fn *item;
	dv_transport_fn *fn;
	void *arg;
};

struct dv_transport_timer {
	int64_t due;
	void (*fn)(void *arg);
	void *arg;
};

struct dv_transport {
	char *name, *program, *tmp;
	struct dv_child child;
	struct dv_linein in;
	struct dv_buf to;		/* not yet sent */
	size_t sent;			/* bytes of it that were */
	struct dv_transport_caps caps;
	struct dv_progress *progress;
	dv_transport_note_fn *note;
	void *note_arg;

	struct dv_transport_job *jobs;
	size_t n_jobs, cap_jobs;
	struct dv_transport_timer *timers;
	size_t n_timers, cap_timers;
	uint64_t last_id;
	struct dv_err broken;		/* code set: the helper is gone */
};

/* Milliseconds of a clock that only goes forward. */
int64_t dv_transport_clock(void);

/*
 * Send what can be sent and read what is there, waiting up to timeout_ms
 * for either.  A failure: the helper has gone.
 */
int dv_transport_exchange(struct dv_transport *t, int timeout_ms,
			  struct dv_err *err);

/* Deal with every whole line that is here; run callbacks. */
int dv_transport_take_lines(struct dv_transport *t, struct dv_err *err);

/* Answer the requests that were never sent. */
void dv_transport_answer_refused(struct dv_transport *t);
/* Everything that is in flight, once the helper is of no use. */
void dv_transport_answer_all(struct dv_transport *t);

/* The program to run: a path, or a name that is looked up in PATH. */
char *dv_transport_program(const char *exec_path, const char *scheme);
/* Fail because it is not there: DV_E_MISSING. */
int dv_transport_no_helper(const char *scheme, struct dv_err *err);

/* Put "remote '<name>': " in front. */
int dv_transport_blame(const struct dv_transport *t, struct dv_err *err);

/* Fail with "'dv-remote-x' broke the protocol: <err>". */
int dv_transport_broke(const struct dv_transport *t, struct dv_err *err);

#endif
