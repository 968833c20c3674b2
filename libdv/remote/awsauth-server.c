/* SPDX-License-Identifier: MIT */
#include "remote/awsauth-parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/url.h"

#define IMDS "http://169.254.169.254"
#define IMDS_ROLES "/latest/meta-data/iam/security-credentials/"
#define CONTAINER "http://169.254.170.2"
#define SECONDS 1

int dv_awsauth_ask(struct dv_http_request *r, unsigned seconds,
		   struct dv_buf *out, struct dv_err *err)
{
	struct dv_http_opts opts = {
		.protocols = "http,https", .jobs = 1,
		.connect_time = seconds, .low_speed_time = seconds,
		.ca_file = dv_awsauth_env("AWS_CA_BUNDLE")
	};
	struct dv_http_response res;
	struct dv_http *h = NULL;
	int rc = dv_http_open(&h, &opts, err);

	memset(&res, 0, sizeof(res));
	if (rc < 0) {
		dv_http_request_free(r);
		return 0;
	}
	rc = dv_http_ask(h, r, &res, err);
	if (rc == 0 && res.fault)
		dv_err_set(err, DV_E_SYS, "%s", res.text);
	else if (rc == 0)
		dv_buf_add(out, dv_buf_cstr(&res.body), res.body.len);
	rc = rc < 0 || res.fault ? 0 : res.status;
	if (res.body.data)
		explicit_bzero(res.body.data, res.body.len);
	dv_http_response_release(&res);
	dv_http_close(h);
	return rc;
}

/* --- container -------------------------------------------------------- */

/* Who may be asked without TLS: this machine and the agents beside it. */
static bool may_ask(const struct dv_url *u)
{
	static const char *const hosts[] = {
		"localhost", "[::1]", "169.254.170.2", "169.254.170.23",
		"[fd00:ec2::23]"
	};

	if (!strcmp(u->scheme, "https"))
		return true;
	if (strcmp(u->scheme, "http"))
		return false;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		if (!strcmp(u->host, hosts[i]))
			return true;
	/* An address of the loopback network, and no name that begins so. */
	return !strncmp(u->host, "127.", 4) &&
	       strspn(u->host, "0123456789.") == strlen(u->host);
}

/* The URL to ask, or NULL; a failure in *rc. */
static char *container_url(int *rc, struct dv_err *err)
{
	const char *rel = dv_awsauth_env(
				"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = dv_awsauth_env(
				"AWS_CONTAINER_CREDENTIALS_FULL_URI");
	struct dv_url u = DV_URL_INIT;
	bool ok;

	*rc = 0;
	if (rel)
		return dv_asprintf("%s%s%s", CONTAINER,
				   *rel == '/' ? "" : "/", rel);
	if (!full)
		return NULL;
	*rc = dv_url_parse(&u, full, err);
	if (*rc < 0)
		return NULL;
	ok = may_ask(&u);
	dv_url_release(&u);
	if (ok)
		return dv_strdup(full);
	*rc = dv_err_set(err, DV_E_INVALID, "AWS_CONTAINER_CREDENTIALS_FULL_"
			 "URI is neither https nor on this machine");
	return NULL;
}

/* What we show to be answered: from a file or the environment. */
static int add_token(struct dv_http_request *r, struct dv_err *err)
{
	const char *file = dv_awsauth_env(
				"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = dv_awsauth_env(
				"AWS_CONTAINER_AUTHORIZATION_TOKEN");
	struct dv_buf text = DV_BUF_INIT;
	int rc = 0;

	if (file)
		rc = dv_file_read(&text, AT_FDCWD, file, DV_AWSCRED_TEXT_MAX,
				  err);
	else if (token)
		dv_buf_str(&text, token);
	while (text.len && text.data[text.len - 1] == '\n')
		dv_buf_setlen(&text, text.len - 1);
	if (rc == 0 && text.len && strpbrk(dv_buf_cstr(&text), "\r\n"))
		rc = dv_err_set(err, DV_E_INVALID, "the container's "
				"authorization token is more than one line");
	if (rc == 0 && text.len)
		dv_strlist_take(&r->headers,
				dv_asprintf("Authorization: %s", text.data));
	dv_buf_release(&text);
	return rc;
}

