/* SPDX-License-Identifier: MIT */
#include "format/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct dv_value text_value(enum dv_value_type type, const char *s,
				  size_t n)
{
	struct dv_value v = DV_VALUE_INIT;

	v.type = type;
	v.u.str.s = dv_malloc(n + 1);
	if (n)
		memcpy(v.u.str.s, s, n);
	v.u.str.s[n] = '\0';
	v.u.str.n = n;
	return v;
}

struct dv_value dv_value_bool(bool b)
{
	struct dv_value v = DV_VALUE_INIT;

	v.type = DV_VALUE_BOOL;
	v.u.b = b;
	return v;
}

struct dv_value dv_value_int(int64_t i)
{
	struct dv_value v = DV_VALUE_INIT;

	v.type = DV_VALUE_INT;
	v.u.i = i;
	return v;
}

struct dv_value dv_value_real(double real)
{
	struct dv_value v = DV_VALUE_INIT;

	v.type = DV_VALUE_REAL;
	v.u.real = real;
	return v;
}

struct dv_value dv_value_str(const char *s, size_t n)
{
	return text_value(DV_VALUE_STR, s, n);
}

struct dv_value dv_value_plain(const char *s, size_t n)
{
	return text_value(DV_VALUE_PLAIN, s, n);
}

struct dv_value dv_value_array(void)
{
	struct dv_value v;

	memset(&v, 0, sizeof(v));
	v.type = DV_VALUE_ARRAY;
	return v;
}

struct dv_value dv_value_map(void)
{
	struct dv_value v;

	memset(&v, 0, sizeof(v));
	v.type = DV_VALUE_MAP;
	v.u.map.sorted = true;
	return v;
}

/* Digits go into a uint64_t while they fit; -2^63 fits as well. */
struct dv_value dv_value_digits(const char *s, size_t n)
{
	bool neg = n && *s == '-';
	uint64_t limit = neg ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	uint64_t u = 0;
	struct dv_value v;

	if (n && (*s == '-' || *s == '+'))
		s++, n--;
	while (n > 1 && *s == '0')
		s++, n--;

	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(s[i] - '0');

		if (u > (limit - d) / 10) {
			v = text_value(DV_VALUE_BIGINT, s - neg, n + neg);
			if (neg)
				v.u.str.s[0] = '-';
			return v;
		}
		u = u * 10 + d;
	}
	if (neg)
		return dv_value_int(u > INT64_MAX ? INT64_MIN : -(int64_t)u);
	return dv_value_int((int64_t)u);
}

void dv_value_release(struct dv_value *v)
{
	switch (v->type) {
	case DV_VALUE_BIGINT:
	case DV_VALUE_STR:
	case DV_VALUE_PLAIN:
		free(v->u.str.s);
		break;
	case DV_VALUE_ARRAY:
		for (size_t i = 0; i < v->u.array.n; i++)
			dv_value_release(&v->u.array.v[i]);
		free(v->u.array.v);
		break;
	case DV_VALUE_MAP:
		for (size_t i = 0; i < v->u.map.n; i++) {
			free(v->u.map.m[i].key);
			dv_value_release(&v->u.map.m[i].val);
		}
		free(v->u.map.m);
		break;
	default:
		break;
	}
	memset(v, 0, sizeof(*v));
}

void dv_value_copy(struct dv_value *dst, const struct dv_value *src)
{
	switch (src->type) {
	case DV_VALUE_BIGINT:
	case DV_VALUE_STR:
	case DV_VALUE_PLAIN:
		*dst = text_value(src->type, src->u.str.s, src->u.str.n);
		break;
	case DV_VALUE_ARRAY:
		*dst = dv_value_array();
		for (size_t i = 0; i < src->u.array.n; i++)
			dv_value_copy(dv_value_push(dst), &src->u.array.v[i]);
		break;
	case DV_VALUE_MAP:
		*dst = dv_value_map();
		for (size_t i = 0; i < src->u.map.n; i++) {
			const struct dv_member *m = &src->u.map.m[i];

			dv_value_copy(dv_value_add(dst, m->key, m->n),
				      &m->val);
		}
		break;
	default:
		*dst = *src;
	}
}

struct dv_value *dv_value_push(struct dv_value *array)
{
	struct dv_value *v;

	dv_grow(&array->u.array.v, &array->u.array.cap,
		array->u.array.n + 1, sizeof(*v));
	v = &array->u.array.v[array->u.array.n++];
	memset(v, 0, sizeof(*v));
	return v;
}

static int key_cmp(const char *a, size_t an, const char *b, size_t bn)
{
	int c = memcmp(a, b, an < bn ? an : bn);

	return c ? c : (an > bn) - (an < bn);
}

