/* SPDX-License-Identifier: MIT */
#include "remote/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"

static bool is_scheme_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return true;
	return !first && ((c >= '0' && c <= '9') || c == '+' || c == '-' ||
			  c == '.');
}

/* How long the scheme at the start is; 0 where none is. */
static size_t scheme_length(const char *text)
{
	size_t n = 0;

	while (is_scheme_char(text[n], n == 0))
		n++;
	if (n > DV_URL_SCHEME_MAX || text[n] != ':')
		return 0;
	return text[n + 1] == ':' || !strncmp(text + n + 1, "//", 2) ? n : 0;
}

static unsigned usual_port(const char *scheme)
{
	if (!strcmp(scheme, "http"))
		return 80;
	if (!strcmp(scheme, "https"))
		return 443;
	return !strcmp(scheme, "sftp") ? 22 : 0;
}

static void lower(char *s)
{
	for (; *s; s++)
		*s = (char)tolower((unsigned char)*s);
}

/* 0, or -1 for a % that is not followed by two digits, or a NUL. */
static int decode(struct dv_buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t b;

		if (s[i] != '%') {
			dv_buf_char(out, s[i]);
			continue;
		}
		if (n - i < 3 || dv_hex_parse(&b, s + i + 1, 1) || !b)
			return -1;
		dv_buf_char(out, (char)b);
		i += 2;
	}
	return 0;
}

static int bad_escape(struct dv_err *err)
{
	return dv_err_set(err, DV_E_INVALID, "the remote's URL has a '%%' "
			  "that is not followed by two hex digits (or is "
			  "'%%00')");
}

/* A decoded copy of n bytes; NULL where they cannot be decoded. */
static char *decoded(const char *s, size_t n)
{
	struct dv_buf b = DV_BUF_INIT;

	dv_buf_str(&b, "");
	if (decode(&b, s, n)) {
		dv_buf_release(&b);
		return NULL;
	}
	return b.data ? dv_buf_detach(&b, NULL) : dv_strdup("");
}

static int parse_port(struct dv_url *u, const char *s, size_t n,
		      struct dv_err *err)
{
	unsigned port = 0;

	for (size_t i = 0; i < n && port <= 65535; i++) {
		if (s[i] < '0' || s[i] > '9') {
			port = 0;
			break;
		}
		port = port * 10 + (unsigned)(s[i] - '0');
	}
	if (!port || port > 65535)
		return dv_err_set(err, DV_E_INVALID,
				  "the remote's URL has no good port behind "
				  "its host: 1 to 65535");
	u->port = port;
	return 0;
}

static bool host_ok(const char *s, size_t n)
{
	bool v6 = n > 2 && s[0] == '[' && s[n - 1] == ']';

	for (size_t i = v6; i < n - v6; i++) {
		if (isalnum((unsigned char)s[i]) || s[i] == '.' ||
		    s[i] == '-' || s[i] == '_' || (v6 && s[i] == ':'))
			continue;
		return false;
	}
	return true;
}

/* [<user>@]<host>[:<port>] */
static int parse_authority(struct dv_url *u, const char *s, size_t n,
			   struct dv_err *err)
{
	const char *at = memrchr(s, '@', n);
	const char *colon, *bracket;

	if (at) {
		if (memchr(s, ':', (size_t)(at - s)))
			return dv_err_set(err, DV_E_INVALID,
					  "the remote's URL has a password in "
					  "it; take it out: it would be shown "
					  "and stored in many places");
		u->user = decoded(s, (size_t)(at - s));
		if (!u->user)
			return bad_escape(err);
		n -= (size_t)(at + 1 - s);
		s = at + 1;
	}
	bracket = memrchr(s, ']', n);
	colon = memrchr(s, ':', n);
	if (colon && (!bracket || colon > bracket)) {
		if (parse_port(u, colon + 1, (size_t)(s + n - colon - 1),
			       err))
			return -err->code;
		n = (size_t)(colon - s);
	}
	if (n && !host_ok(s, n))
		return dv_err_set(err, DV_E_INVALID, "the remote's URL has "
				  "'%.*s' where a host should be",
				  n > 200 ? 200 : (int)n, s);
	free(u->host);
	u->host = dv_strndup(s, n);
	/* Elsewhere it may be the name of a bucket, which has its case. */
	if (usual_port(u->scheme))
		lower(u->host);
	return 0;
}

static int parse_query(struct dv_url *u, const char *s, struct dv_err *err)
{
	while (*s) {
		size_t n = strcspn(s, "&");
		const char *eq = memchr(s, '=', n);
		char *pair;

		if (!eq || eq == s)
			return dv_err_set(err, DV_E_INVALID, "the remote's "
					  "URL has something behind '?' that "
					  "is not <name>=<value>");
		pair = decoded(s, n);
		if (!pair)
			return bad_escape(err);
		dv_strlist_take(&u->params, pair);
		s += n;
		s += *s == '&';
	}
	return 0;
}

static int parse_rest(struct dv_url *u, const char *s, struct dv_err *err)
{
	size_t n = strcspn(s, "/?#");
	const char *query;
	int rc;

	rc = parse_authority(u, s, n, err);
	if (rc < 0)
		return rc;
	s += n;
	if (strchr(s, '#'))
		return dv_err_set(err, DV_E_INVALID, "the remote's URL has a "
				  "'#' in it; write %%23 if it is part of a "
				  "name");
	query = strchrnul(s, '?');
	free(u->path);
	u->path = dv_strndup(s, (size_t)(query - s));
	return *query ? parse_query(u, query + 1, err) : 0;
}

