/* SPDX-License-Identifier: MIT */
#include "format/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/number.h"

/*
 * jansson holds integers of 64 bits and no key with a NUL in it.  So the
 * text is rewritten before jansson sees it, and undone after:
 *
 *	an integer of 19 digits and more  ->  "\u0001i<digits>"
 *	in strings and keys, \u0000       ->  \u00010
 *	                     \u0001       ->  \u00011
 *
 * U+0001 has one spelling in JSON, \u0001, and every one of them is
 * replaced: what comes back is never mistaken.  shift[] says which place
 * of the source a place of the rewritten text is, for errors.
 */
#define MARK '\1'

struct shift {
	size_t out, in;
};

struct source {
	const char *name, *text;
	size_t n;
	struct dv_buf out;
	size_t done;			/* how much of text out holds */
	struct shift *shift;
	size_t nshift, cap;
};

static int fail_at(const struct source *src, size_t pos, enum dv_code code,
		   const char *what, struct dv_err *err)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < pos && i < src->n; i++) {
		if (src->text[i] == '\n')
			line++, column = 1;
		else if ((src->text[i] & 0xc0) != 0x80)
			column++;
	}
	return dv_err_set(err, code, "'%s', line %zu, column %zu: %s",
			  src->name, line, column, what);
}

/* Bytes from..to of the source become with. */
static void replace(struct source *src, size_t from, size_t to,
		    const char *with)
{
	struct shift *s;

	dv_buf_add(&src->out, src->text + src->done, from - src->done);
	dv_buf_str(&src->out, with);
	src->done = to;

	dv_grow(&src->shift, &src->cap, src->nshift + 1, sizeof(*s));
	s = &src->shift[src->nshift++];
	s->out = src->out.len;
	s->in = to;
}

static size_t source_pos(const struct source *src, size_t out)
{
	size_t lo = 0, hi = src->nshift;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (src->shift[mid].out <= out)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? src->shift[lo - 1].in + (out - src->shift[lo - 1].out)
		  : out;
}

/* i is at an opening quote; returns where the string has ended. */
static size_t scan_string(struct source *src, size_t i)
{
	const char *p = src->text;

	for (i++; i < src->n && p[i] != '"'; i++) {
		if (p[i] != '\\')
			continue;
		i++;
		if (src->n - i < 6 || memcmp(p + i, "u000", 4))
			continue;
		if (p[i + 4] == '0')
			replace(src, i - 1, i + 5, "\\u00010");
		else if (p[i + 4] == '1')
			replace(src, i - 1, i + 5, "\\u00011");
	}
	return i < src->n ? i + 1 : src->n;
}

static size_t skip_blanks(const struct source *src, size_t i)
{
	while (i < src->n && memchr(" \t\r\n", src->text[i], 4))
		i++;
	return i;
}

/*
 * A long integer turns into a string, except before a colon, where a
 * string would be right and the integer is not.
 */
static size_t scan_number(struct source *src, size_t i)
{
	size_t from = i, digits;
	const char *p = src->text;

	i += p[i] == '-';
	digits = i;
	while (i < src->n && p[i] >= '0' && p[i] <= '9')
		i++;
	if (i < src->n && memchr(".eE+-", p[i], 5)) {
		while (i < src->n && memchr("0123456789.eE+-", p[i], 15))
			i++;
		return i;
	}
	if (i - digits > 18 && p[digits] != '0') {
		size_t next = skip_blanks(src, i);
		char *with;

		if (next < src->n && p[next] == ':')
			return i;
		with = dv_asprintf("\"\\u0001i%.*s\"", (int)(i - from),
				   p + from);
		replace(src, from, i, with);
		free(with);
	}
	return i;
}

