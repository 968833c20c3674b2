/* SPDX-License-Identifier: MIT */
#include "format/dvconfig.h"

#include <stdbool.h>
#include <string.h>

struct reader {
	const char *p, *end;
	const char *name;
	unsigned line;
	struct dv_buf section;	/* "section" or "section.sub" */
	struct dv_buf key;
	struct dv_buf value;
	struct dv_err *err;
};

void dv_dvconfig_release(struct dv_dvconfig *c)
{
	dv_strlist_release(&c->keys);
	dv_strlist_release(&c->values);
}

const char *dv_dvconfig_get(const struct dv_dvconfig *c, const char *key)
{
	size_t i;

	for (i = c->keys.n; i > 0; i--)
		if (!strcmp(c->keys.v[i - 1], key))
			return c->values.v[i - 1];
	return NULL;
}

void dv_dvconfig_all(const struct dv_dvconfig *c, const char *key,
		     struct dv_strlist *out)
{
	size_t i;

	for (i = 0; i < c->keys.n; i++)
		if (!strcmp(c->keys.v[i], key))
			dv_strlist_add(out, c->values.v[i]);
}

void dv_dvconfig_format(struct dv_buf *out, const char *name,
			const char *value)
{
	size_t n = strlen(value);
	bool quote = !n || value[0] == ' ' || value[n - 1] == ' ' ||
		     strpbrk(value, "#;\"\\\n\t\b\v\f\r");

	dv_buf_printf(out, "\t%s = %s", name, quote ? "\"" : "");
	for (; *value; value++) {
		switch (*value) {
		case '\n':
			dv_buf_str(out, "\\n");
			break;
		case '\t':
			dv_buf_str(out, "\\t");
			break;
		case '\b':
			dv_buf_str(out, "\\b");
			break;
		case '"':
		case '\\':
			dv_buf_char(out, '\\');
			/* fall through */
		default:
			dv_buf_char(out, *value);
		}
	}
	dv_buf_str(out, quote ? "\"\n" : "\n");
}

static int bad(struct reader *in, const char *why)
{
	return dv_err_set(in->err, DV_E_FORMAT, "'%s', line %u: %s", in->name,
			  in->line, why);
}

/* The next character, a CR before an LF left out; -1 at the end. */
static int next_char(struct reader *in)
{
	if (in->p == in->end)
		return -1;
	if (*in->p == '\r' && in->end - in->p > 1 && in->p[1] == '\n')
		in->p++;
	if (*in->p == '\n')
		in->line++;
	return (unsigned char)*in->p++;
}

static bool is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_key_char(int c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '-';
}

