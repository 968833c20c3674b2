/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/control.h"

/* A byte of a UTF-8 sequence that is not its first. */
static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * Where text of n bytes is cut so that it fits in max: not inside a UTF-8
 * sequence, as far as one can tell.
 */
static size_t fit(const char *s, size_t n, size_t max)
{
	size_t cut = max;

	if (n <= max)
		return n;
	while (cut > 0 && max - cut < 4 && is_inside(s[cut]))
		cut--;
	return is_inside(s[cut]) ? max : cut;
}

/* A name may hold a newline or an escape sequence; a message may not. */
static void tame(char *s, bool lines)
{
	int n;

	for (; *s; s += n) {
		n = lines && *s == '\n' ? 0 : dv_control(s);
		memset(s, '?', (size_t)n);
		n += !n;
	}
}

/* Format before writing to dst: an argument may point into it. */
static void put(char *dst, size_t size, bool lines, const char *fmt,
		va_list ap)
{
	char text[sizeof(((struct dv_err *)0)->msg) + 1];
	size_t n;
	int len;

	len = vsnprintf(text, sizeof(text), fmt, ap);
	if (len < 0) {
		text[0] = '\0';
		len = 0;
	}
	n = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	n = fit(text, n, size - 1);
	text[n] = '\0';
	tame(text, lines);
	memcpy(dst, text, n + 1);
}

int dv_err_set(struct dv_err *err, enum dv_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(err->msg, sizeof(err->msg), false, fmt, ap);
	va_end(ap);
	err->code = code;
	err->hint[0] = '\0';
	return -(int)code;
}

static enum dv_code code_of(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return DV_E_MISSING;
	case EEXIST:
		return DV_E_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return DV_E_SPACE;
	default:
		return DV_E_SYS;
	}
}

int dv_err_sys(struct dv_err *err, const char *fmt, ...)
{
	int errnum = errno;
	char text[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	put(text, sizeof(text), false, fmt, ap);
	va_end(ap);
	return dv_err_set(err, code_of(errnum), "%s: %s", text,
			  strerror(errnum));
}

int dv_err_prefix(struct dv_err *err, const char *fmt, ...)
{
	char context[sizeof(err->msg)];
	char text[2 * sizeof(err->msg)];
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	put(context, sizeof(context), false, fmt, ap);
	va_end(ap);
	n = (size_t)snprintf(text, sizeof(text), "%s: %s", context, err->msg);
	n = fit(text, n, sizeof(err->msg) - 1);
	memcpy(err->msg, text, n);
	err->msg[n] = '\0';
	return -err->code;
}

int dv_err_hint(struct dv_err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(err->hint, sizeof(err->hint), true, fmt, ap);
	va_end(ap);
	return -err->code;
}
