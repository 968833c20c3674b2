/* SPDX-License-Identifier: MIT */
#include "format/jcs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/json.h"
#include "format/number.h"

/*
 * UTF-8 sorts as code points do, UTF-16 nearly so: the surrogates of what
 * lies above U+FFFF (first byte f0 to f4) come before U+E000 to U+FFFF
 * (first byte ee and ef).
 */
static int rank(unsigned char c)
{
	if (c >= 0xf0)
		return c - 2;
	return c >= 0xee ? c + 5 : c;
}

static int key_cmp(const void *pa, const void *pb)
{
	const struct dv_member *a = *(const struct dv_member *const *)pa;
	const struct dv_member *b = *(const struct dv_member *const *)pb;
	size_t n = a->n < b->n ? a->n : b->n;

	for (size_t i = 0; i < n; i++)
		if (a->key[i] != b->key[i])
			return rank((unsigned char)a->key[i]) -
			       rank((unsigned char)b->key[i]);
	return (a->n > b->n) - (a->n < b->n);
}

static int write_text(struct dv_buf *out, const char *s, size_t n,
		      struct dv_err *err)
{
	if (!dv_value_is_text(s, n))
		return dv_err_set(err, DV_E_FORMAT, "text is not UTF-8");
	dv_json_write_str(out, s, n);
	return 0;
}

static int write_real(struct dv_buf *out, double d, struct dv_err *err)
{
	char text[DV_NUMBER_TEXT];

	if (!isfinite(d))
		return dv_err_set(err, DV_E_FORMAT,
				  "a number is not finite");
	dv_buf_str(out, dv_number_format(text, d));
	return 0;
}

static int write_array(struct dv_buf *out, const struct dv_value *v,
		       struct dv_err *err)
{
	dv_buf_char(out, '[');
	for (size_t i = 0; i < v->u.array.n; i++) {
		int rc;

		if (i)
			dv_buf_char(out, ',');
		rc = dv_jcs_write(out, &v->u.array.v[i], err);
		if (rc < 0)
			return rc;
	}
	dv_buf_char(out, ']');
	return 0;
}

static int write_members(struct dv_buf *out, const struct dv_member **m,
			 size_t n, struct dv_err *err)
{
	for (size_t i = 0; i < n; i++) {
		int rc;

		if (i && !key_cmp(&m[i - 1], &m[i]))
			return dv_err_set(err, DV_E_FORMAT,
					  "key '%s' is there twice",
					  m[i]->key);
		if (i)
			dv_buf_char(out, ',');
		rc = write_text(out, m[i]->key, m[i]->n, err);
		if (rc < 0)
			return rc;
		dv_buf_char(out, ':');
		rc = dv_jcs_write(out, &m[i]->val, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int write_map(struct dv_buf *out, const struct dv_value *v,
		     struct dv_err *err)
{
	size_t n = v->u.map.n;
	const struct dv_member **m = dv_reallocarray(NULL, n + 1, sizeof(*m));
	int rc;

	for (size_t i = 0; i < n; i++)
		m[i] = &v->u.map.m[i];
	qsort(m, n, sizeof(*m), key_cmp);

	dv_buf_char(out, '{');
	rc = write_members(out, m, n, err);
	dv_buf_char(out, '}');
	free(m);
	return rc;
}

int dv_jcs_write(struct dv_buf *out, const struct dv_value *v,
		 struct dv_err *err)
{
	int rc;

	switch (v->type) {
	case DV_VALUE_REAL:
		return write_real(out, v->u.real, err);
	case DV_VALUE_STR:
		return write_text(out, v->u.str.s, v->u.str.n, err);
	case DV_VALUE_PLAIN:
		dv_buf_str(out, "{\"!plain\":");
		rc = write_text(out, v->u.str.s, v->u.str.n, err);
		dv_buf_char(out, '}');
		return rc;
	case DV_VALUE_ARRAY:
		return write_array(out, v, err);
	case DV_VALUE_MAP:
		return write_map(out, v, err);
	default:
		/* These have one text in any JSON. */
		dv_json_write(out, v);
		return 0;
	}
}
