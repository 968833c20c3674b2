/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include <string.h>

/* The letter of the escape for byte c, 0 if it needs none, 1 for octal. */
static char escape_of(unsigned char c)
{
	static const char named[] = "abtnvfr";

	if (c >= '\a' && c <= '\r')
		return named[c - '\a'];
	if (c == '"' || c == '\\')
		return (char)c;
	return c < ' ' || c >= 0x7f;
}

static size_t count_plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && !escape_of((unsigned char)s[i]))
		i++;
	return i;
}

void dv_path_quote(struct dv_buf *out, const char *path, size_t n)
{
	size_t plain = count_plain(path, n);

	if (plain == n) {
		dv_buf_add(out, path, n);
		return;
	}
	dv_buf_char(out, '"');
	for (size_t i = 0;;) {
		unsigned char c;
		char letter;

		dv_buf_add(out, path + i, plain);
		i += plain;
		if (i == n)
			break;
		c = (unsigned char)path[i++];
		letter = escape_of(c);
		if (letter == 1)
			dv_buf_printf(out, "\\%03o", c);
		else
			dv_buf_add(out, (char[]){ '\\', letter }, 2);
		plain = count_plain(path + i, n - i);
	}
	dv_buf_char(out, '"');
}

/* The byte meant by the escape behind a backslash, or -1; advances *i. */
static int unescape(const char *s, size_t n, size_t *i)
{
	static const char named[] = "abtnvfr";
	const char *at;
	int v = 0;
	char c;

	if (*i == n)
		return -1;
	c = s[(*i)++];
	if (c == '"' || c == '\\')
		return c;
	at = memchr(named, c, sizeof(named) - 1);
	if (at)
		return '\a' + (int)(at - named);

	if (c < '0' || c > '3' || n - *i < 2)
		return -1;
	v = c - '0';
	for (int k = 0; k < 2; k++) {
		c = s[(*i)++];
		if (c < '0' || c > '7')
			return -1;
		v = v << 3 | (c - '0');
	}
	return v;
}

static int fail(struct dv_buf *out, size_t start, const char *text, size_t n,
		const char *why, struct dv_err *err)
{
	if (out->len > start)
		dv_buf_setlen(out, start);
	return dv_err_set(err, DV_E_INVALID, "quoted path '%.*s%s' %s",
			  n > 256 ? 256 : (int)n, text, n > 256 ? "..." : "",
			  why);
}

int dv_path_unquote(struct dv_buf *out, const char *text, size_t n,
		    size_t *used, struct dv_err *err)
{
	size_t start = out->len;
	size_t i = 1;

	if (n == 0 || text[0] != '"') {
		dv_buf_add(out, text, n);
		*used = n;
		return 0;
	}
	while (i < n && text[i] != '"') {
		int c = (unsigned char)text[i++];

		if (c == '\\')
			c = unescape(text, n, &i);
		if (c < 0)
			return fail(out, start, text, n,
				    "has an unknown escape", err);
		dv_buf_char(out, (char)c);
	}
	if (i == n)
		return fail(out, start, text, n, "has no closing '\"'", err);
	*used = i + 1;
	return 0;
}
