/* SPDX-License-Identifier: MIT */
#include "remote/web.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "remote/net.h"
#include "remote/url.h"

#define JOBS_DEFAULT 8
#define JOBS_MAX 64
#define HOPS_MAX 5			/* redirects of one request */
#define PROGRESS (1u << 20)		/* bytes that make a try a good one */

struct web {
	struct dv_net net;
	char *base;			/* no '/' at its end */
};

/* A request being answered. */
struct op {
	struct web *w;
	uint64_t id;
	enum dv_wire_verb verb;
	char *key;
	char *url;			/* where it is asked for by now */
	int file;
	uint64_t at, from, count, done;
	unsigned tries, hops;
};

/* --- answers ---------------------------------------------------------- */

static void end(struct op *o)
{
	if (o->file >= 0)
		close(o->file);
	free(o->key);
	free(o->url);
	free(o);
}

static void fail(struct op *o, enum dv_wire_class class,
		 const struct dv_err *err)
{
	dv_net_fail(&o->w->net, o->id, class, err);
	end(o);
}

static void succeed(struct op *o, const struct dv_http_response *r)
{
	struct dv_wire_reply reply = {
		.id = o->id, .size = r->size, .count = o->done
	};

	if (o->verb == DV_WIRE_GET) {
		reply.kind = DV_WIRE_GOT;
	} else {
		reply.kind = DV_WIRE_IS;
		reply.modified = dv_http_date(dv_http_header(r,
							"last-modified"));
		reply.now = dv_http_date(dv_http_header(r, "date"));
	}
	dv_net_reply(&o->w->net, &reply);
	end(o);
}

static const char *verb_of(const struct op *o)
{
	return o->verb == DV_WIRE_GET ? "read" : "look at";
}

/* "https://host": the path may be long, and is in the key. */
static void origin_of(struct dv_buf *out, const char *url)
{
	struct dv_err unsaid = DV_ERR_INIT;
	struct dv_url u = DV_URL_INIT;

	if (dv_url_parse(&u, url, &unsaid) == 0)
		dv_url_origin(out, &u);
	else
		dv_buf_str(out, "a URL that makes no sense");
	dv_url_release(&u);
}

static enum dv_wire_class explain_status(const struct op *o, int status,
					 const char *origin,
					 struct dv_err *err)
{
	switch (status) {
	case 407:
		dv_err_set(err, DV_E_SYS, "the proxy on the way to '%s' wants "
			   "a password (HTTP 407)", origin);
		return DV_WIRE_AUTH;
	case 401:
		dv_err_set(err, DV_E_SYS, "'%s' wants a password for '%s' "
			   "(HTTP %d); one can be in ~/.netrc", origin,
			   o->key, status);
		return DV_WIRE_AUTH;
	case 403:
		dv_err_set(err, DV_E_SYS, "not allowed to %s '%s': HTTP 403",
			   verb_of(o), o->key);
		return DV_WIRE_DENIED;
	case 404:
	case 410:
		dv_err_set(err, DV_E_MISSING, "cannot %s '%s': there is no "
			   "such file at '%s': HTTP %d", verb_of(o), o->key,
			   origin, status);
		return DV_WIRE_MISSING;
	default:
		dv_err_set(err, DV_E_SYS, "cannot %s '%s': '%s' answers "
			   "HTTP %d", verb_of(o), o->key, origin, status);
		return status >= 500 || status == 429 || status == 408 ?
			DV_WIRE_LATER : DV_WIRE_FATAL;
	}
}

static enum dv_wire_class explain(const struct op *o,
				  const struct dv_http_response *r,
				  struct dv_err *err)
{
	char *what = dv_asprintf("%s '%s'", verb_of(o), o->key);
	struct dv_buf origin = DV_BUF_INIT;
	enum dv_wire_class class;

	origin_of(&origin, o->url);
	class = r->fault ? dv_net_explain(r, origin.data, what, err) :
			   explain_status(o, r->status, origin.data, err);
	dv_buf_release(&origin);
	free(what);
	return class;
}

