/* SPDX-License-Identifier: MIT */
#include "format/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"

/* A line at a time; line is its number, from 1. */
struct reader {
	const char *p, *end;
	unsigned line;
	struct dv_buf value;	/* the last one that was quoted */
	struct dv_err *err;
};

static int bad(struct reader *in, const char *why)
{
	return dv_err_set(in->err, DV_E_FORMAT,
			  "the version record is damaged: line %u: %s",
			  in->line, why);
}

/* The next line must begin with start; *s is what follows, n bytes. */
static int next_line(struct reader *in, const char *start, const char **s,
		     size_t *n)
{
	size_t k = strlen(start);
	const char *eol;

	in->line++;
	eol = memchr(in->p, '\n', (size_t)(in->end - in->p));
	if (!eol)
		return bad(in, "it ends inside");
	if ((size_t)(eol - in->p) < k || memcmp(in->p, start, k))
		return dv_err_set(in->err, DV_E_FORMAT,
				  "the version record is damaged: line %u: "
				  "'%s' is expected",
				  in->line, start);
	*s = in->p + k;
	*n = (size_t)(eol - *s);
	in->p = eol + 1;
	return 0;
}

/*
 * A value that may be quoted, made plain: NUL-ended, into in->value or a
 * copy of the caller's.  Only what dv_path_quote() writes is taken.
 */
static int plain_value(struct reader *in, const char *s, size_t n)
{
	struct dv_buf again = DV_BUF_INIT;
	struct dv_err ignored;
	size_t used;
	bool same;

	dv_buf_reset(&in->value);
	if (!n)
		return bad(in, "a value is empty");
	if (dv_path_unquote(&in->value, s, n, &used, &ignored) < 0 || used != n)
		return bad(in, "a quoted value is not closed or has an unknown "
			       "escape");
	if (!in->value.len || memchr(in->value.data, '\0', in->value.len))
		return bad(in, "a value is empty or holds a NUL");

	dv_path_quote(&again, in->value.data, in->value.len);
	same = again.len == n && !memcmp(again.data, s, n);
	dv_buf_release(&again);
	return same ? 0 : bad(in, "a value is not quoted as dv writes it");
}

static int read_value(struct reader *in, const char *start, char **out)
{
	const char *s;
	size_t n;
	int rc;

	rc = next_line(in, start, &s, &n);
	if (!rc)
		rc = plain_value(in, s, n);
	if (!rc)
		*out = dv_strdup(in->value.data);
	return rc;
}

/* Lower-case hex of 40 or 64 digits, of the n bytes at s. */
static bool take_hex(char out[65], const char *s, size_t n)
{
	if (n != 40 && n != 64)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return strspn(out, "0123456789abcdef") == n;
}

static int read_digest(struct reader *in, const char *start,
		       struct dv_digest *out)
{
	char text[DV_DIGEST_TEXT];
	struct dv_err ignored;
	const char *s;
	size_t n;
	int rc;

	rc = next_line(in, start, &s, &n);
	if (rc < 0)
		return rc;
	if (n >= sizeof(text) || memchr(s, '\0', n) ||
	    dv_digest_parse(out, s, n, 0, &ignored) < 0)
		return bad(in, "not an id");
	dv_digest_format(text, out);
	if (strlen(text) != n || memcmp(text, s, n))
		return bad(in, "not an id as dv writes it");
	return 0;
}

/* Decimal, no sign, no leading zero, at most 2^63-1; of n bytes. */
static bool take_number(uint64_t *out, const char *s, size_t n)
{
	uint64_t v = 0;
	size_t i;

	if (!n || n > 19 || (n > 1 && s[0] == '0'))
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	*out = v;
	return v <= INT64_MAX;
}

static int read_number(struct reader *in, const char *start, uint64_t *out)
{
	const char *s;
	size_t n;
	int rc;

	rc = next_line(in, start, &s, &n);
	if (rc < 0)
		return rc;
	return take_number(out, s, n) ? 0 : bad(in, "not a number");
}

/* --- the header: four lines and an empty one ---------------------------- */

