/* SPDX-License-Identifier: MIT */
#include "remote/wire.h"

#include <string.h>

#include "remote/wire-field.h"

static const char *const class_names[] = {
	[DV_WIRE_OK] = "ok",
	[DV_WIRE_MISSING] = "missing",
	[DV_WIRE_EXISTS] = "exists",
	[DV_WIRE_DENIED] = "denied",
	[DV_WIRE_AUTH] = "auth",
	[DV_WIRE_UNKNOWN] = "unknown",
	[DV_WIRE_LATER] = "later",
	[DV_WIRE_UNSUPPORTED] = "unsupported",
	[DV_WIRE_FATAL] = "fatal",
};

const char *dv_wire_class_name(enum dv_wire_class c)
{
	return class_names[c];
}

enum dv_code dv_wire_class_code(enum dv_wire_class c)
{
	switch (c) {
	case DV_WIRE_MISSING:
		return DV_E_MISSING;
	case DV_WIRE_EXISTS:
		return DV_E_EXISTS;
	case DV_WIRE_UNKNOWN:
		return DV_E_CONFLICT;
	case DV_WIRE_UNSUPPORTED:
		return DV_E_UNSUPPORTED;
	default:
		return DV_E_SYS;
	}
}

static bool component_ok(const char *s, size_t n)
{
	return n > 0 && !(n == 1 && s[0] == '.') &&
	       !(n == 2 && s[0] == '.' && s[1] == '.');
}

bool dv_wire_key_ok(const char *key, size_t n)
{
	size_t start = 0;

	if (n == 0 || n > DV_WIRE_KEY_MAX)
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && dv_wirefield_is_control(key[i]))
			return false;
		if (i < n && key[i] != '/')
			continue;
		if (!component_ok(key + start, i - start))
			return false;
		start = i + 1;
	}
	return true;
}

bool dv_wire_prefix_ok(const char *prefix, size_t n)
{
	char key[DV_WIRE_KEY_MAX + 1];

	if (n == 0)
		return true;
	if (n > DV_WIRE_KEY_MAX)
		return false;
	/* The longest key has no room behind it for one more byte. */
	if (n == DV_WIRE_KEY_MAX)
		return dv_wire_key_ok(prefix, n);
	memcpy(key, prefix, n);
	key[n] = 'x';
	return dv_wire_key_ok(key, n + 1);
}

void dv_wire_encode(struct dv_buf *out, const char *s, size_t n)
{
	if (!n)
		dv_buf_char(out, '%');
	for (size_t i = 0; i < n; i++) {
		if (dv_wirefield_is_plain(s[i]))
			dv_buf_char(out, s[i]);
		else
			dv_buf_printf(out, "%%%02X", (unsigned char)s[i]);
	}
}

bool dv_wire_is_numbered(const char *line, size_t n)
{
	return n > 0 && line[0] >= '0' && line[0] <= '9';
}
