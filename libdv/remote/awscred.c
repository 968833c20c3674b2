/* SPDX-License-Identifier: MIT */
#include "remote/awscred.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "format/json.h"
#include "remote/xml.h"

static void wipe(char **s)
{
	if (*s)
		explicit_bzero(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

void dv_awscred_release(struct dv_awscred *c)
{
	wipe(&c->access);
	wipe(&c->secret);
	wipe(&c->token);
	c->expires = 0;
}

void dv_awscred_set(struct dv_awscred *c, const char *access,
		    const char *secret, const char *token)
{
	struct dv_awscred new = DV_AWSCRED_INIT;

	new.access = dv_strdup(access);
	new.secret = dv_strdup(secret);
	new.token = token && *token ? dv_strdup(token) : NULL;
	dv_awscred_release(c);
	*c = new;
}

int64_t dv_awscred_parse_time(const char *text)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	long hours, minutes;
	int sign;

	if (!rest)
		return -1;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!strcmp(rest, "Z"))
		return timegm(&tm);
	if (*rest != '+' && *rest != '-')
		return -1;
	sign = *rest == '-' ? -1 : 1;
	if (strspn(rest + 1, "0123456789:") != strlen(rest + 1) ||
	    strlen(rest) < 5)
		return -1;
	hours = (rest[1] - '0') * 10 + rest[2] - '0';
	rest += rest[3] == ':' ? 4 : 3;
	minutes = strtol(rest, NULL, 10);
	return timegm(&tm) - sign * (hours * 3600 + minutes * 60);
}

/* What is not said is "". */
static const char *member(const struct dv_value *map, const char *name)
{
	const struct dv_value *v = dv_value_get(map, name, strlen(name));

	if (!v || v->type != DV_VALUE_STR ||
	    memchr(v->u.str.s, '\0', v->u.str.n))
		return "";
	return v->u.str.s;
}

static int incomplete(const char *what, struct dv_err *err)
{
	return dv_err_set(err, DV_E_FORMAT, "%s holds no credentials: there "
			  "must be an AccessKeyId, a SecretAccessKey, and an "
			  "Expiration that is a time, if any", what);
}

/* A header is made of each: no control character may be in it. */
static bool is_clean(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return false;
	return true;
}

static int take(struct dv_awscred *c, const char *access, const char *secret,
		const char *token, const char *expires, const char *what,
		struct dv_err *err)
{
	int64_t until = *expires ? dv_awscred_parse_time(expires) : 0;

	if (!*access || !*secret || until < 0 || !is_clean(access) ||
	    !is_clean(token))
		return incomplete(what, err);
	dv_awscred_set(c, access, secret, token);
	c->expires = until;
	return 0;
}

static void wipe_value(struct dv_value *v)
{
	for (size_t i = 0; v->type == DV_VALUE_MAP && i < v->u.map.n; i++) {
		struct dv_value *m = &v->u.map.m[i].val;

		if (m->type == DV_VALUE_STR)
			explicit_bzero(m->u.str.s, m->u.str.n);
	}
	dv_value_release(v);
}

int dv_awscred_parse_json(struct dv_awscred *c, const char *text, size_t n,
			  const char *what, struct dv_err *err)
{
	struct dv_value v = DV_VALUE_INIT;
	struct dv_err unsaid = DV_ERR_INIT;
	const char *token;
	int rc;

	/* What the parser says might quote a secret. */
	if (dv_json_parse(&v, text, n, what, &unsaid))
		return dv_err_set(err, DV_E_FORMAT, "%s is not JSON", what);
	token = member(&v, "SessionToken");
	if (!*token)
		token = member(&v, "Token");
	rc = take(c, member(&v, "AccessKeyId"), member(&v, "SecretAccessKey"),
		  token, member(&v, "Expiration"), what, err);
	wipe_value(&v);
	return rc;
}

struct sts {
	char *access, *secret, *token, *expires;
};

static void keep(char **to, const char *text)
{
	wipe(to);
	*to = dv_strdup(text);
}

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && !strcmp(path + n - m, end);
}

static int on_element(void *arg, const char *path, const char *text,
		      struct dv_err *err)
{
	struct sts *s = arg;

	(void)err;
	if (ends_in(path, "Result/Credentials/AccessKeyId"))
		keep(&s->access, text);
	else if (ends_in(path, "Result/Credentials/SecretAccessKey"))
		keep(&s->secret, text);
	else if (ends_in(path, "Result/Credentials/SessionToken"))
		keep(&s->token, text);
	else if (ends_in(path, "Result/Credentials/Expiration"))
		keep(&s->expires, text);
	return 0;
}

static const char *text_of(const char *s)
{
	return s ? s : "";
}

int dv_awscred_parse_sts(struct dv_awscred *c, const char *text, size_t n,
			 const char *what, struct dv_err *err)
{
	struct sts s = { NULL, NULL, NULL, NULL };
	int rc = dv_xml_parse(text, n, what, on_element, &s, err);

	if (rc == 0)
		rc = take(c, text_of(s.access), text_of(s.secret),
			  text_of(s.token), text_of(s.expires), what, err);
	wipe(&s.access);
	wipe(&s.secret);
	wipe(&s.token);
	wipe(&s.expires);
	return rc;
}