/* " 1700000000 +0130" behind the '>' at gt. */
static int take_time(struct reader *in, struct dv_record *r, const char *gt,
		     const char *end)
{
	const char *zone = end - 5;
	uint64_t t, hhmm;
	size_t i;

	if (end - gt < 9 || gt[1] != ' ' || zone[-1] != ' ' ||
	    (zone[0] != '+' && zone[0] != '-') ||
	    !take_number(&t, gt + 2, (size_t)(zone - 1 - (gt + 2))))
		return bad(in, "no time behind the tagger");
	for (i = 1, hhmm = 0; i < 5; i++) {
		if (zone[i] < '0' || zone[i] > '9')
			return bad(in, "not a time zone");
		hhmm = hhmm * 10 + (uint64_t)(zone[i] - '0');
	}
	if (hhmm % 100 > 59 || (!hhmm && zone[0] == '-'))
		return bad(in, "not a time zone");
	r->time = (int64_t)t;
	r->tz = (int)(hhmm / 100 * 60 + hhmm % 100);
	if (zone[0] == '-')
		r->tz = -r->tz;
	return 0;
}

static int read_tagger(struct reader *in, struct dv_record *r)
{
	const char *s, *gt;
	size_t n;
	int rc;

	rc = next_line(in, "tagger ", &s, &n);
	if (rc < 0)
		return rc;
	gt = memchr(s, '>', n);
	if (!gt || memchr(s, '\0', n))
		return bad(in, "not a name and an address");
	r->tagger = dv_strndup(s, (size_t)(gt + 1 - s));
	return take_time(in, r, gt, s + n);
}

static int read_header(struct reader *in, struct dv_record *r, char *id)
{
	const char *s;
	size_t n;
	int rc;

	rc = next_line(in, "object ", &s, &n);
	if (rc < 0)
		return rc;
	if (!take_hex(r->code, s, n))
		return bad(in, "not a commit id");

	rc = next_line(in, "type commit", &s, &n);
	if (rc < 0)
		return rc;
	if (n)
		return bad(in, "not a tag on a commit");

	rc = next_line(in, "tag ", &s, &n);
	if (rc < 0)
		return rc;
	if (n >= DV_VERSION_ID_MAX)
		return bad(in, "not a version id");
	memcpy(id, s, n);
	id[n] = '\0';

	rc = read_tagger(in, r);
	if (!rc)
		rc = next_line(in, "", &s, &n);
	return rc < 0 ? rc : n ? bad(in, "an empty line is expected") : 0;
}

/* --- the message: all up to the last empty line ------------------------- */

static int read_message(struct reader *in, struct dv_record *r)
{
	const char *p = in->end - 1;
	const char *q;

	/* the last paragraph has no empty line, as values are quoted */
	while (p > in->p && !(p[-1] == '\n' && p[0] == '\n'))
		p--;
	if (p <= in->p)
		return bad(in, "there is no last paragraph");

	r->message = dv_strndup(in->p, (size_t)(p - 1 - in->p));
	for (q = in->p; q <= p; q++)
		in->line += *q == '\n';
	in->p = p + 1;
	return 0;
}

/* --- the last paragraph ------------------------------------------------- */

static int read_version(struct reader *in)
{
	const char *s;
	size_t n;
	int rc;

	rc = next_line(in, "Dv-Record: ", &s, &n);
	if (rc < 0 || (n == 1 && s[0] == '1'))
		return rc;
	dv_err_set(in->err, DV_E_UNSUPPORTED,
		   "the version record is of format '%.*s', and this dv reads "
		   "format 1",
		   (int)(n < 20 ? n : 20), s);
	return dv_err_hint(in->err, "install a newer dv");
}

static int read_config_hash(struct reader *in, struct dv_record *r)
{
	const char *s;
	size_t n;
	int rc;

	rc = next_line(in, "Dv-Config-Hash: ", &s, &n);
	if (rc < 0)
		return rc;
	if (n >= sizeof(r->config_hash))
		return bad(in, "not a config hash");
	memcpy(r->config_hash, s, n);
	r->config_hash[n] = '\0';
	return 0;
}

/* `<hex>[ dirty][ snapshot]`; the hex is the one tagged. */
static int read_code(struct reader *in, struct dv_record *r)
{
	size_t n, k = strlen(r->code);
	const char *s;
	int rc;

	rc = next_line(in, "Dv-Code: ", &s, &n);
	if (rc < 0)
		return rc;
	if (n < k || memcmp(s, r->code, k))
		return bad(in, "not the commit that is tagged");
	s += k;
	n -= k;
	if (n >= 6 && !memcmp(s, " dirty", 6)) {
		r->dirty = true;
		s += 6;
		n -= 6;
	}
	if (n == 9 && !memcmp(s, " snapshot", 9)) {
		r->snapshot = true;
		n = 0;
	}
	return n ? bad(in, "there is more than dv writes") : 0;
}

