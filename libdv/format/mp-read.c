/* SPDX-License-Identifier: MIT */
#include "format/mp.h"

#include <math.h>
#include <string.h>

#include "format/value.h"

static const char cut_short[] = "the bytes end inside a value";
static const char not_shortest[] = "not the shortest encoding";

void dv_mp_init(struct dv_mp *in, const void *buf, size_t n)
{
	in->base = in->p = buf;
	in->end = n ? in->base + n : in->base;
	in->why = NULL;
}

int dv_mp_fail(const struct dv_mp *in, struct dv_err *err)
{
	return dv_err_set(err, DV_E_FORMAT, "byte %zu: %s",
			  (size_t)(in->p - in->base), in->why);
}

static bool fail(struct dv_mp *in, const char *why)
{
	in->why = why;
	return false;
}

/* Another type than the one asked for, or no bytes at all. */
static bool fail_type(struct dv_mp *in, const char *why)
{
	return fail(in, in->p == in->end ? cut_short : why);
}

enum dv_mp_type dv_mp_peek(const struct dv_mp *in)
{
	uint8_t c;

	if (in->p == in->end)
		return DV_MP_END;
	c = *in->p;
	if (c < 0x80)
		return DV_MP_UINT;
	if (c < 0x90)
		return DV_MP_MAP;
	if (c < 0xa0)
		return DV_MP_ARRAY;
	if (c < 0xc0)
		return DV_MP_STR;
	if (c >= 0xe0)
		return DV_MP_NEGINT;
	switch (c) {
	case 0xc0:
		return DV_MP_NIL;
	case 0xc2: case 0xc3:
		return DV_MP_BOOL;
	case 0xc4: case 0xc5: case 0xc6:
		return DV_MP_BIN;
	case 0xc7: case 0xc8: case 0xc9:
		return DV_MP_BIGINT;
	case 0xca: case 0xcb:
		return DV_MP_REAL;
	case 0xcc: case 0xcd: case 0xce: case 0xcf:
		return DV_MP_UINT;
	case 0xd0: case 0xd1: case 0xd2: case 0xd3:
		return DV_MP_NEGINT;
	case 0xd9: case 0xda: case 0xdb:
		return DV_MP_STR;
	case 0xdc: case 0xdd:
		return DV_MP_ARRAY;
	case 0xde: case 0xdf:
		return DV_MP_MAP;
	}
	return DV_MP_END;	/* c1, fixext */
}

/* Big-endian number of 1, 2, 4 or 8 bytes. */
static uint64_t be(const uint8_t *p, size_t width)
{
	uint64_t v = 0;

	while (width--)
		v = v << 8 | *p++;
	return v;
}

/*
 * The number of 1 << log bytes behind the first byte.  It must not fit
 * into half of them, nor, in the narrowest form, be below least.
 */
static bool read_wide(struct dv_mp *in, unsigned log, unsigned narrowest,
		      uint64_t least, uint64_t *v)
{
	size_t width = (size_t)1 << log;
	uint64_t u;

	if ((size_t)(in->end - in->p) < 1 + width)
		return fail(in, cut_short);
	u = be(in->p + 1, width);
	if (log == narrowest ? u < least : u >> (4 * width) == 0)
		return fail(in, not_shortest);
	*v = u;
	return true;
}

bool dv_mp_read_nil(struct dv_mp *in)
{
	if (in->p == in->end || *in->p != 0xc0)
		return fail_type(in, "nil expected");
	in->p++;
	return true;
}

bool dv_mp_read_bool(struct dv_mp *in, bool *b)
{
	if (dv_mp_peek(in) != DV_MP_BOOL)
		return fail_type(in, "boolean expected");
	*b = *in->p++ == 0xc3;
	return true;
}

bool dv_mp_read_uint(struct dv_mp *in, uint64_t *u)
{
	unsigned log;

	if (in->p == in->end)
		return fail(in, cut_short);
	if (*in->p < 0x80) {
		*u = *in->p++;
		return true;
	}
	if (*in->p < 0xcc || *in->p > 0xcf)
		return fail(in, "unsigned integer expected");
	log = *in->p - 0xcc;
	if (!read_wide(in, log, 0, 0x80, u))
		return false;
	in->p += 1 + ((size_t)1 << log);
	return true;
}

