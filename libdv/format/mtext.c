/* SPDX-License-Identifier: MIT */
#include "format/mtext.h"

#include <string.h>

#include "base/path.h"
#include "format/entry.h"
#include "format/json.h"
#include "format/mpvalue.h"

#define ROOT_PREFIX "#root "

/* --- formatting ------------------------------------------------------- */

int dv_mtext_format_content(struct dv_buf *out, const struct dv_entry *e,
			    struct dv_err *err)
{
	char id[DV_DIGEST_TEXT];

	if (dv_digest_isset(&e->id))
		dv_buf_str(out, dv_digest_format(id, &e->id));
	else if (e->value)
		return dv_mpvalue_write_json(out, e->value, e->value_len,
					     err);
	else
		dv_buf_char(out, '-');
	return 0;
}

int dv_mtext_format(struct dv_buf *out, const struct dv_entry *e, bool raw,
		    struct dv_err *err)
{
	int rc;

	dv_buf_printf(out, "%06o %llu ", e->mode, (unsigned long long)e->size);
	rc = dv_mtext_format_content(out, e, err);
	if (!rc && e->meta) {
		dv_buf_char(out, ' ');
		rc = dv_mpvalue_write_json(out, e->meta, e->meta_len, err);
	}
	if (rc < 0)
		return rc;
	dv_buf_char(out, '\t');
	if (raw)
		dv_buf_add(out, e->path, e->path_len);
	else
		dv_path_quote(out, e->path, e->path_len);
	return 0;
}

int dv_mtext_format_root(struct dv_buf *out, const uint8_t *meta, size_t n,
			 struct dv_err *err)
{
	dv_buf_str(out, ROOT_PREFIX);
	return dv_mpvalue_write_json(out, meta, n, err);
}

/* --- parsing ---------------------------------------------------------- */

struct field {
	const char *s;
	size_t n;
};

void dv_mtext_release(struct dv_mtext *t)
{
	dv_buf_release(&t->path);
	dv_buf_release(&t->value);
	dv_buf_release(&t->meta);
}

/*
 * Take the next field from the front of rest, up to a blank that is in no
 * string and no bracket of JSON, and that blank.
 */
static struct field next_field(struct field *rest)
{
	struct field f = { rest->s, 0 };
	bool in_string = false;
	int depth = 0;

	for (; f.n < rest->n; f.n++) {
		char c = f.s[f.n];

		if (in_string && c == '\\' && f.n + 1 < rest->n)
			f.n++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && (c == '}' || c == ']'))
			depth--;
		else if (!in_string && depth <= 0 && c == ' ')
			break;
	}
	rest->s += f.n + (f.n < rest->n);
	rest->n -= f.n + (f.n < rest->n);
	return f;
}

static bool is(struct field f, const char *s)
{
	return f.n == strlen(s) && !memcmp(f.s, s, f.n);
}

/* "<what> '<field>' <why>" */
static int refuse(const char *what, struct field f, const char *why,
		  struct dv_err *err)
{
	struct dv_buf name = DV_BUF_INIT;
	int rc;

	dv_entry_name(&name, f.s, f.n);
	rc = dv_err_set(err, DV_E_INVALID, "%s %s %s", what,
			dv_buf_cstr(&name), why);
	dv_buf_release(&name);
	return rc;
}

static int parse_mode(uint32_t *mode, struct field f, struct dv_err *err)
{
	static const struct {
		const char *text;
		uint32_t mode;
	} modes[] = {
		{ "100644", DV_MODE_FILE }, { "100755", DV_MODE_EXEC },
		{ "120000", DV_MODE_LINK }, { "040000", DV_MODE_DIR },
		{ "010000", DV_MODE_VALUE }, { "020000", DV_MODE_REF }
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (is(f, modes[i].text)) {
			*mode = modes[i].mode;
			return 0;
		}
	}
	return refuse("mode", f, "is none of 100644, 100755, 120000, 040000, "
		      "010000 and 020000", err);
}

