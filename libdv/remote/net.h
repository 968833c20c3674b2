/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_NET_H
#define DV_REMOTE_NET_H

/*
 * What the backends have in common whose transfers go through http.h:
 * their settings, what is under way, and when to try again.  It is the
 * first member of each one's state, so that the functions of struct
 * dv_backend that are here serve all of them.
 */

#include <stdbool.h>
#include <stdint.h>

#include "remote/backend.h"
#include "remote/http.h"
#include "remote/url.h"

struct dv_net {
	struct dv_serve *serve;
	struct dv_http *http;
	unsigned jobs, retries;
	unsigned asked;			/* requests not answered */
	uint64_t requests, again;	/* of the server's */
	bool abandoned;			/* nobody waits for answers */
};

/*
 * Start transfers as opts and the settings jobs (most at most, usual where
 * it is not set), retries, low-speed-time and limit-rate say.
 * n->serve must be set.  DV_E_INVALID names a setting that is no good.
 */
int dv_net_open(struct dv_net *n, struct dv_http_opts *opts, unsigned usual,
		unsigned most, struct dv_err *err);
/* The URL that was set; u is an initialised one. */
int dv_net_url(const struct dv_net *n, struct dv_url *u, struct dv_err *err);
/* Cut off what is under way, without an answer.  One not open is fine. */
void dv_net_close(struct dv_net *n);

/*
 * The file that a put sends, with all its bytes, and the one that a get
 * fills; -1 where the request was answered, as there is none.
 */
int dv_net_source(struct dv_net *n, const struct dv_wire_request *r);
int dv_net_target(struct dv_net *n, const struct dv_wire_request *r);

/* Answer request id, and count it as answered. */
void dv_net_reply(struct dv_net *n, const struct dv_wire_reply *r);
void dv_net_fail(struct dv_net *n, uint64_t id, enum dv_wire_class class,
		 const struct dv_err *err);
/* A reply that is not the last one. */
void dv_net_tell(struct dv_net *n, const struct dv_wire_reply *r);
/* So many bytes of request id have been moved by now. */
void dv_net_moved(struct dv_net *n, uint64_t id, uint64_t bytes);

/*
 * What a fault of the connection means: a class, and a sentence.  what is
 * "read 'a/b'".
 */
enum dv_wire_class dv_net_explain(const struct dv_http_response *r,
				  const char *host, const char *what,
				  struct dv_err *err);
/* Are tries that ended like r few enough for one more? */
bool dv_net_may_retry(const struct dv_net *n, unsigned tries,
		      const struct dv_http_response *r);
/* Call fn(arg), try number tries + 1, after a pause; err is told as why. */
void dv_net_retry(struct dv_net *n, unsigned tries, const struct dv_err *err,
		  void (*fn)(void *arg), void *arg);

/* For struct dv_backend; b begins with a struct dv_net. */
bool dv_net_has_room(const void *b);
bool dv_net_is_busy(const void *b);
int dv_net_step(void *b, int fd, int timeout_ms, struct dv_err *err);
void dv_net_abandon(void *b);
void dv_net_counts(const void *b, uint64_t *requests, uint64_t *retries);

#endif