struct dv_value *dv_value_add(struct dv_value *map, const char *key,
			      size_t n)
{
	size_t last = map->u.map.n;
	struct dv_member *m;

	dv_grow(&map->u.map.m, &map->u.map.cap, last + 1, sizeof(*m));
	m = &map->u.map.m[last];
	memset(m, 0, sizeof(*m));
	m->key = dv_malloc(n + 1);
	if (n)
		memcpy(m->key, key, n);
	m->key[n] = '\0';
	m->n = n;
	if (last && key_cmp(m[-1].key, m[-1].n, key, n) >= 0)
		map->u.map.sorted = false;
	map->u.map.n++;
	return &m->val;
}

static struct dv_member *find(const struct dv_value *map, const char *key,
			      size_t n)
{
	size_t lo = 0, hi = map->u.map.n;
	struct dv_member *m = map->u.map.m;

	if (!map->u.map.sorted) {
		for (; lo < hi; lo++)
			if (!key_cmp(m[lo].key, m[lo].n, key, n))
				return &m[lo];
		return NULL;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = key_cmp(m[mid].key, m[mid].n, key, n);

		if (!c)
			return &m[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

struct dv_value *dv_value_set(struct dv_value *map, const char *key,
			      size_t n)
{
	struct dv_member *m = find(map, key, n);

	return m ? &m->val : dv_value_add(map, key, n);
}

struct dv_value *dv_value_get(const struct dv_value *map, const char *key,
			      size_t n)
{
	struct dv_member *m;

	if (map->type != DV_VALUE_MAP)
		return NULL;
	m = find(map, key, n);
	return m ? &m->val : NULL;
}

static bool map_eq(const struct dv_value *a, const struct dv_value *b)
{
	if (a->u.map.n != b->u.map.n)
		return false;
	for (size_t i = 0; i < a->u.map.n; i++) {
		const struct dv_member *m = &a->u.map.m[i];
		const struct dv_member *o = &b->u.map.m[i];

		/* The same order is the usual case. */
		if (key_cmp(m->key, m->n, o->key, o->n))
			o = find(b, m->key, m->n);
		if (!o || !dv_value_eq(&m->val, &o->val))
			return false;
	}
	return true;
}

bool dv_value_eq(const struct dv_value *a, const struct dv_value *b)
{
	if (a->type != b->type)
		return false;

	switch (a->type) {
	case DV_VALUE_NULL:
		return true;
	case DV_VALUE_BOOL:
		return a->u.b == b->u.b;
	case DV_VALUE_INT:
		return a->u.i == b->u.i;
	case DV_VALUE_REAL:
		return a->u.real == b->u.real;
	case DV_VALUE_BIGINT:
	case DV_VALUE_STR:
	case DV_VALUE_PLAIN:
		return !key_cmp(a->u.str.s, a->u.str.n,
				b->u.str.s, b->u.str.n);
	case DV_VALUE_ARRAY:
		if (a->u.array.n != b->u.array.n)
			return false;
		for (size_t i = 0; i < a->u.array.n; i++)
			if (!dv_value_eq(&a->u.array.v[i], &b->u.array.v[i]))
				return false;
		return true;
	case DV_VALUE_MAP:
		return map_eq(a, b);
	}
	return false;
}

static int member_cmp(const void *pa, const void *pb)
{
	const struct dv_member *a = pa, *b = pb;

	return key_cmp(a->key, a->n, b->key, b->n);
}

static const struct dv_member *sort_members(struct dv_value *map)
{
	struct dv_member *m = map->u.map.m;
	size_t n = map->u.map.n;

	if (map->u.map.sorted)
		return NULL;
	qsort(m, n, sizeof(*m), member_cmp);
	for (size_t i = 1; i < n; i++)
		if (!member_cmp(&m[i - 1], &m[i]))
			return &m[i];
	map->u.map.sorted = true;
	return NULL;
}

const struct dv_member *dv_value_sort(struct dv_value *v)
{
	const struct dv_member *twice = NULL;

	if (v->type == DV_VALUE_ARRAY) {
		for (size_t i = 0; !twice && i < v->u.array.n; i++)
			twice = dv_value_sort(&v->u.array.v[i]);
	} else if (v->type == DV_VALUE_MAP) {
		twice = sort_members(v);
		for (size_t i = 0; !twice && i < v->u.map.n; i++)
			twice = dv_value_sort(&v->u.map.m[i].val);
	}
	return twice;
}

/*
 * Unicode, table 3-7: the second byte's range depends on the first, and
 * that is what keeps overlong forms and surrogates out.
 */
static size_t char_len(const unsigned char *p, size_t n)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;

	if (n < len || p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool dv_value_is_text(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	while (n) {
		size_t len = char_len(p, n);

		if (!len)
			return false;
		p += len;
		n -= len;
	}
	return true;
}