static int rewrite(struct source *src, struct dv_err *err)
{
	size_t depth = 0, i = 0;

	while (i < src->n) {
		char c = src->text[i];

		if (c == '"') {
			i = scan_string(src, i);
		} else if (c == '-' || (c >= '0' && c <= '9')) {
			i = scan_number(src, i);
		} else {
			if (c == '[' || c == '{')
				depth++;
			else if ((c == ']' || c == '}') && depth)
				depth--;
			if (depth > DV_VALUE_DEPTH_MAX)
				return fail_at(src, i, DV_E_LIMIT,
					       "nested too deeply", err);
			i++;
		}
	}
	dv_buf_add(&src->out, src->text + src->done, src->n - src->done);
	return 0;
}

/* jansson stops at the quote that ends the second of two keys. */
static int fail_key(const struct source *src, size_t end,
		    struct dv_err *err)
{
	const char *p = src->text;
	size_t from = end, back = 0;
	char *what;
	int rc;

	/* A quote behind an odd number of backslashes is part of the key. */
	do {
		from -= from > 0;
		if (from && p[from] != '"')
			continue;
		for (back = 0; back < from && p[from - back - 1] == '\\'; )
			back++;
	} while (from && (p[from] != '"' || back % 2));
	what = dv_asprintf("key %.*s is there twice",
			   (int)(end - from + 1 < 200 ? end - from + 1 : 200),
			   p + from);
	rc = fail_at(src, from, DV_E_EXISTS, what, err);
	free(what);
	return rc;
}

/*
 * Only the first part of jansson's text is used: what follows "near"
 * quotes the rewritten source.
 */
static int fail_jansson(const struct source *src, const json_error_t *e,
			struct dv_err *err)
{
	size_t pos = source_pos(src, e->position > 0 ?
				(size_t)e->position - 1 : 0);
	enum dv_code code = DV_E_FORMAT;
	char what[JSON_ERROR_TEXT_LENGTH];
	char *near;

	snprintf(what, sizeof(what), "%s", e->text);
	near = strstr(what, " near ");
	if (near)
		*near = '\0';

	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		return fail_key(src, pos, err);
	case json_error_numeric_overflow:
		code = DV_E_LIMIT;
		strcpy(what, "the number is too large");
		break;
	case json_error_stack_overflow:
		code = DV_E_LIMIT;
		break;
	case json_error_premature_end_of_input:
		strcpy(what, "the text ends too early");
		break;
	default:
		break;
	}
	return fail_at(src, pos, code, what, err);
}

/* Undo the marks, in place; returns the new length. */
static size_t unmark(char *s, size_t n)
{
	size_t w = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == MARK)
			s[w++] = s[++i] == '0' ? '\0' : MARK;
		else
			s[w++] = s[i];
	}
	s[w] = '\0';
	return w;
}

static void convert_string(struct dv_value *out, const json_t *json)
{
	const char *s = json_string_value(json);
	size_t n = json_string_length(json);

	if (n > 1 && s[0] == MARK && s[1] == 'i') {
		*out = dv_value_digits(s + 2, n - 2);
		return;
	}
	*out = dv_value_str(s, n);
	if (memchr(s, MARK, n))
		out->u.str.n = unmark(out->u.str.s, n);
}

static void convert(struct dv_value *out, json_t *json);

static void convert_object(struct dv_value *out, json_t *json)
{
	void *it = json_object_iter(json);

	*out = dv_value_map();
	for (; it; it = json_object_iter_next(json, it)) {
		size_t n = json_object_iter_key_len(it);
		char *key = dv_strndup(json_object_iter_key(it), n);
		struct dv_value *v;

		if (memchr(key, MARK, n))
			n = unmark(key, n);
		v = dv_value_add(out, key, n);
		free(key);
		convert(v, json_object_iter_value(it));
	}
}

static void convert(struct dv_value *out, json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_NULL:
		memset(out, 0, sizeof(*out));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		*out = dv_value_bool(json_is_true(json));
		break;
	case JSON_INTEGER:
		*out = dv_value_int(json_integer_value(json));
		break;
	case JSON_REAL:
		*out = dv_value_real(json_real_value(json));
		break;
	case JSON_STRING:
		convert_string(out, json);
		break;
	case JSON_ARRAY:
		*out = dv_value_array();
		for (size_t i = 0; i < json_array_size(json); i++)
			convert(dv_value_push(out), json_array_get(json, i));
		break;
	case JSON_OBJECT:
		convert_object(out, json);
		break;
	}
}

