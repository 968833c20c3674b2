/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/file.h"

#define MOVES_MAX 3			/* to another region or host */
#define PROGRESS (1u << 20)		/* bytes that make a try a good one */
#define CHUNK (1u << 20)

static void send_call(void *arg);

struct dv_s3_call *dv_s3_call_new(struct dv_s3 *s, const char *method,
				  const char *doing, const char *key)
{
	struct dv_s3_call *c = dv_calloc(1, sizeof(*c));

	c->s3 = s;
	c->method = method;
	c->doing = doing;
	c->key = key ? dv_strdup(key) : NULL;
	c->what = key ? dv_asprintf("%s '%s'", doing, key) :
		dv_strdup(doing);
	c->in = c->out = -1;
	return c;
}

static void free_call(struct dv_s3_call *c)
{
	free(c->what);
	free(c->key);
	free(c->host);
	free(c->asked_host);
	free(c->asked_region);
	dv_strlist_release(&c->query);
	dv_strlist_release(&c->headers);
	dv_buf_release(&c->body);
	free(c);
}

static void finish(struct dv_s3_call *c, struct dv_s3_answer *a)
{
	a->done = c->done;
	c->fn(c->arg, a);
	free_call(c);
}

static void fail(struct dv_s3_call *c, enum dv_wire_class class,
		 const struct dv_err *err)
{
	struct dv_s3_answer a = { .class = class, .err = *err };
	static const struct dv_http_response none;

	a.res = &none;
	finish(c, &a);
}

/* --- sending ---------------------------------------------------------- */

static int hash_file(struct dv_s3_call *c, struct dv_err *err)
{
	struct dv_hasher *h = dv_hasher_new(DV_ALGO_SHA256);
	char *buf = dv_malloc(CHUNK);
	struct dv_digest d;
	uint64_t at = 0;
	int rc = 0;

	while (rc == 0 && at < c->in_count) {
		uint64_t n = c->in_count - at < CHUNK ? c->in_count - at :
							CHUNK;
		ssize_t got = dv_pread_full(c->in, buf, n, c->in_at + at);

		if (got != (ssize_t)n) {
			errno = got < 0 ? errno : EIO;
			rc = dv_err_sys(err, "cannot read what is to be "
					"sent");
			break;
		}
		dv_hasher_update(h, buf, n);
		at += n;
	}
	dv_hasher_final(h, &d);
	dv_digest_hex(c->payload, &d);
	dv_hasher_free(h);
	free(buf);
	return rc;
}

/*
 * What is signed of the body.  TLS keeps a long one from being changed on
 * its way already, and hashing it twice would cost more than that.
 */
static int set_payload(struct dv_s3_call *c, struct dv_err *err)
{
	bool tls = !strcmp(c->s3->place.endpoint.scheme, "https");

	if (c->payload[0])
		return 0;
	if (c->in < 0)
		dv_sigv4_hash(c->payload, dv_buf_cstr(&c->body), c->body.len);
	else if (tls)
		snprintf(c->payload, sizeof(c->payload), "%s",
			 DV_SIGV4_UNSIGNED);
	else
		return hash_file(c, err);
	return 0;
}

static void add_range(struct dv_s3_call *c)
{
	uint64_t first = c->from + c->done;
	uint64_t last = c->from + c->count - 1;

	if (c->out >= 0)
		dv_strlist_take(&c->headers,
				dv_asprintf("Range: bytes=%" PRIu64 "-%" PRIu64,
					    first, last));
}

static void drop_range(struct dv_s3_call *c)
{
	if (c->out >= 0)
		free(c->headers.v[--c->headers.n]);
}

