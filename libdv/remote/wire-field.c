/* SPDX-License-Identifier: MIT */
#include "remote/wire-field.h"

#include <inttypes.h>
#include <string.h>

#include "base/hex.h"

bool dv_wirefield_is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

bool dv_wirefield_is_plain(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '/' || c == '=';
}

void dv_wirefield_space(struct dv_wirefield *c)
{
	if (c->bad)
		return;
	if (c->p == c->end || *c->p != ' ')
		c->bad = "a field is missing";
	else
		c->p++;
}

/* The next word, up to a space or the end. */
static size_t word(struct dv_wirefield *c, const char **at)
{
	const char *space;

	*at = c->p;
	if (c->bad)
		return 0;
	space = memchr(c->p, ' ', (size_t)(c->end - c->p));
	c->p = space ? space : c->end;
	return (size_t)(c->p - *at);
}

unsigned dv_wirefield_name(struct dv_wirefield *c, const char *const *names,
			   size_t count, const char *bad)
{
	const char *at;
	size_t n = word(c, &at);

	if (c->bad)
		return 0;
	for (unsigned i = 0; i < count; i++)
		if (names[i] && strlen(names[i]) == n &&
		    !memcmp(names[i], at, n))
			return i;
	c->bad = bad;
	return 0;
}

uint64_t dv_wirefield_number(struct dv_wirefield *c)
{
	const char *at;
	size_t n = word(c, &at);
	uint64_t v = 0;

	if (c->bad)
		return 0;
	if (n == 0 || n > 19 || (n > 1 && at[0] == '0'))
		goto bad;
	for (size_t i = 0; i < n; i++) {
		if (at[i] < '0' || at[i] > '9')
			goto bad;
		v = v * 10 + (unsigned)(at[i] - '0');
	}
	if (v <= DV_WIRE_SIZE_MAX)
		return v;
bad:
	c->bad = "a number is none";
	return 0;
}

int64_t dv_wirefield_maybe(struct dv_wirefield *c)
{
	if (!c->bad && c->p < c->end && *c->p == '?') {
		c->p++;
		return -1;
	}
	return (int64_t)dv_wirefield_number(c);
}

/* One byte of an encoded field, or -1. */
static int decode_byte(const char **at, const char *end)
{
	int hi, lo, v;

	if (dv_wirefield_is_plain(**at))
		return (unsigned char)*(*at)++;
	if (**at != '%' || end - *at < 3)
		return -1;
	hi = dv_hex_digit((*at)[1]);
	lo = dv_hex_digit((*at)[2]);
	if (hi < 0 || lo < 0 || (*at)[1] >= 'a' || (*at)[2] >= 'a')
		return -1;
	v = hi * 16 + lo;
	if (!v || dv_wirefield_is_plain((char)v))
		return -1;
	*at += 3;
	return v;
}

/* An encoded field of at most max bytes; out has room for a NUL too. */
static size_t take_encoded(struct dv_wirefield *c, char *out, size_t max)
{
	const char *at;
	size_t n = word(c, &at), len = 0;
	const char *end = at + n;

	out[0] = '\0';
	if (c->bad || (n == 1 && *at == '%'))
		return 0;
	if (!n)
		c->bad = "a field is empty";
	while (at < end) {
		int b = decode_byte(&at, end);

		if (b < 0 || len == max) {
			c->bad = b < 0 ? "a field is not encoded as it must be"
				       : "a field is too long";
			return 0;
		}
		out[len++] = (char)b;
	}
	out[len] = '\0';
	return len;
}

void dv_wirefield_key(struct dv_wirefield *c, char *out)
{
	size_t n = take_encoded(c, out, DV_WIRE_KEY_MAX);

	if (!c->bad && !dv_wire_key_ok(out, n))
		c->bad = "a key is not allowed";
}

