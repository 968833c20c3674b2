/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include <stdint.h>
#include <string.h>

#define SHOWN_MAX 256		/* bytes of a path that a message shows */

static bool is_letter(char c, char lower)
{
	return c == lower || c == lower - 'a' + 'A';
}

/*
 * Does NTFS take name for ".git"?  ".git" or "git~1" in any case, then
 * blanks and dots, then the end, a stream (':') or a backslash.
 */
static bool is_ntfs_dotgit(const char *s, size_t n)
{
	size_t i;

	if (n >= 4 && s[0] == '.' && is_letter(s[1], 'g') &&
	    is_letter(s[2], 'i') && is_letter(s[3], 't'))
		i = 4;
	else if (n >= 5 && is_letter(s[0], 'g') && is_letter(s[1], 'i') &&
		 is_letter(s[2], 't') && s[3] == '~' && s[4] == '1')
		i = 5;
	else
		return false;

	while (i < n && (s[i] == ' ' || s[i] == '.'))
		i++;
	return i == n || s[i] == ':' || s[i] == '\\';
}

/*
 * The code point at s[*i], which is advanced; 0 at the end and where the
 * bytes are no UTF-8, as HFS+ would not keep those as they are.
 */
static uint32_t next_code(const char *s, size_t n, size_t *i)
{
	const unsigned char *p = (const unsigned char *)s + *i;
	size_t left = n - *i;
	uint32_t c;
	size_t len;

	if (!left)
		return 0;
	if (p[0] < 0x80)
		len = 1, c = p[0];
	else if ((p[0] & 0xe0) == 0xc0)
		len = 2, c = p[0] & 0x1f;
	else if ((p[0] & 0xf0) == 0xe0)
		len = 3, c = p[0] & 0x0f;
	else if ((p[0] & 0xf8) == 0xf0)
		len = 4, c = p[0] & 0x07;
	else
		return 0;
	if (len > left)
		return 0;
	for (size_t k = 1; k < len; k++) {
		if ((p[k] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[k] & 0x3f);
	}
	*i += len;
	return c;
}

/* Code points that HFS+ leaves out when it compares names. */
static bool is_hfs_ignored(uint32_t c)
{
	return (c >= 0x200c && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x206a && c <= 0x206f) || c == 0xfeff;
}

static bool is_hfs_dotgit(const char *s, size_t n)
{
	size_t i = 0, k = 0;

	for (;;) {
		uint32_t c = next_code(s, n, &i);

		if (is_hfs_ignored(c))
			continue;
		if (k == 4)
			return c == 0;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c != (unsigned char)".git"[k])
			return false;
		k++;
	}
}

/* A backslash separates on NTFS, so ".git" may stand behind one. */
static bool is_dotgit(const char *s, size_t n)
{
	const char *end = s + n;
	const char *p = s;

	while (p) {
		if (is_ntfs_dotgit(p, (size_t)(end - p)))
			return true;
		p = memchr(p, '\\', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	return is_hfs_dotgit(s, n);
}

/* What is wrong with a component, or NULL. */
static const char *component_fault(const char *s, size_t n)
{
	if (n == 0)
		return "has an empty component";
	if (s[0] == '.' && n == 1)
		return "has a component '.'";
	if (s[0] == '.' && s[1] == '.' && n == 2)
		return "has a component '..'";
	if (memchr(s, '\0', n))
		return "has a NUL byte in it";
	if (is_dotgit(s, n))
		return "has a component that may be taken for '.git'";
	return NULL;
}

static const char *path_fault(const char *path, size_t n)
{
	const char *end = path + n;

	if (n == 0)
		return "is empty";
	if (n > DV_PATH_MAX)
		return "is longer than 4095 bytes";
	if (path[0] == '/')
		return "is not relative";
	for (const char *p = path;;) {
		const char *slash = memchr(p, '/', (size_t)(end - p));
		const char *stop = slash ? slash : end;
		const char *fault = component_fault(p, (size_t)(stop - p));

		if (fault || !slash)
			return fault;
		p = slash + 1;
	}
}

/* The path in quotes, for a message; the end of a long one is left out. */
static void quote_for_message(struct dv_buf *out, const char *path, size_t n)
{
	size_t shown = n < SHOWN_MAX ? n : SHOWN_MAX;
	char mark = '"';

	dv_path_quote(out, path, shown);
	if (dv_buf_cstr(out)[0] == '"') {
		dv_buf_setlen(out, out->len - 1);
	} else {
		mark = '\'';
		dv_buf_reset(out);
		dv_buf_char(out, mark);
		dv_buf_add(out, path, shown);
	}
	if (shown < n)
		dv_buf_str(out, "...");
	dv_buf_char(out, mark);
}

int dv_path_check(const char *path, size_t n, struct dv_err *err)
{
	struct dv_buf quoted = DV_BUF_INIT;
	const char *fault = path_fault(path, n);
	int rc;

	if (!fault)
		return 0;
	quote_for_message(&quoted, path, n);
	rc = dv_err_set(err, DV_E_INVALID, "path %s %s", dv_buf_cstr(&quoted),
			fault);
	dv_buf_release(&quoted);
	return rc;
}

bool dv_path_component_ok(const char *name, size_t n)
{
	return n <= DV_PATH_MAX && !memchr(name, '/', n) &&
	       !component_fault(name, n);
}

int dv_path_cmp(const char *a, size_t an, const char *b, size_t bn)
{
	size_t n = an < bn ? an : bn;
	int c = n ? memcmp(a, b, n) : 0;

	if (c)
		return c;
	return (an > bn) - (an < bn);
}

bool dv_path_inside(const char *dir, size_t dn, const char *path, size_t n)
{
	if (dn == 0)
		return n > 0;
	return n > dn + 1 && path[dn] == '/' && !memcmp(dir, path, dn);
}

char *dv_path_relative(const char *path, const char *prefix)
{
	struct dv_buf out = DV_BUF_INIT;
	size_t n = strlen(path), same = 0, i = 0;

	while (prefix[i] && i < n && path[i] == prefix[i])
		if (path[i++] == '/')
			same = i;
	/* the directory itself, or one above it */
	if (i == n && prefix[i] == '/')
		same = n;
	for (i = same + (prefix[same] == '/'); prefix[i]; i++)
		if (prefix[i] == '/')
			dv_buf_str(&out, "../");
	dv_buf_add(&out, path + same, n - same);
	if (same == n && out.len)
		dv_buf_setlen(&out, out.len - 1);
	else if (!out.len)
		dv_buf_char(&out, '.');
	return dv_buf_detach(&out, NULL);
}
