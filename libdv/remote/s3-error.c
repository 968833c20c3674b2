/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What a code of S3's means to a caller. */
struct meaning {
	const char *code;
	enum dv_wire_class class;
};

static const struct meaning meanings[] = {
	{ "NoSuchKey", DV_WIRE_MISSING },
	{ "NoSuchBucket", DV_WIRE_FATAL },
	{ "NoSuchUpload", DV_WIRE_MISSING },
	{ "PreconditionFailed", DV_WIRE_EXISTS },
	{ "AccessDenied", DV_WIRE_DENIED },
	{ "AllAccessDisabled", DV_WIRE_DENIED },
	{ "InvalidAccessKeyId", DV_WIRE_AUTH },
	{ "SignatureDoesNotMatch", DV_WIRE_AUTH },
	{ "InvalidToken", DV_WIRE_AUTH },
	{ "InvalidTokenId", DV_WIRE_AUTH },
	{ "ExpiredToken", DV_WIRE_AUTH },
	{ "ExpiredTokenException", DV_WIRE_AUTH },
	{ "TokenRefreshRequired", DV_WIRE_AUTH },
	{ "RequestExpired", DV_WIRE_AUTH },
	{ "RequestTimeTooSkewed", DV_WIRE_AUTH },
	{ "NotImplemented", DV_WIRE_UNSUPPORTED },
	{ "RequestTimeout", DV_WIRE_LATER },
	{ "SlowDown", DV_WIRE_LATER },
	{ "OperationAborted", DV_WIRE_LATER },
	{ "ConditionalRequestConflict", DV_WIRE_LATER },
	{ "InternalError", DV_WIRE_LATER },
	{ "ServiceUnavailable", DV_WIRE_LATER },
	{ "QuotaExceeded", DV_WIRE_FATAL },
};

static enum dv_wire_class class_of(int status, const char *code)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (!strcmp(code, meanings[i].code))
			return meanings[i].class;
	switch (status) {
	case 401:
		return DV_WIRE_AUTH;
	case 403:
		return DV_WIRE_DENIED;
	case 404:
		return DV_WIRE_MISSING;
	case 412:
		return DV_WIRE_EXISTS;
	case 501:
		return DV_WIRE_UNSUPPORTED;
	case 409:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return DV_WIRE_LATER;
	default:
		return DV_WIRE_FATAL;
	}
}

/* "HTTP 403 AccessDenied: what they say (request id x)" */
static void what_was_said(char *out, size_t size,
			  const struct dv_http_response *r,
			  const struct dv_s3_error *e)
{
	const char *id = dv_http_header(r, "x-amz-request-id");

	if (!id)
		id = dv_http_header(r, "x-guploader-uploadid");
	if (!id)
		id = e->request_id;
	snprintf(out, size, "HTTP %d%s%s%s%.300s%s%.200s%s", r->status,
		 *e->code ? " " : "", e->code, *e->message ? ": " : "",
		 e->message, *id ? " (request id " : "", id, *id ? ")" : "");
}

static const char *source(const struct dv_s3_call *c)
{
	return c->s3->auth ? dv_awsauth_source(c->s3->auth) : "none";
}

/* Ceph does not tell an unknown key from one that may not. */
static bool may_be_wrong(const struct dv_s3_call *c)
{
	return c->s3->auth && !c->s3->place.aws && !c->s3->place.google;
}

static void explain_clock(const struct dv_http_response *r, const char *said,
			  struct dv_err *err)
{
	int64_t there = dv_http_date(dv_http_header(r, "date"));
	int64_t off = there < 0 ? 0 : (int64_t)time(NULL) - there;

	dv_err_set(err, DV_E_SYS, "the clock of this machine is %" PRId64
		   " seconds %s the server's; set it right: %s",
		   off < 0 ? -off : off, off < 0 ? "behind" : "before",
		   said);
}

