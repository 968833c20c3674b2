/* SPDX-License-Identifier: MIT */
#include "remote/s3place.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/wire.h"

#define GOOGLE "https://storage.googleapis.com"

const char *dv_s3_place_profile(const struct dv_url *u)
{
	return dv_url_param(u, "profile");
}

bool dv_s3_place_anonymous(const struct dv_url *u)
{
	const char *v = dv_url_param(u, "anonymous");

	return v && !strcmp(v, "yes");
}

/* "eu-west-1": it becomes part of a host and of a signature. */
static bool region_ok(const char *s)
{
	if (!*s || strlen(s) > 60)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '_')
			return false;
	return true;
}

static char *aws_endpoint(const char *region)
{
	return dv_asprintf("https://s3.%s.amazonaws.com%s", region,
			   !strncmp(region, "cn-", 3) ? ".cn" : "");
}

static int check_endpoint(struct dv_url *u, struct dv_err *err)
{
	if ((strcmp(u->scheme, "https") && strcmp(u->scheme, "http")) ||
	    !u->host[0] || u->user || (u->path[0] && strcmp(u->path, "/")) ||
	    u->params.n)
		return dv_err_set(err, DV_E_INVALID, "the endpoint is not of "
				  "the form http[s]://<host>[:<port>]");
	return 0;
}

static int set_region(struct dv_s3_place *p, const struct dv_url *u,
		      const struct dv_awsauth *auth, struct dv_err *err)
{
	const char *region = dv_url_param(u, "region");

	if (!region && auth && !p->google)
		region = dv_awsauth_region(auth);
	if (!region)
		region = p->google ? "auto" : "us-east-1";
	if (!region_ok(region))
		return dv_err_set(err, DV_E_INVALID, "'%.100s' is not the "
				  "name of a region", region);
	p->region = dv_strdup(region);
	return 0;
}

static int set_endpoint(struct dv_s3_place *p, const struct dv_url *u,
			const struct dv_awsauth *auth, struct dv_err *err)
{
	const char *given = dv_url_param(u, "endpoint");
	char *text;
	int rc;

	if (!given && auth && !p->google)
		given = dv_awsauth_endpoint(auth, "s3");
	p->aws = !given && !p->google;
	/* Google's own dialect is spoken by Google alone. */
	p->kind = !given && p->google ? DV_SIGV4_GOOG : DV_SIGV4_AWS;
	text = given ? dv_strdup(given) : p->google ? dv_strdup(GOOGLE) :
		aws_endpoint(p->region);
	rc = dv_url_parse(&p->endpoint, text, err);
	if (rc == 0)
		rc = check_endpoint(&p->endpoint, err);
	else
		dv_err_set(err, DV_E_INVALID, "the endpoint is no URL");
	free(text);
	return rc;
}

/* May the bucket be a part of a host name, also under TLS? */
static bool fits_host(const struct dv_s3_place *p)
{
	bool tls = !strcmp(p->endpoint.scheme, "https");

	for (const char *s = p->bucket; *s; s++)
		if (isupper((unsigned char)*s) || *s == '_' ||
		    (*s == '.' && tls))
			return false;
	return true;
}

static int set_style(struct dv_s3_place *p, const struct dv_url *u,
		     const struct dv_awsauth *auth, struct dv_err *err)
{
	const char *style = dv_url_param(u, "style");

	if (style && strcmp(style, "path") && strcmp(style, "virtual"))
		return dv_err_set(err, DV_E_INVALID, "style is 'path' or "
				  "'virtual', not '%.100s'", style);
	if (!style && auth)
		style = dv_awsauth_setting(auth, "s3.addressing_style");
	if (style && !strcmp(style, "path"))
		p->path_style = true;
	else if (style && !strcmp(style, "virtual"))
		p->path_style = false;
	else
		p->path_style = !p->aws || !fits_host(p);
	return 0;
}

static bool bucket_ok(const char *s)
{
	size_t n = strlen(s);

	if (n < 1 || n > 255 || s[0] == '.' || s[0] == '-')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("._-", *s))
			return false;
	return true;
}

static int set_names(struct dv_s3_place *p, const struct dv_url *u,
		     struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	const char *s;
	size_t n;
	int rc;

	if (!bucket_ok(u->host) || u->port || u->user)
		return dv_err_set(err, DV_E_INVALID, "'%.100s' is not the "
				  "name of a bucket: the remote's URL is "
				  "%s://<bucket>/<prefix>", u->host,
				  u->scheme);
	p->bucket = dv_strdup(u->host);
	rc = dv_url_decode_path(&path, u, err);
	s = dv_buf_cstr(&path);
	s += *s == '/';
	n = strlen(s);
	n -= n && s[n - 1] == '/';
	if (rc == 0 && n && !dv_wire_key_ok(s, n))
		rc = dv_err_set(err, DV_E_INVALID, "'%.100s' cannot be the "
				"beginning of keys", s);
	if (rc == 0)
		p->prefix = n ? dv_asprintf("%.*s/", (int)n, s) :
				dv_strdup("");
	dv_buf_release(&path);
	return rc;
}

int dv_s3_place_init(struct dv_s3_place *p, const struct dv_url *u,
		     const struct dv_awsauth *auth, struct dv_err *err)
{
	int rc;

	*p = (struct dv_s3_place){ .endpoint = DV_URL_INIT };
	p->google = !strcmp(u->scheme, "gs");
	rc = dv_url_check_own(u, err);
	if (rc == 0)
		rc = set_names(p, u, err);
	if (rc == 0)
		rc = set_region(p, u, auth, err);
	if (rc == 0)
		rc = set_endpoint(p, u, auth, err);
	if (rc == 0)
		rc = set_style(p, u, auth, err);
	if (rc < 0)
		dv_s3_place_release(p);
	return rc;
}

void dv_s3_place_release(struct dv_s3_place *p)
{
	free(p->bucket);
	free(p->prefix);
	free(p->region);
	dv_url_release(&p->endpoint);
	*p = (struct dv_s3_place){ .endpoint = DV_URL_INIT };
}

void dv_s3_place_move(struct dv_s3_place *p, const char *region)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_url u = DV_URL_INIT;
	char *text;

	if (!region_ok(region))
		return;
	free(p->region);
	p->region = dv_strdup(region);
	if (!p->aws)
		return;
	text = aws_endpoint(region);
	if (dv_url_parse(&u, text, &err) == 0) {
		dv_url_release(&p->endpoint);
		p->endpoint = u;
	}
	free(text);
}

void dv_s3_place_host(struct dv_buf *out, const struct dv_s3_place *p)
{
	struct dv_buf origin = DV_BUF_INIT;

	dv_url_origin(&origin, &p->endpoint);
	if (!p->path_style)
		dv_buf_printf(out, "%s.", p->bucket);
	dv_buf_str(out, strstr(origin.data, "://") + 3);
	dv_buf_release(&origin);
}

void dv_s3_place_path(struct dv_buf *out, const struct dv_s3_place *p,
		      const char *key)
{
	if (p->path_style)
		dv_buf_printf(out, "/%s", p->bucket);
	if (key)
		dv_buf_printf(out, "/%s%s", p->prefix, key);
	else if (!p->path_style)
		dv_buf_char(out, '/');
}