/* --- requests --------------------------------------------------------- */

static void on_response(void *arg, const struct dv_http_response *r);

static void on_moved(void *arg, uint64_t bytes)
{
	struct op *o = arg;

	dv_net_moved(&o->w->net, o->id, o->done + bytes);
}

static void send_op(void *arg)
{
	struct op *o = arg;
	struct dv_http_request *h =
		dv_http_request_new(o->file >= 0 ? "GET" : "HEAD");

	h->url = dv_strdup(o->url);
	if (o->file >= 0) {
		h->out = o->file;
		h->out_at = o->at + o->done;
		h->from = o->from + o->done;
		h->max = o->count - o->done;
		h->moved = on_moved;
		dv_strlist_take(&h->headers,
				dv_asprintf("Range: bytes=%" PRIu64 "-%" PRIu64,
					    h->from, o->from + o->count - 1));
	}
	h->fn = on_response;
	h->arg = o;
	o->w->net.requests++;
	dv_http_start(o->w->net.http, h);
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

/* Go where we are sent; 0 if so. */
static int follow(struct op *o, const struct dv_http_response *r,
		  struct dv_err *err)
{
	const char *to = dv_http_header(r, "location");
	char *url = to ? dv_http_join(o->url, to) : NULL;
	struct dv_buf origin = DV_BUF_INIT;
	int rc = 0;

	origin_of(&origin, o->url);
	if (!url || (strncmp(url, "https://", 8) &&
		     strncmp(url, "http://", 7)))
		rc = dv_err_set(err, DV_E_SYS, "cannot %s '%s': '%s' "
				"redirects to nowhere", verb_of(o), o->key,
				origin.data);
	else if (!strncmp(o->url, "https://", 8) &&
		 !strncmp(url, "http://", 7))
		rc = dv_err_set(err, DV_E_SYS, "cannot %s '%s': '%s' "
				"redirects from https to http, which is not "
				"followed", verb_of(o), o->key, origin.data);
	else if (++o->hops > HOPS_MAX)
		rc = dv_err_set(err, DV_E_SYS, "cannot %s '%s': '%s' "
				"redirects more than %d times", verb_of(o),
				o->key, origin.data, HOPS_MAX);
	dv_buf_release(&origin);
	if (rc < 0) {
		free(url);
		return rc;
	}
	free(o->url);
	o->url = url;
	send_op(o);
	return 0;
}

/* A whole answer that is short of what there is, is none. */
static bool is_short(const struct op *o, const struct dv_http_response *r)
{
	uint64_t size = (uint64_t)r->size, want;

	if (o->file < 0 || r->size < 0)
		return false;
	want = size > o->from ? size - o->from : 0;
	return o->done < (want < o->count ? want : o->count);
}

static void refuse(struct op *o, const struct dv_http_response *r)
{
	struct dv_err err = DV_ERR_INIT;
	enum dv_wire_class class = explain(o, r, &err);

	o->tries++;
	if (class == DV_WIRE_LATER && !o->w->net.abandoned &&
	    dv_net_may_retry(&o->w->net, o->tries, r))
		dv_net_retry(&o->w->net, o->tries, &err, send_op, o);
	else
		fail(o, class, &err);
}

static void on_response(void *arg, const struct dv_http_response *r)
{
	struct op *o = arg;
	struct dv_err err = DV_ERR_INIT;
	struct dv_http_response cut;

	o->done += r->stored;
	if (r->stored >= PROGRESS)
		o->tries = 0;
	if (!r->fault && is_redirect(r->status)) {
		if (follow(o, r, &err) < 0)
			fail(o, DV_WIRE_FATAL, &err);
	} else if (!r->fault && r->status == 416 && o->file >= 0) {
		succeed(o, r);
	} else if (!r->fault && (r->status == 200 || r->status == 206)) {
		if (!is_short(o, r)) {
			succeed(o, r);
			return;
		}
		cut = *r;
		cut.fault = DV_HTTP_BROKEN;
		snprintf(cut.text, sizeof(cut.text), "the answer was cut");
		refuse(o, &cut);
	} else {
		refuse(o, r);
	}
}

static void ask(void *b, const struct dv_wire_request *r)
{
	bool fills = r->verb == DV_WIRE_GET && r->count;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf url = DV_BUF_INIT;
	struct web *w = b;
	struct op *o;
	int file = -1;

	w->net.asked++;
	if (r->verb != DV_WIRE_GET && r->verb != DV_WIRE_HEAD) {
		dv_err_set(&err, DV_E_UNSUPPORTED, "a web server is a remote "
			   "that can only be read, and has no lists");
		dv_net_fail(&w->net, r->id, DV_WIRE_UNSUPPORTED, &err);
		return;
	}
	if (fills)
		file = dv_net_target(&w->net, r);
	if (fills && file < 0)
		return;
	o = dv_calloc(1, sizeof(*o));
	o->w = w;
	o->id = r->id;
	o->verb = r->verb;
	o->key = dv_strdup(r->key);
	o->file = file;
	o->at = r->at;
	o->from = r->off;
	o->count = r->count;
	dv_buf_printf(&url, "%s/", w->base);
	dv_url_encode(&url, r->key, strlen(r->key), "/");
	o->url = dv_buf_detach(&url, NULL);
	send_op(o);
}

/* --- opening ---------------------------------------------------------- */

static int set_base(struct web *w, struct dv_err *err)
{
	struct dv_url u = DV_URL_INIT;
	struct dv_buf b = DV_BUF_INIT;
	size_t n;
	int rc = dv_net_url(&w->net, &u, err);

	if (rc == 0 && ((strcmp(u.scheme, "http") &&
			 strcmp(u.scheme, "https")) || !u.host[0] || u.user))
		rc = dv_err_set(err, DV_E_INVALID, "the remote's URL is not "
				"http[s]://<host>/<path>");
	if (rc == 0)
		rc = dv_url_check_own(&u, err);
	if (rc == 0) {
		n = strlen(u.path);
		while (n && u.path[n - 1] == '/')
			n--;
		dv_url_origin(&b, &u);
		dv_buf_add(&b, u.path, n);
		w->base = dv_buf_detach(&b, NULL);
	}
	dv_url_release(&u);
	return rc;
}

static const char *ca_file(void)
{
	const char *v = getenv("CURL_CA_BUNDLE");

	if (!v || !*v)
		v = getenv("SSL_CERT_FILE");
	return v && *v ? v : NULL;
}

static int open_http(struct web *w, struct dv_err *err)
{
	const char *none = dv_serve_setting(w->net.serve, "credentials");
	struct dv_http_opts opts = {
		.protocols = "http,https",
		.netrc = !none || strcmp(none, "none"), .ca_file = ca_file()
	};

	return dv_net_open(&w->net, &opts, JOBS_DEFAULT, JOBS_MAX, err);
}

static void close_web(void *b)
{
	struct web *w = b;

	dv_net_close(&w->net);
	free(w->base);
}

static int open_web(void *b, struct dv_serve *serve,
		    enum dv_wire_class *class, struct dv_err *err)
{
	struct web *w = b;
	int rc;

	(void)class;
	w->net.serve = serve;
	rc = set_base(w, err);
	if (rc == 0)
		rc = open_http(w, err);
	if (rc < 0)
		return rc;
	dv_serve_can(serve, "write", "no");
	dv_serve_can(serve, "list", "no");
	dv_serve_can(serve, "create", "no");
	dv_serve_info(serve, "endpoint", "%s", w->base);
	return 0;
}

const struct dv_backend dv_web_backend = {
	sizeof(struct web), open_web, close_web, ask, dv_net_has_room,
	dv_net_is_busy, dv_net_step, dv_net_abandon, dv_net_counts
};
