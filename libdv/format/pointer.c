/* SPDX-License-Identifier: MIT */
#include "format/pointer.h"

#include <inttypes.h>
#include <string.h>

#define MAGIC "dv-pointer "

/* What is left of the text, and what to call it. */
struct cursor {
	const char *p, *end;
	const char *name;
	unsigned line;
};

bool dv_pointer_is(const void *buf, size_t n)
{
	size_t m = sizeof(MAGIC) - 1;
	const char *p = buf;

	return n > m && !memcmp(p, MAGIC, m) && p[m] >= '0' && p[m] <= '9';
}

/* A merge leaves its markers at the start of a line. */
static bool has_conflict(const char *p, size_t n)
{
	static const char *const markers[] = { "<<<<<<<", "=======", ">>>>>>>" };
	const char *end = p + n;
	size_t i;

	while (p && p < end) {
		for (i = 0; i < sizeof(markers) / sizeof(*markers); i++)
			if (end - p >= 7 && !memcmp(p, markers[i], 7))
				return true;
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	return false;
}

static int bad(const struct cursor *c, const char *why, struct dv_err *err)
{
	dv_err_set(err, DV_E_FORMAT, "pointer '%s', line %u: %s", c->name,
		   c->line, why);
	return dv_err_hint(err, "take it from git again: git checkout HEAD -- "
				"'%s'",
			   c->name);
}

/*
 * The value of the next line, which must have this key; *value is not
 * NUL-ended.
 */
static int next_value(struct cursor *c, const char *key, const char **value,
		      size_t *n, struct dv_err *err)
{
	size_t kn = strlen(key);
	const char *eol;

	c->line++;
	eol = memchr(c->p, '\n', (size_t)(c->end - c->p));
	if (!eol)
		return bad(c, "it ends before its last line does", err);
	if ((size_t)(eol - c->p) <= kn || memcmp(c->p, key, kn) ||
	    c->p[kn] != ' ') {
		dv_err_set(err, DV_E_FORMAT,
			   "pointer '%s', line %u: '%s' is expected here",
			   c->name, c->line, key);
		return -DV_E_FORMAT;
	}
	*value = c->p + kn + 1;
	*n = (size_t)(eol - *value);
	if (*n && (*value)[*n - 1] == '\r')
		--*n;
	c->p = eol + 1;
	return 0;
}

/* Decimal without a sign or a leading zero, at most 2^63-1. */
static int next_number(struct cursor *c, const char *key, uint64_t *out,
		       struct dv_err *err)
{
	const char *s;
	uint64_t v = 0;
	size_t i, n;
	int rc;

	rc = next_value(c, key, &s, &n, err);
	if (rc < 0)
		return rc;
	if (!n || n > 19 || (n > 1 && s[0] == '0'))
		return bad(c, "not a number as dv writes it", err);
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return bad(c, "not a number as dv writes it", err);
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	if (v > INT64_MAX)
		return bad(c, "the number is too large", err);
	*out = v;
	return 0;
}

static int next_version(struct cursor *c, struct dv_err *err)
{
	const char *s;
	size_t n;
	int rc;

	rc = next_value(c, "dv-pointer", &s, &n, err);
	if (rc < 0)
		return rc;
	if (n == 1 && s[0] == '1')
		return 0;
	dv_err_set(err, DV_E_UNSUPPORTED,
		   "pointer '%s' is of version '%.*s', and this dv reads "
		   "version 1",
		   c->name, (int)(n < 20 ? n : 20), s);
	return dv_err_hint(err, "install a newer dv");
}

static int next_manifest(struct cursor *c, struct dv_digest *out,
			 struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	const char *s;
	size_t n;
	int rc;

	rc = next_value(c, "manifest", &s, &n, err);
	if (rc < 0)
		return rc;
	if (n >= sizeof(text) || memchr(s, '\0', n) ||
	    dv_digest_parse(out, s, n, 0, err) < 0)
		return bad(c, "not a manifest id", err);
	dv_digest_format(text, out);
	if (strlen(text) != n || memcmp(text, s, n))
		return bad(c, "not a manifest id as dv writes it", err);
	return 0;
}

int dv_pointer_parse(struct dv_pointer *out, const void *buf, size_t n,
		     const char *name, struct dv_err *err)
{
	struct cursor c = { buf, (const char *)buf + n, name, 0 };
	struct dv_pointer p;
	int rc;

	if (n > DV_POINTER_MAX)
		return dv_err_set(err, DV_E_LIMIT,
				  "pointer '%s' is longer than %d bytes", name,
				  DV_POINTER_MAX);
	if (n && has_conflict(buf, n)) {
		dv_err_set(err, DV_E_FORMAT,
			   "pointer '%s' has conflict markers of a merge",
			   name);
		return dv_err_hint(err, "take one side, git checkout --ours -- "
					"'%s' (or --theirs),\nthen: dv checkout, or "
					"dv pull where it is not here",
				   name);
	}
	if (!n || !dv_pointer_is(buf, n))
		return dv_err_set(err, DV_E_FORMAT, "'%s' is not a pointer",
				  name);

	if ((rc = next_version(&c, err)) < 0 ||
	    (rc = next_manifest(&c, &p.manifest, err)) < 0 ||
	    (rc = next_number(&c, "files", &p.files, err)) < 0 ||
	    (rc = next_number(&c, "size", &p.size, err)) < 0)
		return rc;
	if (c.p != c.end) {
		c.line++;
		return bad(&c, "there is more than dv writes", err);
	}
	*out = p;
	return 0;
}

void dv_pointer_format(struct dv_buf *out, const struct dv_pointer *p)
{
	char id[DV_DIGEST_TEXT];

	dv_buf_printf(out, "dv-pointer 1\nmanifest %s\nfiles %" PRIu64
		      "\nsize %" PRIu64 "\n",
		      dv_digest_format(id, &p->manifest), p->files, p->size);
}