int dv_awsauth_from_container(struct dv_awsauth *a, struct dv_awscred *c,
			      struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_http_request *r;
	int rc, status;
	char *url = container_url(&rc, err);

	if (!url)
		return rc;
	r = dv_http_request_new("GET");
	r->url = url;
	dv_strlist_add(&r->headers, "Accept: application/json");
	rc = add_token(r, err);
	if (rc < 0) {
		dv_http_request_free(r);
		return rc;
	}
	status = dv_awsauth_ask(r, 5, &text, err);
	if (status == 200)
		rc = dv_awscred_parse_json(c, dv_buf_cstr(&text), text.len,
					   "what the container's agent "
					   "answers", err);
	else if (status)
		rc = dv_err_set(err, DV_E_SYS, "the container's agent for "
				"credentials answers with HTTP %d", status);
	else
		rc = dv_err_prefix(err, "the container's agent for "
				   "credentials cannot be asked");
	if (text.data)
		explicit_bzero(text.data, text.len);
	dv_buf_release(&text);
	if (rc < 0)
		return rc;
	snprintf(a->source, sizeof(a->source), "container");
	return 1;
}

/* --- instance --------------------------------------------------------- */

static char *imds_url(const char *path)
{
	const char *base = dv_awsauth_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = dv_awsauth_env(
				"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	size_t n;

	if (!base)
		base = mode && !strcasecmp(mode, "ipv6") ?
			"http://[fd00:ec2::254]" : IMDS;
	n = strlen(base);
	while (n && base[n - 1] == '/')
		n--;
	return dv_asprintf("%.*s%s", (int)n, base, path);
}

static unsigned imds_seconds(void)
{
	const char *v = dv_awsauth_env("AWS_METADATA_SERVICE_TIMEOUT");
	long n = v ? strtol(v, NULL, 10) : SECONDS;

	return n > 0 && n < 60 ? (unsigned)n : SECONDS;
}

/* One line, as a header and a path can take it; false where it is none. */
static bool one_line(struct dv_buf *text)
{
	size_t n = strcspn(dv_buf_cstr(text), "\r\n");

	dv_buf_setlen(text, n);
	return n > 0 && n < 4096;
}

/* A session of ours with the metadata service: version 2 has one. */
static bool imds_token(struct dv_buf *token)
{
	struct dv_http_request *r = dv_http_request_new("PUT");
	struct dv_err unsaid = DV_ERR_INIT;

	r->url = imds_url("/latest/api/token");
	r->upload = true;
	dv_strlist_add(&r->headers,
		       "X-aws-ec2-metadata-token-ttl-seconds: 21600");
	return dv_awsauth_ask(r, imds_seconds(), token, &unsaid) == 200 &&
	       one_line(token);
}

static int imds_get(const char *path, const char *token, struct dv_buf *out)
{
	struct dv_http_request *r = dv_http_request_new("GET");
	struct dv_err unsaid = DV_ERR_INIT;

	r->url = imds_url(path);
	dv_strlist_take(&r->headers,
			dv_asprintf("X-aws-ec2-metadata-token: %s", token));
	return dv_awsauth_ask(r, imds_seconds(), out, &unsaid);
}

/*
 * That nobody answers there is no failure: most machines are no instance,
 * and most instances have no role.
 */
int dv_awsauth_from_instance(struct dv_awsauth *a, struct dv_awscred *c,
			     struct dv_err *err)
{
	const char *off = dv_awsauth_env("AWS_EC2_METADATA_DISABLED");
	struct dv_buf token = DV_BUF_INIT, role = DV_BUF_INIT;
	struct dv_buf text = DV_BUF_INIT, path = DV_BUF_INIT;
	int rc = 0;

	if (off && !strcasecmp(off, "true"))
		return 0;
	if (!imds_token(&token) ||
	    imds_get(IMDS_ROLES, token.data, &role) != 200 ||
	    !one_line(&role))
		goto out;
	dv_buf_str(&path, IMDS_ROLES);
	dv_url_encode(&path, role.data, role.len, "");
	if (imds_get(path.data, token.data, &text) != 200) {
		rc = dv_err_set(err, DV_E_SYS, "the instance metadata service "
				"gives no credentials of its role '%.100s'",
				role.data);
		goto out;
	}
	rc = dv_awscred_parse_json(c, dv_buf_cstr(&text), text.len,
				   "what the instance metadata service "
				   "answers", err);
	if (rc == 0) {
		snprintf(a->source, sizeof(a->source), "instance metadata, "
			 "role '%.100s'", role.data);
		rc = 1;
	}
out:
	if (text.data)
		explicit_bzero(text.data, text.len);
	dv_buf_release(&token);
	dv_buf_release(&role);
	dv_buf_release(&text);
	dv_buf_release(&path);
	return rc;
}
