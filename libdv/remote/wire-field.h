/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_WIRE_FIELD_H
#define DV_REMOTE_WIRE_FIELD_H

/*
 * The fields of a line of the transport protocol, one after the other:
 * what the parsers wire-request.c, wire-reply.c and wire-session.c, and the
 * formatters beside them, are made of.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "remote/wire.h"

#define DV_WIRE_COUNT(a) (sizeof(a) / sizeof(*(a)))

/*
 * What is left of a line.  bad is set by the first field that is not as
 * it must be; what is taken after that means nothing.
 */
struct dv_wirefield {
	const char *p, *end;
	const char *bad;
};

struct dv_wirefield dv_wirefield_of(const char *line, size_t n);
/* The verdict on a line that was taken apart: all of it must be used. */
int dv_wirefield_finish(struct dv_wirefield *c, const char *line, size_t n,
			struct dv_err *err);

void dv_wirefield_space(struct dv_wirefield *c);
/* Which of the names the next word is; NULL ones are none.  Else bad. */
unsigned dv_wirefield_name(struct dv_wirefield *c, const char *const *names,
			   size_t count, const char *bad);
enum dv_wire_class dv_wirefield_class(struct dv_wirefield *c);
/* The number of a request and the space behind it. */
uint64_t dv_wirefield_id(struct dv_wirefield *c);
uint64_t dv_wirefield_number(struct dv_wirefield *c);
/* A number, or '?' for one that is not known: -1. */
int64_t dv_wirefield_maybe(struct dv_wirefield *c);
void dv_wirefield_key(struct dv_wirefield *c, char *out);
void dv_wirefield_prefix(struct dv_wirefield *c, char *out);
void dv_wirefield_file(struct dv_wirefield *c, char *out);
void dv_wirefield_ident(struct dv_wirefield *c, char *out);
/* All that is left. */
void dv_wirefield_text(struct dv_wirefield *c, char *out);

/* Append a space and the field. */
void dv_wirefield_add(struct dv_buf *out, const char *s);
void dv_wirefield_add_number(struct dv_buf *out, uint64_t v);
void dv_wirefield_add_maybe(struct dv_buf *out, int64_t v);
/* As dv_wirefield_text() will take it. */
void dv_wirefield_add_text(struct dv_buf *out, const char *text);

/* May this byte stand for itself in an encoded field? */
bool dv_wirefield_is_plain(char c);
bool dv_wirefield_is_control(char c);

#endif