static char lower(int c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

/* Up to the end of the line, which stays. */
static void skip_comment(struct reader *in)
{
	while (in->p < in->end && *in->p != '\n')
		in->p++;
}

/* Behind `[section `: `"sub"]`, where a backslash keeps what follows. */
static int read_subsection(struct reader *in)
{
	int c;

	while (in->p < in->end && is_blank(*in->p))
		in->p++;
	if (next_char(in) != '"')
		return bad(in, "a subsection's name is in double quotes");
	dv_buf_char(&in->section, '.');
	while ((c = next_char(in)) != '"') {
		if (c == '\\')
			c = next_char(in);
		if (c <= 0 || c == '\n')
			return bad(in, "the subsection's name does not end");
		dv_buf_char(&in->section, (char)c);
	}
	return next_char(in) == ']' ? 0 : bad(in, "']' is expected");
}

/* Behind the '['. */
static int read_section(struct reader *in)
{
	int c;

	dv_buf_reset(&in->section);
	while (is_key_char(c = next_char(in)) || c == '.')
		dv_buf_char(&in->section, lower(c));
	if (!in->section.len)
		return bad(in, "a section has no name");
	if (c == ']')
		return 0;
	if (!is_blank(c))
		return bad(in, "not the name of a section");
	return read_subsection(in);
}

/* Behind a backslash: 1 where it is taken, 0 where there is none such. */
static bool read_escape(struct reader *in)
{
	int c = next_char(in);

	switch (c) {
	case '\n':
		return true;
	case 't':
		c = '\t';
		break;
	case 'b':
		c = '\b';
		break;
	case 'n':
		c = '\n';
		break;
	case '\\':
	case '"':
		break;
	default:
		return false;
	}
	dv_buf_char(&in->value, (char)c);
	return true;
}

/*
 * Behind the '=': blanks around the value go, those inside stay; quotes
 * switch, as in a shell.
 */
static int read_value(struct reader *in)
{
	bool quoted = false;
	size_t keep = 0;	/* of the value, trailing blanks left out */
	int c;

	dv_buf_reset(&in->value);
	while (in->p < in->end && (*in->p != '\n' || quoted)) {
		c = next_char(in);
		if (c == '\n' && !quoted)
			break;
		if (c == '\n' || c == '\0')
			return bad(in, "the value is not closed, or holds a NUL");
		if (!quoted && (c == '#' || c == ';')) {
			skip_comment(in);
			break;
		}
		if (!quoted && is_blank(c)) {
			if (in->value.len)
				dv_buf_char(&in->value, (char)c);
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		else if (c != '\\')
			dv_buf_char(&in->value, (char)c);
		else if (!read_escape(in))
			return bad(in, "an escape that there is not");
		keep = in->value.len;
	}
	if (quoted)
		return bad(in, "the value is not closed");
	if (in->value.data)
		dv_buf_setlen(&in->value, keep);
	return 0;
}

static bool is_include(const char *key)
{
	return !strncmp(key, "include.", 8) || !strncmp(key, "includeif.", 10);
}

/* A name and, perhaps, its value; c is its first letter. */
static int read_setting(struct reader *in, int c, struct dv_dvconfig *out)
{
	int rc = 0;

	if (!in->section.len)
		return bad(in, "a setting before the first section");
	dv_buf_reset(&in->key);
	dv_buf_add(&in->key, in->section.data, in->section.len);
	dv_buf_char(&in->key, '.');
	dv_buf_char(&in->key, lower(c));
	while (in->p < in->end && is_key_char(*in->p))
		dv_buf_char(&in->key, lower(*in->p++));
	while (in->p < in->end && is_blank(*in->p))
		in->p++;

	dv_buf_reset(&in->value);
	if (in->p < in->end && *in->p == '=') {
		in->p++;
		rc = read_value(in);
	} else if (in->p == in->end || *in->p == '\n' || *in->p == '#' ||
		   *in->p == ';') {
		dv_buf_str(&in->value, "true");
	} else {
		rc = bad(in, "'=' is expected behind the name");
	}
	if (rc < 0)
		return rc;
	if (is_include(in->key.data)) {
		dv_err_set(in->err, DV_E_INVALID,
			   "'%s', line %u: a tracked file may not include "
			   "another",
			   in->name, in->line);
		return dv_err_hint(in->err, "git config --file '%s' "
					    "--remove-section include",
				   in->name);
	}
	dv_strlist_add(&out->keys, in->key.data);
	dv_strlist_add(&out->values, dv_buf_cstr(&in->value));
	return 0;
}

static int read_all(struct reader *in, struct dv_dvconfig *out)
{
	int c, rc = 0;

	if (in->end - in->p >= 3 && !memcmp(in->p, "\xef\xbb\xbf", 3))
		in->p += 3;
	while (!rc && (c = next_char(in)) >= 0) {
		if (c == '\n' || is_blank(c))
			continue;
		if (c == '#' || c == ';')
			skip_comment(in);
		else if (c == '[')
			rc = read_section(in);
		else if (is_alpha(c))
			rc = read_setting(in, c, out);
		else
			rc = bad(in, "neither a section nor a setting");
	}
	return rc;
}

int dv_dvconfig_parse(struct dv_dvconfig *out, const void *buf, size_t n,
		      const char *name, struct dv_err *err)
{
	struct dv_dvconfig c = DV_DVCONFIG_INIT;
	struct reader in = {
		buf, buf ? (const char *)buf + n : NULL, name, 1,
		DV_BUF_INIT, DV_BUF_INIT, DV_BUF_INIT, err
	};
	int rc;

	if (n > DV_DVCONFIG_MAX)
		return dv_err_set(err, DV_E_LIMIT,
				  "'%s' is longer than %d bytes", name,
				  DV_DVCONFIG_MAX);
	rc = read_all(&in, &c);
	dv_buf_release(&in.section);
	dv_buf_release(&in.key);
	dv_buf_release(&in.value);

	if (rc < 0)
		dv_dvconfig_release(&c);
	else
		*out = c;
	return rc;
}
