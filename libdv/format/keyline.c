/* SPDX-License-Identifier: MIT */
#include "format/keyline.h"

#include <stdlib.h>
#include <string.h>

struct dv_keyline dv_keyline_of(const void *buf, size_t n, const char *what)
{
	const char *p = buf;

	return (struct dv_keyline){ p, n ? p + n : p, what, 0 };
}

int dv_keyline_bad(const struct dv_keyline *in, const char *why,
		   struct dv_err *err)
{
	return dv_err_set(err, DV_E_FORMAT, "%s, line %u: %s", in->what,
			  in->line, why);
}

int dv_keyline_next(struct dv_keyline *in, const char *key,
		    const char **value, size_t *n, struct dv_err *err)
{
	size_t kn = strlen(key);
	const char *eol = NULL;

	in->line++;
	if (in->p != in->end)
		eol = memchr(in->p, '\n', (size_t)(in->end - in->p));
	if (!eol)
		return dv_keyline_bad(in, "it ends before its last line does",
				      err);
	if ((size_t)(eol - in->p) <= kn || memcmp(in->p, key, kn) ||
	    in->p[kn] != ' ')
		return dv_err_set(err, DV_E_FORMAT,
				  "%s, line %u: '%s' is expected here",
				  in->what, in->line, key);
	*value = in->p + kn + 1;
	*n = (size_t)(eol - *value);
	in->p = eol + 1;
	return 0;
}

int dv_keyline_text(struct dv_keyline *in, const char *key, char *out,
		    size_t room, struct dv_err *err)
{
	const char *value;
	size_t n;
	int rc = dv_keyline_next(in, key, &value, &n, err);

	if (rc)
		return rc;
	if (n >= room || memchr(value, '\0', n))
		return dv_keyline_bad(in, "this cannot be its value", err);
	memcpy(out, value, n);
	out[n] = '\0';
	return 0;
}

int dv_keyline_number(struct dv_keyline *in, const char *key, size_t *out,
		      struct dv_err *err)
{
	char text[16];
	size_t n;
	int rc = dv_keyline_text(in, key, text, sizeof(text), err);

	if (rc)
		return rc;
	n = strspn(text, "0123456789");
	if (!n || text[n] || (*text == '0' && n > 1))
		return dv_keyline_bad(in, "this is no number as dv writes it",
				      err);
	*out = (size_t)strtoull(text, NULL, 10);
	return 0;
}

int dv_keyline_magic(struct dv_keyline *in, const char *key,
		     unsigned version, struct dv_err *err)
{
	size_t is;
	int rc = dv_keyline_number(in, key, &is, err);

	if (rc || is == version)
		return rc;
	dv_err_set(err, DV_E_UNSUPPORTED,
		   "%s is of version %zu, and this dv reads version %u",
		   in->what, is, version);
	return dv_err_hint(err, "install a newer dv");
}

int dv_keyline_finish(struct dv_keyline *in, struct dv_err *err)
{
	if (in->p == in->end)
		return 0;
	in->line++;
	return dv_keyline_bad(in, "there is more than dv writes", err);
}