bool dv_mp_read_negint(struct dv_mp *in, int64_t *i)
{
	size_t width;
	uint64_t u;
	int64_t v, narrow;

	if (in->p == in->end)
		return fail(in, cut_short);
	if (*in->p >= 0xe0) {
		*i = (int8_t)*in->p++;
		return true;
	}
	if (*in->p < 0xd0 || *in->p > 0xd3)
		return fail(in, "negative integer expected");
	width = (size_t)1 << (*in->p - 0xd0);
	if ((size_t)(in->end - in->p) < 1 + width)
		return fail(in, cut_short);
	u = be(in->p + 1, width) << (64 - 8 * width);
	v = (int64_t)u >> (64 - 8 * width);

	narrow = width == 1 ? -32 : -((int64_t)1 << (4 * width - 1));
	if (v >= narrow)
		return fail(in, not_shortest);
	*i = v;
	in->p += 1 + width;
	return true;
}

bool dv_mp_read_real(struct dv_mp *in, double *real)
{
	uint64_t u;
	double d;

	if (in->p == in->end || *in->p != 0xcb)
		return fail_type(in, "float64 expected");
	if (in->end - in->p < 9)
		return fail(in, cut_short);
	u = be(in->p + 1, 8);
	memcpy(&d, &u, sizeof(d));
	if (!isfinite(d))
		return fail(in, "real that is not finite");
	*real = d;
	in->p += 9;
	return true;
}

/*
 * A length in the 1, 2 or 4 bytes behind a first byte of first, first + 1
 * or first + 2, at least `least`; extra bytes follow it.  *body is where
 * the content begins.
 */
static bool read_len(struct dv_mp *in, uint8_t first, uint64_t least,
		     size_t extra, const uint8_t **body, size_t *n)
{
	unsigned log = *in->p - first;
	size_t head;
	uint64_t len;

	if (!read_wide(in, log, 0, least, &len))
		return false;
	head = 1 + ((size_t)1 << log) + extra;
	if ((size_t)(in->end - in->p) < head ||
	    len > (size_t)(in->end - in->p) - head)
		return fail(in, cut_short);
	*body = in->p + head;
	*n = len;
	return true;
}

bool dv_mp_read_str(struct dv_mp *in, const char **s, size_t *n)
{
	const uint8_t *body;
	size_t len;

	if (dv_mp_peek(in) != DV_MP_STR)
		return fail_type(in, "string expected");
	if (*in->p < 0xc0) {
		len = *in->p & 31;
		body = in->p + 1;
		if (len > (size_t)(in->end - body))
			return fail(in, cut_short);
	} else if (!read_len(in, 0xd9, 32, 0, &body, &len)) {
		return false;
	}
	if (!dv_value_is_text((const char *)body, len))
		return fail(in, "string that is not UTF-8");
	*s = (const char *)body;
	*n = len;
	in->p = body + len;
	return true;
}

bool dv_mp_read_bin(struct dv_mp *in, const uint8_t **p, size_t *n)
{
	const uint8_t *body;
	size_t len;

	if (in->p == in->end || *in->p < 0xc4 || *in->p > 0xc6)
		return fail_type(in, "bin expected");
	if (!read_len(in, 0xc4, 0, 0, &body, &len))
		return false;
	*p = body;
	*n = len;
	in->p = body + len;
	return true;
}

/*
 * Is it an integer that neither an int64_t nor a uint64_t holds, without
 * leading zeros?  Of equal length, digits compare as numbers do.
 */
static bool is_bigint(const char *s, size_t n)
{
	const char *least = "18446744073709551616";
	size_t len;

	if (n && *s == '-') {
		least = "9223372036854775809";
		s++;
		n--;
	}
	len = strlen(least);
	if (n < len || *s == '0')
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return n > len || memcmp(s, least, len) >= 0;
}

