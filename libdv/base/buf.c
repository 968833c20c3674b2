/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void dv_buf_init(struct dv_buf *b, size_t max)
{
	*b = (struct dv_buf)DV_BUF_INIT;
	b->max = max;
}

void dv_buf_release(struct dv_buf *b)
{
	free(b->data);
	*b = (struct dv_buf)DV_BUF_INIT;
}

void dv_buf_reset(struct dv_buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data)
		b->data[0] = '\0';
}

/* Behind the room is always a byte for the NUL. */
char *dv_buf_reserve(struct dv_buf *b, size_t n)
{
	if (b->overflow)
		return NULL;
	if (b->max && (n > b->max || b->len > b->max - n)) {
		b->overflow = true;
		return NULL;
	}
	if (n > SIZE_MAX - b->len - 1)
		dv_alloc_fail();
	if (b->cap < b->len + n + 1) {
		dv_grow(&b->data, &b->cap, b->len + n + 1, 1);
		b->data[b->len] = '\0';
	}
	return b->data + b->len;
}

void dv_buf_add(struct dv_buf *b, const void *p, size_t n)
{
	char *to = dv_buf_reserve(b, n);

	if (!to)
		return;
	if (n)
		memcpy(to, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void dv_buf_str(struct dv_buf *b, const char *s)
{
	dv_buf_add(b, s, strlen(s));
}

void dv_buf_char(struct dv_buf *b, char c)
{
	dv_buf_add(b, &c, 1);
}

void dv_buf_printf(struct dv_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dv_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void dv_buf_vprintf(struct dv_buf *b, const char *fmt, va_list ap)
{
	size_t room = b->cap > b->len ? b->cap - b->len : 0;
	va_list again;
	char *to;
	int n;

	if (b->overflow)
		return;

	va_copy(again, ap);
	n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, again);
	va_end(again);
	assert(n >= 0);

	/* The first try may have left part of the text behind len. */
	to = dv_buf_reserve(b, (size_t)n);
	if (!to) {
		if (room)
			b->data[b->len] = '\0';
		return;
	}
	if ((size_t)n >= room)
		vsnprintf(to, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void dv_buf_be32(struct dv_buf *b, unsigned v)
{
	unsigned char p[4];

	dv_put_be32(p, v);
	dv_buf_add(b, p, sizeof(p));
}

void dv_buf_be64(struct dv_buf *b, unsigned long long v)
{
	unsigned char p[8];

	dv_put_be64(p, v);
	dv_buf_add(b, p, sizeof(p));
}

void dv_buf_setlen(struct dv_buf *b, size_t n)
{
	assert(n < b->cap || n == 0);
	b->len = n;
	if (b->data)
		b->data[n] = '\0';
}

const char *dv_buf_cstr(const struct dv_buf *b)
{
	return b->data ? b->data : "";
}

char *dv_buf_detach(struct dv_buf *b, size_t *len)
{
	char *data = b->data ? b->data : dv_strdup("");

	if (len)
		*len = b->len;
	*b = (struct dv_buf)DV_BUF_INIT;
	return data;
}

int dv_buf_check(const struct dv_buf *b, const char *what,
		 struct dv_err *err)
{
	if (!b->overflow)
		return 0;
	return dv_err_set(err, DV_E_LIMIT, "%s is larger than %zu bytes",
			  what, b->max);
}

unsigned dv_get_be32(const void *p)
{
	const unsigned char *b = p;

	return (unsigned)b[0] << 24 | (unsigned)b[1] << 16 |
	       (unsigned)b[2] << 8 | b[3];
}

unsigned long long dv_get_be64(const void *p)
{
	const unsigned char *b = p;

	return (unsigned long long)dv_get_be32(b) << 32 | dv_get_be32(b + 4);
}

void dv_put_be32(void *p, unsigned v)
{
	unsigned char *b = p;

	b[0] = v >> 24;
	b[1] = v >> 16;
	b[2] = v >> 8;
	b[3] = v;
}

void dv_put_be64(void *p, unsigned long long v)
{
	unsigned char *b = p;

	dv_put_be32(b, v >> 32);
	dv_put_be32(b + 4, v & 0xffffffff);
}