void dv_wirefield_prefix(struct dv_wirefield *c, char *out)
{
	size_t n = take_encoded(c, out, DV_WIRE_KEY_MAX);

	if (!c->bad && !dv_wire_prefix_ok(out, n))
		c->bad = "no key can begin like this";
}

void dv_wirefield_file(struct dv_wirefield *c, char *out)
{
	take_encoded(c, out, DV_WIRE_FILE_MAX);
	if (!c->bad && out[0] != '/')
		c->bad = "a file's path is not absolute";
}

void dv_wirefield_text(struct dv_wirefield *c, char *out)
{
	size_t n = (size_t)(c->end - c->p);

	out[0] = '\0';
	if (c->bad)
		return;
	if (n > DV_WIRE_TEXT_MAX)
		c->bad = "a text is too long";
	for (size_t i = 0; i < n && !c->bad; i++)
		if (dv_wirefield_is_control(c->p[i]))
			c->bad = "a text has a control character";
	if (c->bad)
		return;
	memcpy(out, c->p, n);
	out[n] = '\0';
	c->p = c->end;
}

void dv_wirefield_ident(struct dv_wirefield *c, char *out)
{
	const char *at;
	size_t n = word(c, &at);

	out[0] = '\0';
	if (c->bad)
		return;
	if (n == 0 || n > DV_WIRE_NAME_MAX)
		c->bad = "a name is too long or empty";
	for (size_t i = 0; i < n && !c->bad; i++)
		if (!(at[i] >= 'a' && at[i] <= 'z') && at[i] != '-' &&
		    !(at[i] >= '0' && at[i] <= '9'))
			c->bad = "a name has other than a-z, 0-9 and -";
	if (c->bad)
		return;
	memcpy(out, at, n);
	out[n] = '\0';
}

int dv_wirefield_finish(struct dv_wirefield *c, const char *line, size_t n,
			struct dv_err *err)
{
	if (!c->bad && c->p != c->end)
		c->bad = "something is left over";
	if (!c->bad)
		return 0;
	return dv_err_set(err, DV_E_FORMAT, "%s in '%.*s'%s", c->bad,
			  n > 200 ? 200 : (int)n, line, n > 200 ? "…" : "");
}

struct dv_wirefield dv_wirefield_of(const char *line, size_t n)
{
	return (struct dv_wirefield){ line, line + n, NULL };
}

enum dv_wire_class dv_wirefield_class(struct dv_wirefield *c)
{
	const char *at;
	size_t n = word(c, &at);

	for (unsigned i = DV_WIRE_OK + 1; !c->bad && i <= DV_WIRE_FATAL; i++) {
		const char *name = dv_wire_class_name(i);

		if (strlen(name) == n && !memcmp(name, at, n))
			return i;
	}
	if (!c->bad)
		c->bad = "no such class of error";
	return DV_WIRE_FATAL;
}

uint64_t dv_wirefield_id(struct dv_wirefield *c)
{
	uint64_t id = dv_wirefield_number(c);

	if (!c->bad && !id)
		c->bad = "a request has no number";
	dv_wirefield_space(c);
	return id;
}

void dv_wirefield_add(struct dv_buf *out, const char *s)
{
	dv_buf_char(out, ' ');
	dv_wire_encode(out, s, strlen(s));
}

void dv_wirefield_add_number(struct dv_buf *out, uint64_t v)
{
	dv_buf_printf(out, " %" PRIu64, v);
}

void dv_wirefield_add_maybe(struct dv_buf *out, int64_t v)
{
	if (v < 0)
		dv_buf_str(out, " ?");
	else
		dv_buf_printf(out, " %" PRId64, v);
}

void dv_wirefield_add_text(struct dv_buf *out, const char *text)
{
	size_t n = strnlen(text, DV_WIRE_TEXT_MAX);

	dv_buf_char(out, ' ');
	for (size_t i = 0; i < n; i++)
		dv_buf_char(out, dv_wirefield_is_control(text[i]) ? '?' :
								    text[i]);
}
