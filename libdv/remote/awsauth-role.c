/* SPDX-License-Identifier: MIT */
#include "remote/awsauth-parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/sigv4.h"
#include "remote/url.h"
#include "remote/xml.h"

#define DEPTH_MAX 5
#define SECONDS 20

static void add_field(struct dv_buf *body, const char *name,
		      const char *value)
{
	if (!value)
		return;
	if (body->len)
		dv_buf_char(body, '&');
	dv_buf_printf(body, "%s=", name);
	dv_url_encode(body, value, strlen(value), "");
}

static const char *sts_region(const struct dv_awsauth *a)
{
	const char *region = dv_awsauth_region(a);

	return region ? region : "us-east-1";
}

/* Where the service is: "https://host/". */
static int sts_url(const struct dv_awsauth *a, struct dv_url *u,
		   struct dv_err *err)
{
	const char *given = dv_awsauth_endpoint(a, "sts");
	char *text;
	int rc;

	text = given ? dv_strdup(given) :
		dv_asprintf("https://sts.%s.amazonaws.com", sts_region(a));
	rc = dv_url_parse(u, text, err);
	free(text);
	if (rc == 0 && strcmp(u->scheme, "https") && strcmp(u->scheme, "http"))
		rc = dv_err_set(err, DV_E_INVALID, "the endpoint of the "
				"Security Token Service is no http URL");
	if (rc < 0)
		dv_url_release(u);
	return rc;
}

static void sign(struct dv_http_request *r, const struct dv_awsauth *a,
		 const char *host, const struct dv_awscred *as)
{
	struct dv_sigv4_key key = { as->access, as->secret, as->token };
	struct dv_strlist headers = DV_STRLIST_INIT;
	char payload[DV_SIGV4_HEX];
	struct dv_sigv4_request q = {
		.method = "POST", .host = host, .path = "/",
		.headers = &r->headers, .payload = payload,
		.region = sts_region(a), .service = "sts",
		.when = time(NULL)
	};

	dv_sigv4_hash(payload, r->send.data, r->send.len);
	dv_sigv4_sign(&headers, &q, &key);
	for (size_t i = 0; i < headers.n; i++)
		dv_strlist_add(&r->headers, headers.v[i]);
	dv_strlist_release(&headers);
}

struct sts_error {
	char code[100], message[300];
};

static int on_error(void *arg, const char *path, const char *text,
		    struct dv_err *err)
{
	struct sts_error *e = arg;

	(void)err;
	if (!strcmp(path, "ErrorResponse/Error/Code") ||
	    !strcmp(path, "Error/Code"))
		snprintf(e->code, sizeof(e->code), "%s", text);
	if (!strcmp(path, "ErrorResponse/Error/Message") ||
	    !strcmp(path, "Error/Message"))
		snprintf(e->message, sizeof(e->message), "%s", text);
	return 0;
}

static int refused(int status, const struct dv_buf *text, struct dv_err *err)
{
	struct sts_error e = { "", "" };
	struct dv_err unsaid = DV_ERR_INIT;

	dv_xml_parse(dv_buf_cstr(text), text->len, "", on_error, &e, &unsaid);
	return dv_err_set(err, DV_E_SYS, "the Security Token Service refuses "
			  "with HTTP %d%s%s%s%s", status, *e.code ? " " : "",
			  e.code, *e.message ? ": " : "", e.message);
}

/* Ask for a role; as is who asks, NULL for nobody. */
static int ask_sts(struct dv_awsauth *a, struct dv_buf *body,
		   const struct dv_awscred *as, struct dv_awscred *c,
		   struct dv_err *err)
{
	struct dv_http_request *r = dv_http_request_new("POST");
	struct dv_buf text = DV_BUF_INIT, origin = DV_BUF_INIT;
	struct dv_url u = DV_URL_INIT;
	int status, rc = sts_url(a, &u, err);

	if (rc < 0) {
		dv_http_request_free(r);
		return rc;
	}
	dv_url_origin(&origin, &u);
	r->url = dv_asprintf("%s/", dv_buf_cstr(&origin));
	r->upload = true;
	r->send = *body;
	*body = (struct dv_buf)DV_BUF_INIT;
	dv_strlist_add(&r->headers,
		       "Content-Type: application/x-www-form-urlencoded");
	if (as)
		sign(r, a, strstr(origin.data, "://") + 3, as);

	status = dv_awsauth_ask(r, SECONDS, &text, err);
	if (status == 200)
		rc = dv_awscred_parse_sts(c, dv_buf_cstr(&text), text.len,
					  "what the Security Token Service "
					  "answers", err);
	else if (status)
		rc = refused(status, &text, err);
	else
		rc = dv_err_prefix(err, "the Security Token Service at '%s' "
				   "cannot be asked", dv_buf_cstr(&origin));
	if (text.data)
		explicit_bzero(text.data, text.len);
	dv_buf_release(&text);
	dv_buf_release(&origin);
	dv_url_release(&u);
	return rc;
}

static char *session_name(const char *given)
{
	return given ? dv_strdup(given) :
		dv_asprintf("dv-%lld-%ld", (long long)time(NULL),
			    (long)getpid());
}