int dv_json_parse(struct dv_value *out, const char *text, size_t n,
		  const char *name, struct dv_err *err)
{
	struct source src = { name, text, n, DV_BUF_INIT, 0, NULL, 0, 0 };
	json_error_t e;
	json_t *json;
	int rc;

	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		replace(&src, 0, 3, "");
	rc = rewrite(&src, err);
	if (rc < 0)
		goto out;

	json = json_loadb(dv_buf_cstr(&src.out), src.out.len,
			  JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &e);
	if (!json) {
		rc = fail_jansson(&src, &e, err);
		goto out;
	}
	convert(out, json);
	json_decref(json);
out:
	free(src.shift);
	dv_buf_release(&src.out);
	return rc;
}

void dv_json_write_str(struct dv_buf *out, const char *s, size_t n)
{
	static const char named[] = "btn\0fr";	/* U+0008 to U+000D */
	size_t done = 0;

	dv_buf_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		dv_buf_add(out, s + done, i - done);
		done = i + 1;
		if (c >= 0x20)
			dv_buf_printf(out, "\\%c", c);
		else if (c >= '\b' && c <= '\r' && c != '\v')
			dv_buf_printf(out, "\\%c", named[c - '\b']);
		else
			dv_buf_printf(out, "\\u%04x", c);
	}
	dv_buf_add(out, s + done, n - done);
	dv_buf_char(out, '"');
}

static void write_real(struct dv_buf *out, double d)
{
	char text[DV_NUMBER_TEXT];

	dv_number_format(text, d);
	if (d == 0)
		dv_buf_str(out, 1 / d < 0 ? "-0.0" : "0.0");
	else
		dv_buf_printf(out, "%s%s", text,
			      strpbrk(text, ".e") ? "" : ".0");
}

static void write_map(struct dv_buf *out, const struct dv_value *v)
{
	dv_buf_char(out, '{');
	for (size_t i = 0; i < v->u.map.n; i++) {
		const struct dv_member *m = &v->u.map.m[i];

		if (i)
			dv_buf_char(out, ',');
		dv_json_write_str(out, m->key, m->n);
		dv_buf_char(out, ':');
		dv_json_write(out, &m->val);
	}
	dv_buf_char(out, '}');
}

void dv_json_write(struct dv_buf *out, const struct dv_value *v)
{
	switch (v->type) {
	case DV_VALUE_NULL:
		dv_buf_str(out, "null");
		break;
	case DV_VALUE_BOOL:
		dv_buf_str(out, v->u.b ? "true" : "false");
		break;
	case DV_VALUE_INT:
		dv_buf_printf(out, "%lld", (long long)v->u.i);
		break;
	case DV_VALUE_REAL:
		write_real(out, v->u.real);
		break;
	case DV_VALUE_BIGINT:
		dv_buf_add(out, v->u.str.s, v->u.str.n);
		break;
	case DV_VALUE_STR:
		dv_json_write_str(out, v->u.str.s, v->u.str.n);
		break;
	case DV_VALUE_PLAIN:
		dv_buf_str(out, "{\"!plain\":");
		dv_json_write_str(out, v->u.str.s, v->u.str.n);
		dv_buf_char(out, '}');
		break;
	case DV_VALUE_ARRAY:
		dv_buf_char(out, '[');
		for (size_t i = 0; i < v->u.array.n; i++) {
			if (i)
				dv_buf_char(out, ',');
			dv_json_write(out, &v->u.array.v[i]);
		}
		dv_buf_char(out, ']');
		break;
	case DV_VALUE_MAP:
		write_map(out, v);
		break;
	}
}
