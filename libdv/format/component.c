/* SPDX-License-Identifier: MIT */
#include "format/component.h"

#include <string.h>

#include "base/hex.h"
#include "base/path.h"

static bool is_plain(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Must byte i of the n at s be written as =XX? */
static bool is_escaped(const char *s, size_t n, size_t i)
{
	if (s[i] != '.')
		return !is_plain((unsigned char)s[i]);
	return i == 0 || s[i - 1] == '.' ||
	       (n - i == 5 && !memcmp(s + i, ".lock", 5)) ||
	       i == n - 1;
}

static void encode(struct dv_buf *out, const char *s, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!is_escaped(s, n, i)) {
			dv_buf_char(out, (char)c);
			continue;
		}
		dv_buf_char(out, '=');
		dv_buf_char(out, digits[c >> 4]);
		dv_buf_char(out, digits[c & 15]);
	}
}

int dv_component_encode(struct dv_buf *out, const char *name,
			struct dv_err *err)
{
	size_t n = strlen(name), before = out->len;

	if (!n)
		return dv_err_set(err, DV_E_INVALID, "the name is empty");
	if (n <= DV_COMPONENT_MAX)
		encode(out, name, n);
	if (n > DV_COMPONENT_MAX || out->len - before > DV_COMPONENT_MAX) {
		dv_buf_setlen(out, before);
		dv_err_set(err, DV_E_LIMIT,
			   "the name '%.40s...' is longer than %d bytes as "
			   "part of a ref",
			   name, DV_COMPONENT_MAX);
		return dv_err_hint(err, "use a shorter name; bytes other than "
					"letters, digits, '_', '.' and '-' "
					"count three");
	}
	return 0;
}

static int bad(const char *text, struct dv_err *err)
{
	struct dv_buf shown = DV_BUF_INIT;

	dv_path_quote(&shown, text, strlen(text));
	dv_err_set(err, DV_E_FORMAT, "'%.500s' is not a name as dv writes it "
				     "in refs",
		   dv_buf_cstr(&shown));
	dv_buf_release(&shown);
	return -DV_E_FORMAT;
}

/* What encode makes of the result is compared with the text: strict. */
int dv_component_decode(struct dv_buf *out, const char *text,
			struct dv_err *err)
{
	struct dv_buf name = DV_BUF_INIT, again = DV_BUF_INIT;
	size_t i, n = strlen(text);
	uint8_t byte;
	int rc = -1;

	if (!n || n > DV_COMPONENT_MAX)
		return bad(text, err);
	for (i = 0; i < n; i++) {
		if (text[i] != '=') {
			dv_buf_char(&name, text[i]);
			continue;
		}
		if (n - i < 3 || dv_hex_parse(&byte, text + i + 1, 1) || !byte)
			goto out;
		dv_buf_char(&name, (char)byte);
		i += 2;
	}
	encode(&again, name.data, name.len);
	if (again.len == n && !memcmp(again.data, text, n))
		rc = 0;
out:
	if (!rc)
		dv_buf_add(out, name.data, name.len);
	else
		rc = bad(text, err);
	dv_buf_release(&name);
	dv_buf_release(&again);
	return rc;
}
