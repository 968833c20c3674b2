/* SPDX-License-Identifier: MIT */
#include "format/mpvalue.h"

#include "format/json.h"
#include "format/mp.h"

/* A BIGINT is one to an int64_t; half of them fit into a uint64_t. */
static void encode_bigint(struct dv_buf *out, const char *s, size_t n)
{
	uint64_t u = 0;

	if (*s == '-' || n > 20) {
		dv_mp_write_bigint(out, s, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned digit = s[i] - '0';

		if (__builtin_mul_overflow(u, 10, &u) ||
		    __builtin_add_overflow(u, digit, &u)) {
			dv_mp_write_bigint(out, s, n);
			return;
		}
	}
	dv_mp_write_uint(out, u);
}

/* v is sorted. */
static void encode(struct dv_buf *out, const struct dv_value *v)
{
	switch (v->type) {
	case DV_VALUE_NULL:
		dv_mp_write_nil(out);
		break;
	case DV_VALUE_BOOL:
		dv_mp_write_bool(out, v->u.b);
		break;
	case DV_VALUE_INT:
		dv_mp_write_int(out, v->u.i);
		break;
	case DV_VALUE_BIGINT:
		encode_bigint(out, v->u.str.s, v->u.str.n);
		break;
	case DV_VALUE_REAL:
		dv_mp_write_real(out, v->u.real);
		break;
	case DV_VALUE_STR:
		dv_mp_write_str(out, v->u.str.s, v->u.str.n);
		break;
	case DV_VALUE_PLAIN:
		dv_mp_write_map(out, 1);
		dv_mp_write_str(out, "!plain", 6);
		dv_mp_write_str(out, v->u.str.s, v->u.str.n);
		break;
	case DV_VALUE_ARRAY:
		dv_mp_write_array(out, v->u.array.n);
		for (size_t i = 0; i < v->u.array.n; i++)
			encode(out, &v->u.array.v[i]);
		break;
	case DV_VALUE_MAP:
		dv_mp_write_map(out, v->u.map.n);
		for (size_t i = 0; i < v->u.map.n; i++) {
			const struct dv_member *m = &v->u.map.m[i];

			dv_mp_write_str(out, m->key, m->n);
			encode(out, &m->val);
		}
		break;
	}
}

int dv_mpvalue_encode(struct dv_buf *out, struct dv_value *v,
		      struct dv_err *err)
{
	const struct dv_member *twice = dv_value_sort(v);

	if (twice)
		return dv_err_set(err, DV_E_INVALID, "key '%s' comes twice",
				  twice->key);
	encode(out, v);
	return 0;
}

static bool decode(struct dv_value *out, struct dv_mp *in);

static bool decode_array(struct dv_value *out, struct dv_mp *in)
{
	size_t n;

	*out = dv_value_array();
	if (!dv_mp_read_array(in, &n))
		return false;
	while (n--)
		if (!decode(dv_value_push(out), in))
			return false;
	return true;
}

static bool decode_map(struct dv_value *out, struct dv_mp *in)
{
	const char *key;
	size_t n, len;

	*out = dv_value_map();
	if (!dv_mp_read_map(in, &n))
		return false;
	while (n--) {
		if (!dv_mp_read_str(in, &key, &len) ||
		    !decode(dv_value_add(out, key, len), in))
			return false;
	}
	return true;
}

static bool decode_uint(struct dv_value *out, struct dv_mp *in)
{
	char text[21];
	uint64_t u;

	if (!dv_mp_read_uint(in, &u))
		return false;
	if (u <= INT64_MAX) {
		*out = dv_value_int((int64_t)u);
	} else {
		size_t n = sizeof(text);

		for (; u; u /= 10)
			text[--n] = '0' + u % 10;
		*out = dv_value_digits(text + n, sizeof(text) - n);
	}
	return true;
}

static bool decode_text(struct dv_value *out, struct dv_mp *in)
{
	const char *s;
	size_t n;

	if (!dv_mp_read_str(in, &s, &n))
		return false;
	*out = dv_value_str(s, n);
	return true;
}

static bool decode_bigint(struct dv_value *out, struct dv_mp *in)
{
	const char *s;
	size_t n;

	if (!dv_mp_read_bigint(in, &s, &n))
		return false;
	*out = dv_value_digits(s, n);
	return true;
}

/*
 * Bytes that dv_mp_skip() has taken: depth is bounded, keys are unique.
 * What was built before a failure is left in *out.
 */
static bool decode(struct dv_value *out, struct dv_mp *in)
{
	switch (dv_mp_peek(in)) {
	case DV_MP_BOOL:
		out->type = DV_VALUE_BOOL;
		return dv_mp_read_bool(in, &out->u.b);
	case DV_MP_UINT:
		return decode_uint(out, in);
	case DV_MP_NEGINT:
		out->type = DV_VALUE_INT;
		return dv_mp_read_negint(in, &out->u.i);
	case DV_MP_REAL:
		out->type = DV_VALUE_REAL;
		return dv_mp_read_real(in, &out->u.real);
	case DV_MP_STR:
		return decode_text(out, in);
	case DV_MP_BIGINT:
		return decode_bigint(out, in);
	case DV_MP_ARRAY:
		return decode_array(out, in);
	case DV_MP_MAP:
		return decode_map(out, in);
	case DV_MP_NIL:
	case DV_MP_BIN:
	case DV_MP_END:
		break;
	}
	return dv_mp_read_nil(in);
}

int dv_mpvalue_decode(struct dv_value *out, const uint8_t *p, size_t n,
		      struct dv_err *err)
{
	struct dv_value v = DV_VALUE_INIT;
	struct dv_mp in;

	dv_mp_init(&in, p, n);
	if (!dv_mp_skip(&in) || !dv_mp_at_end(&in))
		return dv_mp_fail(&in, err);

	dv_mp_init(&in, p, n);
	if (!decode(&v, &in)) {
		dv_value_release(&v);
		return dv_mp_fail(&in, err);
	}
	*out = v;
	return 0;
}

int dv_mpvalue_write_json(struct dv_buf *out, const uint8_t *p, size_t n,
			  struct dv_err *err)
{
	struct dv_value v;
	int rc;

	rc = dv_mpvalue_decode(&v, p, n, err);
	if (rc < 0)
		return rc;
	dv_json_write(out, &v);
	dv_value_release(&v);
	return 0;
}
