/* SPDX-License-Identifier: MIT */
#include "remote/net.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRIES_DEFAULT 6
#define LOW_SPEED_DEFAULT 30		/* seconds */
#define CONNECT_TIME 15
#define CONNECT_TRIES 3
#define STALLED_TRIES 3		/* a full server takes no more later, either */

int dv_net_open(struct dv_net *n, struct dv_http_opts *opts, unsigned usual,
		unsigned most, struct dv_err *err)
{
	uint64_t jobs, retries, low, rate;
	int rc;

	rc = dv_serve_jobs(n->serve, usual, most, &jobs, err);
	if (rc == 0)
		rc = dv_serve_number(n->serve, "retries", RETRIES_DEFAULT, 0,
				     100, &retries, err);
	if (rc == 0)
		rc = dv_serve_number(n->serve, "low-speed-time",
				     LOW_SPEED_DEFAULT, 1, 3600, &low, err);
	if (rc == 0)
		rc = dv_serve_number(n->serve, "limit-rate", 0, 0, INT64_MAX,
				     &rate, err);
	if (rc < 0)
		return rc;
	n->jobs = opts->jobs = (unsigned)jobs;
	n->retries = (unsigned)retries;
	opts->connect_time = CONNECT_TIME;
	opts->low_speed_time = (unsigned)low;
	opts->limit_rate = rate;
	return dv_http_open(&n->http, opts, err);
}

int dv_net_url(const struct dv_net *n, struct dv_url *u, struct dv_err *err)
{
	const char *text = dv_serve_setting(n->serve, "url");

	if (!text)
		return dv_err_set(err, DV_E_INVALID, "no URL was set");
	return dv_url_parse(u, text, err);
}

void dv_net_close(struct dv_net *n)
{
	if (!n->http)
		return;
	n->abandoned = true;
	dv_http_cancel(n->http);
	dv_http_close(n->http);
}

int dv_net_source(struct dv_net *n, const struct dv_wire_request *r)
{
	int fd = open(r->file, O_RDONLY | O_CLOEXEC);
	struct dv_err err = DV_ERR_INIT;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		dv_err_sys(&err, "cannot open '%s'", r->file);
	} else if (S_ISREG(st.st_mode) &&
		   (uint64_t)st.st_size < r->at + r->count) {
		dv_err_set(&err, DV_E_SYS, "'%s' is shorter than it was said "
			   "to be", r->file);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	dv_net_fail(n, r->id, DV_WIRE_FATAL, &err);
	return -1;
}

int dv_net_target(struct dv_net *n, const struct dv_wire_request *r)
{
	int fd = open(r->file, O_WRONLY | O_CLOEXEC);
	struct dv_err err = DV_ERR_INIT;

	if (fd < 0) {
		dv_err_sys(&err, "cannot open '%s'", r->file);
		dv_net_fail(n, r->id, DV_WIRE_FATAL, &err);
	}
	return fd;
}

/* --- answers ---------------------------------------------------------- */

void dv_net_reply(struct dv_net *n, const struct dv_wire_reply *r)
{
	n->asked--;
	if (!n->abandoned)
		dv_serve_reply(n->serve, r);
}

void dv_net_fail(struct dv_net *n, uint64_t id, enum dv_wire_class class,
		 const struct dv_err *err)
{
	n->asked--;
	if (!n->abandoned)
		dv_serve_error(n->serve, id, class, err);
}

void dv_net_tell(struct dv_net *n, const struct dv_wire_reply *r)
{
	if (!n->abandoned)
		dv_serve_reply(n->serve, r);
}

void dv_net_moved(struct dv_net *n, uint64_t id, uint64_t bytes)
{
	struct dv_wire_reply r = {
		.id = id, .kind = DV_WIRE_MOVED, .count = bytes
	};

	dv_net_tell(n, &r);
}

/* --- faults ----------------------------------------------------------- */

/*
 * curl says whom it could not connect to, and not why it tried: where that
 * is not host, "[<scheme>://]<name>[:<port>]", it is a proxy.
 */
static bool is_proxy(const char *text, const char *host)
{
	const char *slashes = strstr(host, "://");
	char name[256], ours[300];
	unsigned port;

	if (sscanf(text, "Failed to connect to %255s port %u", name, &port) != 2)
		return false;
	host = slashes ? slashes + 3 : host;
	snprintf(ours, sizeof(ours), strchr(name, ':') ? "[%s]:%u" : "%s:%u",
		 name, port);
	if (!strncmp(host, ours, strlen(ours)))
		return false;
	/* The usual port is not written. */
	*strrchr(ours, ':') = '\0';
	return strcmp(host, ours) != 0;
}

enum dv_wire_class dv_net_explain(const struct dv_http_response *r,
				  const char *host, const char *what,
				  struct dv_err *err)
{
	switch (r->fault) {
	case DV_HTTP_NOT_SENT:
		dv_err_set(err, DV_E_SYS, "cannot reach '%s'%s: %s", host,
			   is_proxy(r->text, host) ? " through the proxy that "
			   "the environment names" : "", r->text);
		return DV_WIRE_LATER;
	case DV_HTTP_BROKEN:
		if (r->stalled)
			dv_err_set(err, DV_E_SYS, "cannot %s: '%s' moved no "
				   "byte any more, as a server does that is "
				   "full or overloaded: %s", what, host,
				   r->text);
		else
			dv_err_set(err, DV_E_SYS, "cannot %s: the connection "
				   "to '%s' broke: %s", what, host, r->text);
		return DV_WIRE_LATER;
	case DV_HTTP_TLS:
		dv_err_set(err, DV_E_SYS, "no trustworthy connection to "
			   "'%s': %s", host, r->text);
		return DV_WIRE_FATAL;
	case DV_HTTP_LIED:
		dv_err_set(err, DV_E_SYS, "cannot %s: what '%s' answers makes "
			   "no sense: %s", what, host, r->text);
		return DV_WIRE_FATAL;
	default:
		dv_err_set(err, DV_E_SYS, "cannot %s: %s", what, r->text);
		return DV_WIRE_FATAL;
	}
}

bool dv_net_may_retry(const struct dv_net *n, unsigned tries,
		      const struct dv_http_response *r)
{
	return tries <= n->retries &&
	       (r->fault != DV_HTTP_NOT_SENT || tries < CONNECT_TRIES) &&
	       (!r->stalled || tries < STALLED_TRIES);
}

void dv_net_retry(struct dv_net *n, unsigned tries, const struct dv_err *err,
		  void (*fn)(void *arg), void *arg)
{
	unsigned ms = dv_http_backoff(tries);

	n->again++;
	dv_serve_note(n->serve, "try %u in %u ms: %s", tries + 1, ms,
		      err->msg);
	dv_http_after(n->http, ms, fn, arg);
}

/* --- the loop --------------------------------------------------------- */

bool dv_net_has_room(const void *b)
{
	const struct dv_net *n = b;

	return n->asked < 4 * n->jobs;
}

bool dv_net_is_busy(const void *b)
{
	const struct dv_net *n = b;

	return !n->abandoned && n->asked + dv_http_busy(n->http) > 0;
}

int dv_net_step(void *b, int fd, int timeout_ms, struct dv_err *err)
{
	struct dv_net *n = b;

	return dv_http_step(n->http, fd, timeout_ms, err);
}

void dv_net_abandon(void *b)
{
	struct dv_net *n = b;

	n->abandoned = true;
}

void dv_net_counts(const void *b, uint64_t *requests, uint64_t *retries)
{
	const struct dv_net *n = b;

	*requests = n->requests;
	*retries = n->again;
}
