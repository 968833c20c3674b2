/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define JOBS_DEFAULT 8
#define JOBS_MAX 64
#define MAX_PUT (5ull << 40)		/* bytes of an object */
#define MAX_CREATE (5ull << 30)		/* bytes of one plain PUT */

/* --- opening ---------------------------------------------------------- */

static bool wants_none(const struct dv_serve *serve, const struct dv_url *u)
{
	const char *v = dv_serve_setting(serve, "credentials");

	return (v && !strcmp(v, "none")) || dv_s3_place_anonymous(u);
}

static int open_place(struct dv_s3 *s, const struct dv_url *u,
		      struct dv_err *err)
{
	struct dv_awsauth *files = NULL;
	int rc;

	/* Who wants no credentials may still have an endpoint set up. */
	rc = dv_awsauth_open(&files, dv_s3_place_profile(u), err);
	if (rc == 0)
		rc = dv_s3_place_init(&s->place, u, files, err);
	if (rc == 0 && !wants_none(s->net.serve, u)) {
		s->auth = files;
		files = NULL;
	}
	dv_awsauth_close(files);
	return rc;
}

static const char *ca_file(const struct dv_s3 *s)
{
	const char *v = getenv("AWS_CA_BUNDLE");

	if ((!v || !*v) && s->auth)
		v = dv_awsauth_setting(s->auth, "ca_bundle");
	return v && *v ? v : NULL;
}

static int open_http(struct dv_s3 *s, struct dv_err *err)
{
	struct dv_http_opts opts = { .protocols = "http,https" };

	opts.ca_file = ca_file(s);
	return dv_net_open(&s->net, &opts, JOBS_DEFAULT, JOBS_MAX, err);
}

/* What else could be done where there are no credentials. */
static int none_found(const struct dv_s3 *s, struct dv_err *err)
{
	char *why = dv_strdup(err->msg);
	int rc;

	rc = dv_err_set(err, DV_E_MISSING, "%s; %sa public bucket is read "
			"without any: '%s://%s/…?anonymous=yes'", why,
			s->place.google ? "for Google these are HMAC keys, in "
			"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; " : "",
			s->place.google ? "gs" : "s3", s->place.bucket);
	free(why);
	return rc;
}

/* What a caller may know, and `dv remote test` shows. */
static int tell(struct dv_s3 *s, struct dv_err *err)
{
	const struct dv_s3_place *p = &s->place;
	const struct dv_awscred *cred;
	struct dv_buf origin = DV_BUF_INIT;
	char number[24];
	int rc = 0;

	if (s->auth)
		rc = dv_awsauth_get(s->auth, 0, &cred, err);
	if (rc == -DV_E_MISSING)
		return none_found(s, err);
	if (rc < 0)
		return rc;
	dv_url_origin(&origin, &p->endpoint);
	dv_serve_can(s->net.serve, "write", "yes");
	dv_serve_can(s->net.serve, "list", "yes");
	dv_serve_can(s->net.serve, "create", "probe");
	snprintf(number, sizeof(number), "%llu", MAX_PUT);
	dv_serve_can(s->net.serve, "max-put", number);
	snprintf(number, sizeof(number), "%llu", MAX_CREATE);
	dv_serve_can(s->net.serve, "max-create", number);
	dv_serve_info(s->net.serve, "endpoint", "%s", origin.data);
	dv_serve_info(s->net.serve, "bucket", "%s", p->bucket);
	dv_serve_info(s->net.serve, "style", "%s", p->path_style ? "path" :
							     "virtual");
	dv_serve_info(s->net.serve, "region", "%s", p->region);
	dv_serve_info(s->net.serve, "credentials", "%s", s->auth ?
		      dv_awsauth_source(s->auth) : "none");
	/* Enough of it to tell one from another. */
	if (s->auth && strlen(cred->access) > 4)
		dv_serve_info(s->net.serve, "access-key", "…%s", cred->access +
			      strlen(cred->access) - 4);
	dv_buf_release(&origin);
	return 0;
}

static int open_s3(void *b, struct dv_serve *serve, enum dv_wire_class *class,
		   struct dv_err *err)
{
	struct dv_url u = DV_URL_INIT;
	struct dv_s3 *s = b;
	int rc;

	s->net.serve = serve;
	rc = dv_net_url(&s->net, &u, err);
	if (rc == 0 && strcmp(u.scheme, "s3") && strcmp(u.scheme, "gs"))
		rc = dv_err_set(err, DV_E_INVALID, "the remote's URL is "
				"neither s3://… nor gs://…");
	if (rc == 0)
		rc = open_place(s, &u, err);
	if (rc == 0)
		rc = open_http(s, err);
	if (rc == 0) {
		rc = tell(s, err);
		*class = DV_WIRE_AUTH;
	}
	if (rc == 0 && dv_serve_setting(serve, "look")) {
		rc = dv_s3_tell_versioning(s, err);
		*class = DV_WIRE_FATAL;
	}
	dv_url_release(&u);
	return rc;
}

static void close_s3(void *b)
{
	struct dv_s3 *s = b;

	dv_net_close(&s->net);
	dv_awsauth_close(s->auth);
	dv_s3_place_release(&s->place);
}

/* --- working ---------------------------------------------------------- */

static void (*const verbs[])(struct dv_s3 *, const struct dv_wire_request *) = {
	[DV_WIRE_GET] = dv_s3_get, [DV_WIRE_PUT] = dv_s3_put,
	[DV_WIRE_HEAD] = dv_s3_head, [DV_WIRE_LIST] = dv_s3_list,
	[DV_WIRE_DELETE] = dv_s3_delete
};

static void ask(void *b, const struct dv_wire_request *r)
{
	struct dv_s3 *s = b;
	struct dv_err err = DV_ERR_INIT;

	s->net.asked++;
	if (strlen(s->place.prefix) + strlen(r->key) > DV_WIRE_KEY_MAX) {
		dv_err_set(&err, DV_E_LIMIT, "the key '%.100s…' is longer "
			   "than S3 allows below this prefix", r->key);
		dv_net_fail(&s->net, r->id, DV_WIRE_FATAL, &err);
		return;
	}
	verbs[r->verb](s, r);
}

static bool is_busy(const void *b)
{
	const struct dv_s3 *s = b;

	return s->net.abandoned ? s->cleaning > 0 : dv_net_is_busy(b);
}

static void abandon(void *b)
{
	struct dv_s3 *s = b;

	dv_net_abandon(b);
	dv_s3_upload_abandon(s);
}

const struct dv_backend dv_s3_backend = {
	sizeof(struct dv_s3), open_s3, close_s3, ask, dv_net_has_room,
	is_busy, dv_net_step, abandon, dv_net_counts
};