/* --- web identity ----------------------------------------------------- */

int dv_awsauth_from_web_identity(struct dv_awsauth *a, struct dv_awscred *c,
				 struct dv_err *err)
{
	const char *file = dv_awsauth_env("AWS_WEB_IDENTITY_TOKEN_FILE");
	const char *role = dv_awsauth_env("AWS_ROLE_ARN");
	const char *name = dv_awsauth_env("AWS_ROLE_SESSION_NAME");
	struct dv_buf token = DV_BUF_INIT, body = DV_BUF_INIT;
	char *session;
	int rc;

	if (!file || a->profile_asked) {
		file = dv_awsauth_setting(a, "web_identity_token_file");
		role = dv_awsauth_setting(a, "role_arn");
		name = dv_awsauth_setting(a, "role_session_name");
	}
	if (!file)
		return 0;
	if (!role)
		return dv_err_set(err, DV_E_INVALID, "there is a web identity "
				  "token and no role: set AWS_ROLE_ARN");
	rc = dv_file_read(&token, AT_FDCWD, file, DV_AWSCRED_TEXT_MAX, err);
	if (rc < 0)
		return rc;
	while (token.len && strchr(" \r\n", token.data[token.len - 1]))
		dv_buf_setlen(&token, token.len - 1);

	session = session_name(name);
	add_field(&body, "Action", "AssumeRoleWithWebIdentity");
	add_field(&body, "Version", "2011-06-15");
	add_field(&body, "RoleArn", role);
	add_field(&body, "RoleSessionName", session);
	add_field(&body, "WebIdentityToken", dv_buf_cstr(&token));
	rc = ask_sts(a, &body, NULL, c, err);
	explicit_bzero(token.data, token.len);
	dv_buf_release(&token);
	dv_buf_release(&body);
	free(session);
	if (rc < 0)
		return rc;
	snprintf(a->source, sizeof(a->source), "web identity, role '%.200s'",
		 role);
	return 1;
}

/* --- role of a profile ------------------------------------------------ */

/* The credentials that may take the role, of another profile or source. */
static int source_of(struct dv_awsauth *a, struct dv_awscred *c,
		     struct dv_err *err)
{
	const char *profile = dv_awsauth_setting(a, "source_profile");
	const char *source = dv_awsauth_setting(a, "credential_source");
	char *own = a->profile;
	int rc;

	if (source && !strcmp(source, "Environment"))
		return dv_awsauth_from_env(a, c, err);
	if (source && !strcmp(source, "Ec2InstanceMetadata"))
		return dv_awsauth_from_instance(a, c, err);
	if (source && !strcmp(source, "EcsContainer"))
		return dv_awsauth_from_container(a, c, err);
	if (!profile)
		return 0;
	if (++a->depth > DEPTH_MAX)
		return dv_err_set(err, DV_E_INVALID, "source_profile of "
				  "profile '%s' leads in a circle", own);
	a->profile = dv_strdup(profile);
	/* One that names itself gives its own keys. */
	rc = strcmp(profile, own) ? dv_awsauth_from_role(a, c, err) : 0;
	if (rc == 0)
		rc = dv_awsauth_from_files(a, c, err);
	if (rc == 0)
		rc = dv_awsauth_from_process(a, c, err);
	free(a->profile);
	a->profile = own;
	a->depth--;
	return rc;
}

int dv_awsauth_from_role(struct dv_awsauth *a, struct dv_awscred *c,
			 struct dv_err *err)
{
	const char *role = dv_awsauth_setting(a, "role_arn");
	struct dv_awscred as = DV_AWSCRED_INIT;
	struct dv_buf body = DV_BUF_INIT;
	char *session;
	int rc;

	if (!role || dv_awsauth_setting(a, "web_identity_token_file"))
		return 0;
	if (dv_awsauth_setting(a, "mfa_serial"))
		return dv_err_set(err, DV_E_UNSUPPORTED, "the role of profile "
				  "'%s' wants a code from a device, which is "
				  "not asked for here", a->profile);
	rc = source_of(a, &as, err);
	if (rc == 0)
		rc = dv_err_set(err, DV_E_MISSING, "profile '%s' has a "
				"role_arn, and neither its source_profile nor "
				"its credential_source has credentials",
				a->profile);
	if (rc < 0)
		return rc;

	session = session_name(dv_awsauth_setting(a, "role_session_name"));
	add_field(&body, "Action", "AssumeRole");
	add_field(&body, "Version", "2011-06-15");
	add_field(&body, "RoleArn", role);
	add_field(&body, "RoleSessionName", session);
	add_field(&body, "ExternalId", dv_awsauth_setting(a, "external_id"));
	add_field(&body, "DurationSeconds",
		  dv_awsauth_setting(a, "duration_seconds"));
	rc = ask_sts(a, &body, &as, c, err);
	dv_awscred_release(&as);
	dv_buf_release(&body);
	free(session);
	if (rc < 0)
		return rc;
	snprintf(a->source, sizeof(a->source), "profile '%.60s', role "
		 "'%.200s'", a->profile, role);
	return 1;
}
