/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_HTTP_H
#define DV_REMOTE_HTTP_H

/*
 * Transfers over HTTP and SFTP: many at once, in one thread, through
 * libcurl's multi interface.  The door to curl/curl.h is http-curl.h.
 *
 * A request here is one attempt.  Nothing is tried again, no redirect is
 * followed and no credential is added: who asks decides that from the
 * response.  Paths are sent as they are.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

struct dv_http;

struct dv_http_opts {
	const char *protocols;		/* "http,https" */
	unsigned jobs;			/* transfers at once */
	unsigned connect_time;		/* seconds */
	unsigned low_speed_time;	/* seconds without a byte */
	uint64_t limit_rate;		/* bytes a second, all; 0: no limit */
	const char *ca_file;		/* PEM; NULL: the system's */
	bool netrc;			/* passwords from ~/.netrc */
};

/* opts are copied.  *out is the caller's. */
int dv_http_open(struct dv_http **out, const struct dv_http_opts *opts,
		 struct dv_err *err);
/* Nothing may be under way, or its callbacks never come.  NULL is fine. */
void dv_http_close(struct dv_http *h);

/*
 * Cut off all that is under way: each request's callback comes, with a
 * fault, and timers run at once.  What these begin is cut off as well.
 */
void dv_http_cancel(struct dv_http *h);

/* Why there is no whole answer. */
enum dv_http_fault {
	DV_HTTP_NONE = 0,	/* there is one: look at status */
	DV_HTTP_NOT_SENT,	/* no name, no connection: nothing was done */
	DV_HTTP_BROKEN,		/* stalled or cut: may have been done */
	DV_HTTP_TLS,		/* not who they should be, or no TLS at all */
	DV_HTTP_LOCAL,		/* our own file could not be read or written */
	DV_HTTP_LIED,		/* more than allowed, or not what was asked */
	/* SFTP, which has no status */
	DV_HTTP_HOST_UNKNOWN,	/* the server's key is in no list of ours */
	DV_HTTP_HOST_KEY,	/* it is another one than is there */
	DV_HTTP_LOGIN,		/* we were not let in */
	DV_HTTP_MISSING,
	DV_HTTP_DENIED,
	DV_HTTP_COMMAND,	/* one of the commands failed */
	DV_HTTP_FULL
};

struct dv_http_response {
	enum dv_http_fault fault;
	char text[300];			/* of a fault: what libcurl says */
	bool stalled;			/* BROKEN, as no byte moved in time */
	int status;			/* 0 without an answer */
	struct dv_strlist headers;	/* "Name: value" */
	struct dv_buf body;		/* what did not go into a file */
	uint64_t stored;		/* bytes that went into the file */
	int64_t size;			/* of the whole object, -1 not known */
	int64_t mtime;			/* SFTP; -1 not known */
};

/* The value of the first such header, or NULL. */
const char *dv_http_header(const struct dv_http_response *r,
			   const char *name);
/* An HTTP date in seconds since 1970, -1 where it is none. */
int64_t dv_http_date(const char *text);

/* Where a Location leads from url; NULL for nowhere.  The caller frees. */
char *dv_http_join(const char *url, const char *location);

typedef void dv_http_fn(void *arg, const struct dv_http_response *r);

/* How to be let in by an SSH server. */
struct dv_http_ssh {
	const char *user;
	const char *known_hosts;
	const char *key_file;		/* NULL: the agent alone */
};

struct dv_http_request {
	char *method;			/* HTTP */
	char *url;
	struct dv_strlist headers;	/* "Name: value" */

	/* What is sent: bytes, or count bytes of file in from in_at on. */
	struct dv_buf send;
	int in;				/* -1: none */
	uint64_t in_at, in_count;
	bool upload;			/* is a body sent at all? */

	/*
	 * What is received with a status of 200 or 206: into file out from
	 * out_at on, at most max bytes of the object from its offset from
	 * on, which also holds for a server that ignores the range.  A file
	 * of -1: into body, which takes at most max (0: 64 KiB).
	 */
	int out;
	uint64_t out_at, from, max;

	/* SFTP. */
	const struct dv_http_ssh *ssh;	/* must live as long as it runs */
	struct dv_strlist before, after;	/* commands */
	bool stat_only;			/* size and mtime alone, no bytes */

	void (*moved)(void *arg, uint64_t bytes);
	dv_http_fn *fn;
	void *arg;
};

/* A request of nothing yet, its files -1. */
struct dv_http_request *dv_http_request_new(const char *method);
void dv_http_request_free(struct dv_http_request *r);

/* Begin, or wait in line to.  r is taken; fn is called once, from a step. */
void dv_http_start(struct dv_http *h, struct dv_http_request *r);

/* Call fn(arg) ms from now, from a step. */
void dv_http_after(struct dv_http *h, unsigned ms, void (*fn)(void *arg),
		   void *arg);

/* Transfers under way or in line, and timers. */
unsigned dv_http_busy(const struct dv_http *h);

/*
 * Do what can be done, waiting up to timeout_ms for something to do or
 * for fd (-1: none) to be readable.  Returns 1 if that is so, else 0.
 */
int dv_http_step(struct dv_http *h, int fd, int timeout_ms,
		 struct dv_err *err);

/*
 * One request, waiting for it.  *out must be released; nothing else may
 * be under way in h.
 */
int dv_http_ask(struct dv_http *h, struct dv_http_request *r,
		struct dv_http_response *out, struct dv_err *err);
void dv_http_response_release(struct dv_http_response *r);

/*
 * How long to wait before try n (1, 2, …) of something: twice as long
 * each time, up to 20 s, a random part of it.
 */
unsigned dv_http_backoff(unsigned n);

#endif