bool dv_mp_read_bigint(struct dv_mp *in, const char **digits, size_t *n)
{
	const uint8_t *body;
	size_t len;

	if (dv_mp_peek(in) != DV_MP_BIGINT)
		return fail_type(in, "large integer expected");
	if (!read_len(in, 0xc7, 0, 1, &body, &len))
		return false;
	if (body[-1] != DV_MP_EXT_BIGINT)
		return fail(in, "ext of an unknown type");
	if (!is_bigint((const char *)body, len))
		return fail(in, "ext that is not a large integer");
	*digits = (const char *)body;
	*n = len;
	in->p = body + len;
	return true;
}

/*
 * Header of an array or a map: fix is its short form of up to 15, wide
 * the form with two bytes of length, one below that with four.
 */
static bool read_count(struct dv_mp *in, uint8_t fix, uint8_t wide,
		       size_t item, const char *expected, size_t *n)
{
	const uint8_t *p = in->p;
	uint64_t count;

	if (p == in->end)
		return fail(in, cut_short);
	if ((*p & 0xf0) == fix) {
		count = *p & 15;
		p++;
	} else if (*p == wide || *p == wide + 1) {
		unsigned log = 1 + (*p - wide);

		if (!read_wide(in, log, 1, 16, &count))
			return false;
		p += 1 + ((size_t)1 << log);
	} else {
		return fail(in, expected);
	}
	if (count > (size_t)(in->end - p) / item)
		return fail(in, cut_short);
	*n = count;
	in->p = p;
	return true;
}

bool dv_mp_read_array(struct dv_mp *in, size_t *n)
{
	return read_count(in, 0x90, 0xdc, 1, "array expected", n);
}

bool dv_mp_read_map(struct dv_mp *in, size_t *n)
{
	return read_count(in, 0x80, 0xde, 2, "map expected", n);
}

static bool skip(struct dv_mp *in, int depth);

static bool skip_array(struct dv_mp *in, int depth)
{
	size_t n;

	if (depth == DV_MP_DEPTH_MAX)
		return fail(in, "nested too deeply");
	if (!dv_mp_read_array(in, &n))
		return false;
	while (n--)
		if (!skip(in, depth + 1))
			return false;
	return true;
}

/* Keys as memcmp() orders them, a prefix first. */
static bool ascending(const char *a, size_t an, const char *b, size_t bn)
{
	int cmp = memcmp(a, b, an < bn ? an : bn);

	return cmp < 0 || (cmp == 0 && an < bn);
}

static bool skip_map(struct dv_mp *in, int depth)
{
	const char *key, *last = NULL;
	size_t n, key_len, last_len = 0;

	if (depth == DV_MP_DEPTH_MAX)
		return fail(in, "nested too deeply");
	if (!dv_mp_read_map(in, &n))
		return false;
	while (n--) {
		const uint8_t *at = in->p;

		if (!dv_mp_read_str(in, &key, &key_len))
			return false;
		if (last && !ascending(last, last_len, key, key_len)) {
			in->p = at;
			return fail(in, "map key twice or out of order");
		}
		last = key;
		last_len = key_len;
		if (!skip(in, depth + 1))
			return false;
	}
	return true;
}

static bool skip(struct dv_mp *in, int depth)
{
	const char *s;
	size_t n;
	uint64_t u;
	int64_t i;
	double d;
	bool b;

	switch (dv_mp_peek(in)) {
	case DV_MP_NIL:
		return dv_mp_read_nil(in);
	case DV_MP_BOOL:
		return dv_mp_read_bool(in, &b);
	case DV_MP_UINT:
		return dv_mp_read_uint(in, &u);
	case DV_MP_NEGINT:
		return dv_mp_read_negint(in, &i);
	case DV_MP_REAL:
		return dv_mp_read_real(in, &d);
	case DV_MP_STR:
		return dv_mp_read_str(in, &s, &n);
	case DV_MP_BIGINT:
		return dv_mp_read_bigint(in, &s, &n);
	case DV_MP_ARRAY:
		return skip_array(in, depth);
	case DV_MP_MAP:
		return skip_map(in, depth);
	case DV_MP_BIN:
		return fail(in, "bin in a value");
	case DV_MP_END:
		break;
	}
	return fail_type(in, "byte that begins no value");
}

bool dv_mp_skip(struct dv_mp *in)
{
	return skip(in, 0);
}

bool dv_mp_at_end(struct dv_mp *in)
{
	return in->p == in->end || fail(in, "bytes left over");
}
