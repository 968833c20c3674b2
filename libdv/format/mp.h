/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MP_H
#define DV_FORMAT_MP_H

/*
 * MessagePack in its one shortest form: equal values are equal bytes.
 * The door to msgpack.h, whose packer writes; its unpacker allocates what
 * a length claims before it has seen the bytes and takes encodings that
 * are not the shortest, so reading is done here, without allocating.
 *
 * What is written and read: nil, booleans, integers in the shortest of
 * their encodings (unsigned where not negative), float64 that is finite,
 * str that is UTF-8, bin, arrays, maps whose keys are str, ascending
 * bytewise and unique, and ext type 1, an integer of at least 64 bits as
 * decimal digits.  dv-format-manifest(5) has the list.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Arrays and maps inside one another; a scalar alone is depth 0. */
#define DV_MP_DEPTH_MAX 256
#define DV_MP_EXT_BIGINT 1

/* --- writing: append one item to out -------------------------------- */

void dv_mp_write_nil(struct dv_buf *out);
void dv_mp_write_bool(struct dv_buf *out, bool b);
void dv_mp_write_int(struct dv_buf *out, int64_t i);
void dv_mp_write_uint(struct dv_buf *out, uint64_t u);
void dv_mp_write_real(struct dv_buf *out, double real);	/* finite */
void dv_mp_write_str(struct dv_buf *out, const char *s, size_t n);
void dv_mp_write_bin(struct dv_buf *out, const void *p, size_t n);
/* An integer that no int64_t or uint64_t holds: '-' or not, digits. */
void dv_mp_write_bigint(struct dv_buf *out, const char *digits, size_t n);
/* Headers: n elements, or n pairs of key and value, follow. */
void dv_mp_write_array(struct dv_buf *out, size_t n);
void dv_mp_write_map(struct dv_buf *out, size_t n);

/* --- reading -------------------------------------------------------- */

enum dv_mp_type {
	DV_MP_END,		/* no byte is left, or one that begins none */
	DV_MP_NIL,
	DV_MP_BOOL,
	DV_MP_UINT,
	DV_MP_NEGINT,
	DV_MP_REAL,
	DV_MP_STR,
	DV_MP_BIN,
	DV_MP_BIGINT,
	DV_MP_ARRAY,
	DV_MP_MAP
};

/*
 * A place in bytes.  Each dv_mp_read_*() takes one item of its type and
 * answers true, or leaves the place, sets why and answers false; the
 * caller then ends with dv_mp_fail().  Pointers handed out are borrowed
 * from the bytes.
 */
struct dv_mp {
	const uint8_t *base, *p, *end;
	const char *why;
};

void dv_mp_init(struct dv_mp *in, const void *buf, size_t n);
/* DV_E_FORMAT "byte <offset>: <why>"; returns it. */
int dv_mp_fail(const struct dv_mp *in, struct dv_err *err);
/* What comes next, by its first byte. */
enum dv_mp_type dv_mp_peek(const struct dv_mp *in);

bool dv_mp_read_nil(struct dv_mp *in);
bool dv_mp_read_bool(struct dv_mp *in, bool *b);
bool dv_mp_read_uint(struct dv_mp *in, uint64_t *u);
bool dv_mp_read_negint(struct dv_mp *in, int64_t *i);
bool dv_mp_read_real(struct dv_mp *in, double *real);
bool dv_mp_read_str(struct dv_mp *in, const char **s, size_t *n);
bool dv_mp_read_bin(struct dv_mp *in, const uint8_t **p, size_t *n);
bool dv_mp_read_bigint(struct dv_mp *in, const char **digits, size_t *n);
/* Headers.  *n is at most what the bytes left can hold. */
bool dv_mp_read_array(struct dv_mp *in, size_t *n);
bool dv_mp_read_map(struct dv_mp *in, size_t *n);
/*
 * Take one whole value, checking all that is in it.  A bin is refused:
 * values come from JSON, which has none.
 */
bool dv_mp_skip(struct dv_mp *in);
/* Nothing left?  Sets why if not. */
bool dv_mp_at_end(struct dv_mp *in);

#endif