static int check_text(const char *text, struct dv_err *err)
{
	if (strnlen(text, DV_URL_MAX + 1) > DV_URL_MAX)
		return dv_err_set(err, DV_E_INVALID, "the remote's URL is "
				  "longer than %d bytes", DV_URL_MAX);
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return dv_err_set(err, DV_E_INVALID, "the remote's "
					  "URL has a control character in it");
	return 0;
}

static int parse(struct dv_url *u, const char *text, struct dv_err *err)
{
	size_t n = scheme_length(text);

	u->host = dv_strdup("");
	if (!n) {
		if (text[0] != '/' && strncmp(text, "./", 2) &&
		    strncmp(text, "../", 3) && strcmp(text, ".") &&
		    strcmp(text, "..")) {
			dv_err_set(err, DV_E_INVALID, "the remote's location "
				   "is neither a URL nor a path that begins "
				   "with '/', './' or '../'");
			return dv_err_hint(err, "for files on another "
					   "machine: sftp://<host>/<path>");
		}
		u->scheme = dv_strdup("file");
		u->path = dv_strdup(text);
		return 0;
	}
	u->scheme = dv_strndup(text, n);
	lower(u->scheme);
	if (text[n + 1] == ':') {
		u->path = dv_strdup(text + n + 2);
		return 0;
	}
	return parse_rest(u, text + n + 3, err);
}

int dv_url_parse(struct dv_url *u, const char *text, struct dv_err *err)
{
	struct dv_url new = DV_URL_INIT;
	int rc = check_text(text, err);

	if (rc == 0)
		rc = parse(&new, text, err);
	if (rc < 0) {
		dv_url_release(&new);
		return rc;
	}
	*u = new;
	return 0;
}

void dv_url_release(struct dv_url *u)
{
	free(u->scheme);
	free(u->user);
	free(u->host);
	free(u->path);
	dv_strlist_release(&u->params);
	*u = (struct dv_url)DV_URL_INIT;
}

const char *dv_url_param(const struct dv_url *u, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < u->params.n; i++)
		if (!strncmp(u->params.v[i], name, n) &&
		    u->params.v[i][n] == '=')
			return u->params.v[i] + n + 1;
	return NULL;
}

int dv_url_check_params(const struct dv_url *u, const char *const *known,
			struct dv_err *err)
{
	for (size_t i = 0; i < u->params.n; i++) {
		const char *p = u->params.v[i];
		size_t n = strcspn(p, "="), k = 0;

		while (known[k] && (strncmp(known[k], p, n) || known[k][n]))
			k++;
		if (!known[k])
			return dv_err_set(err, DV_E_INVALID, "the remote's URL "
					  "has an unknown parameter '%.*s'",
					  n > 100 ? 100 : (int)n, p);
		if (dv_url_param(u, known[k]) != p + n + 1)
			return dv_err_set(err, DV_E_INVALID, "the remote's URL "
					  "has '%s' twice", known[k]);
	}
	return 0;
}

/* What may be behind the '?', per scheme; see the helpers' pages. */
static const struct {
	const char *scheme, *program, *place;
	const char *params[6];
} own[] = {
	{ "gs", "s3", "gs://<bucket>/<path>", { "endpoint", "region", "style",
						"profile", "anonymous" } },
	{ "http", "http", "http://<host>/<path>", { NULL } },
	{ "https", "http", "https://<host>/<path>", { NULL } },
	{ "s3", "s3", "s3://<bucket>/<path>", { "endpoint", "region", "style",
						"profile", "anonymous" } },
	{ "sftp", "sftp", "sftp://<host>/<path>", { "key", "known-hosts" } },
};

int dv_url_check_own(const struct dv_url *u, struct dv_err *err)
{
	size_t i = 0, n = sizeof(own) / sizeof(*own);
	int rc;

	while (i < n && strcmp(own[i].scheme, u->scheme))
		i++;
	if (i == n)
		return 0;
	if (!*u->host)
		return dv_err_set(err, DV_E_INVALID, "the remote's URL is not "
				  "%s", own[i].place);
	rc = dv_url_check_params(u, own[i].params, err);
	if (rc < 0)
		dv_err_hint(err, "a URL holds no secret; what it may have "
			    "behind '?': dv help remote-%s", own[i].program);
	return rc;
}

int dv_url_decode_path(struct dv_buf *out, const struct dv_url *u,
		       struct dv_err *err)
{
	return decode(out, u->path, strlen(u->path)) ? bad_escape(err) : 0;
}

void dv_url_encode(struct dv_buf *out, const char *s, size_t n,
		   const char *keep)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') || (c && strchr("-._~", c)) ||
		    (c && strchr(keep, c)))
			dv_buf_char(out, c);
		else
			dv_buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

static unsigned port_of(const struct dv_url *u)
{
	return u->port ? u->port : usual_port(u->scheme);
}

void dv_url_origin(struct dv_buf *out, const struct dv_url *u)
{
	dv_buf_printf(out, "%s://%s", u->scheme, u->host);
	if (port_of(u) != usual_port(u->scheme))
		dv_buf_printf(out, ":%u", u->port);
}

bool dv_url_same_origin(const struct dv_url *a, const struct dv_url *b)
{
	return !strcmp(a->scheme, b->scheme) && !strcmp(a->host, b->host) &&
	       port_of(a) == port_of(b);
}