static int sign(struct dv_s3_call *c, struct dv_strlist *out,
		const char *host, const char *path, struct dv_err *err)
{
	const struct dv_s3_place *p = &c->s3->place;
	struct dv_sigv4_request q = {
		.kind = p->kind, .method = c->method, .host = host,
		.path = path, .query = &c->query, .headers = &c->headers,
		.payload = c->payload, .region = p->region,
		.service = p->kind == DV_SIGV4_GOOG ? "storage" : "s3",
		.when = time(NULL)
	};
	const struct dv_awscred *cred;
	struct dv_sigv4_key key;
	int rc;

	rc = dv_awsauth_get(c->s3->auth, 0, &cred, err);
	if (rc < 0)
		return rc;
	c->generation = dv_awsauth_generation(c->s3->auth);
	key = (struct dv_sigv4_key){ cred->access, cred->secret,
				     cred->token };
	dv_sigv4_sign(out, &q, &key);
	return 0;
}

static void on_moved(void *arg, uint64_t bytes)
{
	struct dv_s3_call *c = arg;

	if (c->moved)
		c->moved(c->arg, c->done + bytes);
}

static void on_response(void *arg, const struct dv_http_response *r);

static int build(struct dv_s3_call *c, struct dv_http_request *h,
		 struct dv_err *err)
{
	const struct dv_s3_place *p = &c->s3->place;
	struct dv_buf host = DV_BUF_INIT, path = DV_BUF_INIT;
	struct dv_buf url = DV_BUF_INIT;
	int rc = 0;

	if (c->host)
		dv_buf_str(&host, c->host);
	else
		dv_s3_place_host(&host, p);
	dv_s3_place_path(&path, p, c->key);
	dv_buf_printf(&url, "%s://%s", p->endpoint.scheme, host.data);
	dv_sigv4_target(&url, path.data, &c->query);

	free(c->asked_host);
	free(c->asked_region);
	c->asked_host = dv_strdup(host.data);
	c->asked_region = dv_strdup(p->region);
	add_range(c);
	for (size_t i = 0; i < c->headers.n; i++)
		dv_strlist_add(&h->headers, c->headers.v[i]);
	if (c->s3->auth)
		rc = sign(c, &h->headers, host.data, path.data, err);
	drop_range(c);
	h->url = dv_buf_detach(&url, NULL);
	dv_buf_release(&host);
	dv_buf_release(&path);
	return rc;
}

static void send_call(void *arg)
{
	struct dv_s3_call *c = arg;
	struct dv_http_request *h = dv_http_request_new(c->method);
	struct dv_err err = DV_ERR_INIT;
	int rc = set_payload(c, &err);

	if (rc == 0)
		rc = build(c, h, &err);
	if (rc < 0) {
		dv_http_request_free(h);
		fail(c, rc == -DV_E_MISSING ? DV_WIRE_AUTH : DV_WIRE_FATAL,
		     &err);
		return;
	}
	h->upload = c->has_body;
	h->in = c->in;
	h->in_at = c->in_at;
	h->in_count = c->in_count;
	dv_buf_add(&h->send, dv_buf_cstr(&c->body), c->body.len);
	h->out = c->out;
	h->out_at = c->out_at + c->done;
	h->from = c->from + c->done;
	h->max = c->out >= 0 ? c->count - c->done : c->answer_max;
	h->moved = on_moved;
	h->fn = on_response;
	h->arg = c;
	c->s3->net.requests++;
	dv_http_start(c->s3->net.http, h);
}

void dv_s3_call_start(struct dv_s3_call *c, dv_s3_fn *fn, void *arg)
{
	c->fn = fn;
	c->arg = arg;
	send_call(c);
}

/* --- what comes back -------------------------------------------------- */

static void again(struct dv_s3_call *c)
{
	c->s3->net.again++;
	dv_http_after(c->s3->net.http, 0, send_call, c);
}

/*
 * The server says which region the bucket is in: sign for that one.  Those
 * that were under way with this one are told so, too.
 */
static bool move_region(struct dv_s3_call *c,
			const struct dv_http_response *r,
			const struct dv_s3_error *e)
{
	const char *region = dv_http_header(r, "x-amz-bucket-region");

	if (!region)
		region = e->region;
	if ((r->status != 301 && r->status != 307 && r->status != 400 &&
	     r->status != 403) || !*region ||
	    !strcmp(region, c->asked_region) || c->moves >= MOVES_MAX)
		return false;
	c->moves++;
	if (strcmp(region, c->s3->place.region)) {
		dv_s3_place_move(&c->s3->place, region);
		dv_serve_note(c->s3->net.serve, "the bucket is in region '%s'",
			      c->s3->place.region);
	}
	again(c);
	return true;
}