static bool at_key(const struct reader *in, const char *start)
{
	size_t k = strlen(start);

	return (size_t)(in->end - in->p) >= k && !memcmp(in->p, start, k);
}

static int read_list(struct reader *in, const char *start,
		     struct dv_strlist *out)
{
	char *value;
	int rc;

	while (at_key(in, start)) {
		rc = read_value(in, start, &value);
		if (rc < 0)
			return rc;
		dv_strlist_take(out, value);
	}
	return 0;
}

/* Keys of a later dv, kept so that the record can be written again. */
static int read_extra(struct reader *in, struct dv_strlist *out)
{
	const char *s, *colon;
	size_t n;
	int rc;

	while (in->p < in->end) {
		rc = next_line(in, "Dv-", &s, &n);
		if (rc < 0)
			return rc;
		colon = memchr(s, ':', n);
		if (!colon || colon == s || s + n - colon < 3 || colon[1] != ' ')
			return bad(in, "not a key and a value");
		if (dv_record_key_is(s, (size_t)(colon - s)))
			return bad(in, "a key is there twice or in another "
				       "place");
		rc = plain_value(in, colon + 2, (size_t)(s + n - (colon + 2)));
		if (rc < 0)
			return rc;
		dv_strlist_take(out, dv_asprintf("%.*s: %s", (int)(colon - s),
						 s, in->value.data));
	}
	return 0;
}

static int read_last(struct reader *in, struct dv_record *r)
{
	int rc;

	if ((rc = read_version(in)) < 0 ||
	    (rc = read_value(in, "Dv-Namespace: ", &r->name_space)) < 0 ||
	    (rc = read_value(in, "Dv-Dataset: ", &r->dataset)) < 0 ||
	    (rc = read_digest(in, "Dv-Manifest: ", &r->manifest)) < 0 ||
	    (rc = read_number(in, "Dv-Files: ", &r->files)) < 0 ||
	    (rc = read_number(in, "Dv-Size: ", &r->size)) < 0 ||
	    (rc = read_digest(in, "Dv-Config: ", &r->config)) < 0 ||
	    (rc = read_config_hash(in, r)) < 0 ||
	    (rc = read_code(in, r)) < 0 ||
	    (rc = read_value(in, "Dv-Made-By: ", &r->made_by)) < 0)
		return rc;
	if (at_key(in, "Dv-Command: ") &&
	    (rc = read_value(in, "Dv-Command: ", &r->command)) < 0)
		return rc;
	if ((rc = read_list(in, "Dv-Parent: ", &r->parents)) < 0 ||
	    (rc = read_list(in, "Dv-Input: ", &r->inputs)) < 0)
		return rc;
	return read_extra(in, &r->extra);
}

static int read_record(struct reader *in, struct dv_record *r)
{
	char id[DV_VERSION_ID_MAX], said[DV_VERSION_ID_MAX];
	int rc;

	rc = read_header(in, r, said);
	if (!rc)
		rc = read_message(in, r);
	if (!rc)
		rc = read_last(in, r);
	if (rc < 0)
		return rc;

	if (dv_record_check(r, in->err) < 0) {
		in->err->code = DV_E_FORMAT;
		return dv_err_prefix(in->err, "the version record is damaged");
	}
	if (strcmp(dv_record_id(id, r), said)) {
		in->line = 3;
		return bad(in, "the name is not that of its content");
	}
	return 0;
}

int dv_record_parse(struct dv_record *out, const void *buf, size_t n,
		    struct dv_err *err)
{
	struct reader in = { buf, (const char *)buf + n, 0, DV_BUF_INIT, err };
	struct dv_record r;
	int rc;

	if (n > DV_RECORD_MAX)
		return dv_err_set(err, DV_E_LIMIT,
				  "the version record is longer than %u bytes",
				  DV_RECORD_MAX);
	dv_record_init(&r);
	if (!n || memchr(buf, '\0', n) || in.end[-1] != '\n')
		rc = bad(&in, "it is empty, cut off or holds a NUL");
	else
		rc = read_record(&in, &r);
	dv_buf_release(&in.value);

	if (rc < 0)
		dv_record_release(&r);
	else
		*out = r;
	return rc;
}