static int parse_size(uint64_t *size, struct field f, struct dv_err *err)
{
	uint64_t v = 0;

	if (!f.n || (f.n > 1 && f.s[0] == '0'))
		return refuse("size", f, "is not a decimal number", err);
	for (size_t i = 0; i < f.n; i++) {
		unsigned digit = (unsigned char)f.s[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return refuse("size", f,
				      "is not a decimal number below 2^64",
				      err);
	}
	*size = v;
	return 0;
}

/* JSON into v, which the caller releases, and its MessagePack into out. */
static int parse_json(struct dv_buf *out, struct field f, const char *what,
		      struct dv_value *v, struct dv_err *err)
{
	int rc;

	rc = dv_json_parse(v, f.s, f.n, what, err);
	if (rc < 0) {
		err->code = DV_E_INVALID;
		return -DV_E_INVALID;
	}
	return dv_mpvalue_encode(out, v, err);
}

static int parse_value(struct dv_mtext *t, struct dv_entry *e,
		       struct field f, const char *what, struct dv_err *err)
{
	struct dv_value v = DV_VALUE_INIT;
	int rc;

	rc = parse_json(&t->value, f, what, &v, err);
	dv_value_release(&v);
	if (rc < 0)
		return rc;
	e->value = (const uint8_t *)t->value.data;
	e->value_len = t->value.len;
	return 0;
}

/* Metadata: an object; an empty one is as none. */
static int parse_meta(struct dv_buf *out, struct field f, struct dv_err *err)
{
	struct dv_value v = DV_VALUE_INIT;
	int rc;

	rc = parse_json(out, f, "metadata", &v, err);
	if (!rc && v.type != DV_VALUE_MAP)
		rc = refuse("metadata", f, "is not a JSON object", err);
	if (!rc && !v.u.map.n)
		dv_buf_reset(out);
	dv_value_release(&v);
	return rc;
}

static bool names_algo(struct field f)
{
	for (int algo = DV_ALGO_XXH128; algo <= DV_ALGO_SHA256; algo++) {
		const char *name = dv_algo_name(algo);
		size_t n = strlen(name);

		if (f.n > n && !memcmp(f.s, name, n) && f.s[n] == ':')
			return true;
	}
	return false;
}

static int parse_content(struct dv_mtext *t, struct dv_entry *e,
			 struct field f, enum dv_algo algo,
			 struct dv_err *err)
{
	switch ((enum dv_mode)e->mode) {
	case DV_MODE_DIR:
		if (!is(f, "-"))
			return refuse("content", f,
				      "is given for a directory; write '-'",
				      err);
		return 0;
	case DV_MODE_REF:
		return parse_value(t, e, f, "reference", err);
	case DV_MODE_VALUE:
		if (!names_algo(f))
			return parse_value(t, e, f, "value", err);
		break;
	case DV_MODE_FILE:
	case DV_MODE_EXEC:
	case DV_MODE_LINK:
		break;
	}
	return dv_digest_parse(&e->id, f.s, f.n, algo, err);
}

/* '-' leaves it to the kind of entry where that says it. */
static int parse_sizes(struct dv_entry *e, struct field f, struct dv_err *err)
{
	if (is(f, "-") && e->mode == DV_MODE_DIR) {
		e->size = 0;
	} else if (is(f, "-") && e->mode == DV_MODE_VALUE && e->value) {
		e->size = e->value_len;
	} else {
		return parse_size(&e->size, f, err);
	}
	return 0;
}

static int parse_path(struct dv_mtext *t, struct dv_entry *e,
		      struct field f, bool raw, struct dv_err *err)
{
	size_t used = f.n;

	if (raw) {
		dv_buf_add(&t->path, f.s, f.n);
	} else {
		int rc = dv_path_unquote(&t->path, f.s, f.n, &used, err);

		if (rc < 0)
			return rc;
	}
	if (used != f.n)
		return refuse("path", f, "goes on behind its quotes", err);
	e->path = dv_buf_cstr(&t->path);
	e->path_len = t->path.len;
	return 0;
}

int dv_mtext_parse(struct dv_mtext *t, struct dv_entry *e, const char *text,
		   size_t n, enum dv_algo algo, bool raw,
		   struct dv_err *err)
{
	const char *tab = memchr(text, '\t', n);
	struct field all = { text, n };
	struct field rest, mode, size, content, path;
	struct dv_entry got = { 0 };
	int rc;

	if (!tab)
		return refuse("record", all, "has no TAB before its path",
			      err);
	rest = (struct field){ text, tab - text };
	path = (struct field){ tab + 1, n - (tab + 1 - text) };
	mode = next_field(&rest);
	size = next_field(&rest);
	content = next_field(&rest);

	dv_buf_reset(&t->path);
	dv_buf_reset(&t->value);
	dv_buf_reset(&t->meta);
	rc = parse_mode(&got.mode, mode, err);
	if (!rc)
		rc = parse_content(t, &got, content, algo, err);
	if (!rc)
		rc = parse_sizes(&got, size, err);
	if (!rc && rest.n)
		rc = parse_meta(&t->meta, rest, err);
	if (!rc)
		rc = parse_path(t, &got, path, raw, err);
	if (rc < 0)
		return rc;
	if (t->meta.len) {
		got.meta = (const uint8_t *)t->meta.data;
		got.meta_len = t->meta.len;
	}
	*e = got;
	return 0;
}

int dv_mtext_parse_root(struct dv_buf *meta, const char *text, size_t n,
			struct dv_err *err)
{
	const size_t prefix = strlen(ROOT_PREFIX);
	struct field f = { text + prefix, n - prefix };
	int rc;

	if (n < prefix || memcmp(text, ROOT_PREFIX, prefix))
		return 0;
	rc = parse_meta(meta, f, err);
	return rc < 0 ? rc : 1;
}