/*
 * Redirected to another of AWS's hosts, as a new bucket is for a while.
 * It is AWS that we have credentials for; nobody else is followed.
 */
static bool move_host(struct dv_s3_call *c, const struct dv_http_response *r,
		      const struct dv_s3_error *e)
{
	static const char ours[] = ".amazonaws.com";
	size_t n = strlen(e->endpoint), m = strlen(ours);
	const char *s = e->endpoint;

	if (r->status != 307 || !c->s3->place.aws || n <= m ||
	    c->moves >= MOVES_MAX || strcmp(s + n - m, ours) ||
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") != n)
		return false;
	/* A host that begins with the bucket's name, or none at all. */
	if (c->s3->place.path_style ||
	    strncmp(s, c->s3->place.bucket, strlen(c->s3->place.bucket)))
		return false;
	c->moves++;
	free(c->host);
	c->host = dv_strdup(s);
	again(c);
	return true;
}

static bool is_expired(const struct dv_s3_error *e)
{
	return !strcmp(e->code, "ExpiredToken") ||
	       !strcmp(e->code, "ExpiredTokenException") ||
	       !strcmp(e->code, "RequestExpired") ||
	       !strcmp(e->code, "TokenRefreshRequired");
}

/*
 * Refused as expired: get new credentials, once; those that another call
 * has got meanwhile are as good.
 */
static bool renew(struct dv_s3_call *c, const struct dv_s3_error *e)
{
	const struct dv_awscred *cred;
	struct dv_err err = DV_ERR_INIT;
	unsigned had;

	if (c->renewed || !c->s3->auth || !is_expired(e))
		return false;
	c->renewed = true;
	had = dv_awsauth_generation(c->s3->auth);
	if (dv_awsauth_get(c->s3->auth, c->generation, &cred, &err) < 0)
		return false;
	if (dv_awsauth_generation(c->s3->auth) != had)
		dv_serve_note(c->s3->net.serve, "the credentials had expired; "
			      "new ones from: %s",
			      dv_awsauth_source(c->s3->auth));
	again(c);
	return true;
}

/* A whole answer that is short of what there is, is none. */
static bool is_short(const struct dv_s3_call *c,
		     const struct dv_http_response *r)
{
	uint64_t size = (uint64_t)r->size, want;

	if (c->out < 0 || r->size < 0)
		return false;
	want = size > c->from ? size - c->from : 0;
	return c->done < (want < c->count ? want : c->count);
}

static void on_response(void *arg, const struct dv_http_response *r)
{
	struct dv_s3_call *c = arg;
	struct dv_s3_answer a = { .class = DV_WIRE_OK, .res = r };
	struct dv_http_response cut;

	c->done += r->stored;
	if (r->stored >= PROGRESS)
		c->tries = 0;
	if (!r->fault && r->status >= 200 && r->status < 300) {
		if (!is_short(c, r)) {
			finish(c, &a);
			return;
		}
		cut = *r;
		cut.fault = DV_HTTP_BROKEN;
		snprintf(cut.text, sizeof(cut.text), "the answer was cut");
		r = &cut;
	}
	if (!r->fault)
		dv_s3xml_parse_error(&a.error, dv_buf_cstr(&r->body),
				     r->body.len);
	if (!r->fault && (move_region(c, r, &a.error) ||
			  move_host(c, r, &a.error) || renew(c, &a.error)))
		return;
	dv_s3_explain(c, r, &a);
	c->tries++;
	if (a.class == DV_WIRE_LATER &&
	    (!c->s3->net.abandoned || c->cleans) &&
	    dv_net_may_retry(&c->s3->net, c->tries, r))
		dv_net_retry(&c->s3->net, c->tries, &a.err, send_call, c);
	else
		finish(c, &a);
}
