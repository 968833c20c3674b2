/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_BUF_H
#define DV_BASE_BUF_H

/*
 * A growing byte string.  data is NUL-ended behind len once anything was
 * added, so that text can be used as a C string.  Appending what would
 * pass max (0: no limit) sets overflow and appends nothing; the one who
 * feeds it from outside sets max and checks dv_buf_check().  After an
 * overflow nothing is appended until dv_buf_reset().
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct dv_buf {
	char *data;
	size_t len, cap, max;
	bool overflow;
};

#define DV_BUF_INIT { NULL, 0, 0, 0, false }

void dv_buf_init(struct dv_buf *b, size_t max);
void dv_buf_release(struct dv_buf *b);		/* back to DV_BUF_INIT */
void dv_buf_reset(struct dv_buf *b);		/* len 0, memory kept */
/*
 * Room for n more bytes behind len; returns where they go, or NULL with
 * overflow set where max would be passed.  dv_buf_setlen() then takes in
 * those that were written.
 */
char *dv_buf_reserve(struct dv_buf *b, size_t n);
void dv_buf_add(struct dv_buf *b, const void *p, size_t n);
void dv_buf_str(struct dv_buf *b, const char *s);
void dv_buf_char(struct dv_buf *b, char c);
void dv_buf_printf(struct dv_buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void dv_buf_vprintf(struct dv_buf *b, const char *fmt, va_list ap);
void dv_buf_be32(struct dv_buf *b, unsigned v);		/* big-endian */
void dv_buf_be64(struct dv_buf *b, unsigned long long v);
/* Cut to n bytes, or extend over bytes written into reserved room. */
void dv_buf_setlen(struct dv_buf *b, size_t n);
/* C string of the content, "" when empty; borrowed. */
const char *dv_buf_cstr(const struct dv_buf *b);
/* Give the bytes away: NUL-ended, caller frees; b is DV_BUF_INIT again. */
char *dv_buf_detach(struct dv_buf *b, size_t *len);
/* DV_E_LIMIT naming what if overflow is set, else 0. */
int dv_buf_check(const struct dv_buf *b, const char *what,
		 struct dv_err *err);

/* Big-endian reads from bytes that are known to be there. */
unsigned dv_get_be32(const void *p);
unsigned long long dv_get_be64(const void *p);
void dv_put_be32(void *p, unsigned v);
void dv_put_be64(void *p, unsigned long long v);

#endif