static void explain_auth(const struct dv_s3_call *c,
			 const struct dv_http_response *r,
			 const struct dv_s3_error *e, const char *said,
			 const char *host, struct dv_err *err)
{
	if (!strcmp(e->code, "RequestTimeTooSkewed"))
		explain_clock(r, said, err);
	else if (!strcmp(e->code, "InvalidAccessKeyId"))
		dv_err_set(err, DV_E_SYS, "'%s' does not know the access key "
			   "(from: %s): %s", host, source(c), said);
	else if (!strcmp(e->code, "SignatureDoesNotMatch"))
		dv_err_set(err, DV_E_SYS, "the secret key does not belong to "
			   "the access key (from: %s): %s", source(c), said);
	else if (strstr(e->code, "Expired") ||
		 !strcmp(e->code, "TokenRefreshRequired"))
		dv_err_set(err, DV_E_SYS, "the session token has expired "
			   "(from: %s): %s", source(c), said);
	else if (strstr(e->code, "Token"))
		dv_err_set(err, DV_E_SYS, "'%s' does not take the session "
			   "token (from: %s): %s", host, source(c), said);
	else
		dv_err_set(err, DV_E_SYS, "'%s' does not know who we are "
			   "(credentials from: %s): %s", host, source(c),
			   said);
}

/* Where it would send us, without what a URL may have in it. */
static void explain_redirect(const struct dv_s3_call *c,
			     const struct dv_http_response *r,
			     const char *said, const char *host,
			     struct dv_err *err)
{
	const char *to = dv_http_header(r, "location");
	struct dv_err unsaid = DV_ERR_INIT;
	struct dv_url u = DV_URL_INIT;
	struct dv_buf origin = DV_BUF_INIT;

	if (to && !dv_url_parse(&u, to, &unsaid))
		dv_url_origin(&origin, &u);
	if (origin.len)
		dv_err_set(err, DV_E_SYS, "cannot %s: '%s' redirects to '%s', "
			   "where it is not followed; if that is where the "
			   "bucket is, say so with endpoint=: %s", c->what,
			   host, origin.data, said);
	else
		dv_err_set(err, DV_E_SYS, "cannot %s: '%s' redirects to "
			   "elsewhere: %s", c->what, host, said);
	dv_url_release(&u);
	dv_buf_release(&origin);
}

static void explain_status(const struct dv_s3_call *c,
			   const struct dv_http_response *r,
			   struct dv_s3_answer *a)
{
	const struct dv_s3_error *e = &a->error;
	const char *bucket = c->s3->place.bucket;
	const char *host = c->asked_host;
	char said[900];

	what_was_said(said, sizeof(said), r, e);
	a->class = class_of(r->status, e->code);
	if (r->status >= 300 && r->status < 400)
		explain_redirect(c, r, said, host, &a->err);
	else if (!strcmp(e->code, "NoSuchBucket"))
		dv_err_set(&a->err, DV_E_MISSING, "there is no bucket '%s' "
			   "at '%s': %s", bucket, host, said);
	else if (a->class == DV_WIRE_MISSING)
		dv_err_set(&a->err, DV_E_MISSING, "cannot %s: there is no "
			   "such thing: %s", c->what, said);
	else if (a->class == DV_WIRE_EXISTS)
		dv_err_set(&a->err, DV_E_EXISTS, "'%s' exists already: %s",
			   c->key ? c->key : "", said);
	else if (a->class == DV_WIRE_DENIED)
		dv_err_set(&a->err, DV_E_SYS, "not allowed to %s in bucket "
			   "'%s' (credentials from: %s%s): %s", c->what, bucket,
			   source(c), may_be_wrong(c) ? "; servers like this "
			   "one answer the same to a wrong key" : "", said);
	else if (a->class == DV_WIRE_AUTH)
		explain_auth(c, r, e, said, host, &a->err);
	else if (a->class == DV_WIRE_UNSUPPORTED)
		dv_err_set(&a->err, DV_E_UNSUPPORTED, "'%s' cannot %s the "
			   "way that is needed: %s", host, c->what, said);
	else
		dv_err_set(&a->err, DV_E_SYS, "cannot %s: %s", c->what, said);
}

void dv_s3_explain(const struct dv_s3_call *c,
		   const struct dv_http_response *r, struct dv_s3_answer *a)
{
	if (r->fault)
		a->class = dv_net_explain(r, c->asked_host, c->what, &a->err);
	else
		explain_status(c, r, a);
	/* It may have been done: what was not even sent was not. */
	if (c->once && a->class == DV_WIRE_LATER &&
	    r->fault != DV_HTTP_NOT_SENT)
		a->class = DV_WIRE_UNKNOWN;
}
