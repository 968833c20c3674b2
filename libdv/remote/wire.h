/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_WIRE_H
#define DV_REMOTE_WIRE_H

/*
 * The lines of the transport protocol, dv-protocol-transport(5), to
 * structs and back; both sides use the one parser.  No I/O here.
 *
 * A parser takes a line of n bytes without its LF, accepts exactly one
 * spelling of everything, and fails with DV_E_FORMAT.  Nothing is
 * allocated: every field has a limit and a place.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define DV_WIRE_VERSION 1
#define DV_WIRE_LINE_MAX 16384		/* bytes of a line with its LF */
#define DV_WIRE_KEY_MAX 1024
#define DV_WIRE_FILE_MAX 4095
#define DV_WIRE_TEXT_MAX 2000		/* of a sentence, a setting */
#define DV_WIRE_NAME_MAX 40		/* of what is set, told or able */
#define DV_WIRE_JOBS_MAX 1024		/* that may be asked for */
#define DV_WIRE_LIST_MAX 100000		/* entries asked for at once */
#define DV_WIRE_SIZE_MAX INT64_MAX	/* of any number */

/* What became of a request: each is a decision a caller can make. */
enum dv_wire_class {
	DV_WIRE_OK = 0,
	DV_WIRE_MISSING,	/* no such key */
	DV_WIRE_EXISTS,		/* the key was to be absent and is not */
	DV_WIRE_DENIED,		/* known, and not allowed to do this */
	DV_WIRE_AUTH,		/* not known: no, wrong or expired proof */
	DV_WIRE_UNKNOWN,	/* may have been done or not: read back */
	DV_WIRE_LATER,		/* not done; the same may work later */
	DV_WIRE_UNSUPPORTED,	/* this remote cannot do this */
	DV_WIRE_FATAL		/* anything else; trying again is no use */
};

const char *dv_wire_class_name(enum dv_wire_class c);
/* The enum dv_code that says most about it; not for DV_WIRE_OK. */
enum dv_code dv_wire_class_code(enum dv_wire_class c);

enum dv_wire_verb {
	DV_WIRE_GET = 1, DV_WIRE_PUT, DV_WIRE_HEAD, DV_WIRE_LIST,
	DV_WIRE_DELETE
};

struct dv_wire_request {
	uint64_t id;				/* 1 and up */
	enum dv_wire_verb verb;
	char key[DV_WIRE_KEY_MAX + 1];		/* list: prefix, or "" */
	char after[DV_WIRE_KEY_MAX + 1];	/* list: or "" */
	char file[DV_WIRE_FILE_MAX + 1];	/* get, put: absolute path */
	uint64_t off;				/* get: where in the object */
	uint64_t count;				/* get, put: bytes */
	uint64_t at;				/* get, put: where in file */
	bool absent;				/* put: only if not there */
	unsigned limit;				/* list: entries */
};

enum dv_wire_kind {
	DV_WIRE_GOT = 1,	/* count, size */
	DV_WIRE_DONE,
	DV_WIRE_IS,		/* size, modified, now */
	DV_WIRE_ITEM,		/* key, size, modified; more follow */
	DV_WIRE_END,		/* more */
	DV_WIRE_ERROR,		/* class, text */
	DV_WIRE_MOVED		/* count so far; not the last word */
};

struct dv_wire_reply {
	uint64_t id;
	enum dv_wire_kind kind;
	uint64_t count;
	int64_t size, modified, now;		/* -1: not known */
	bool more;
	enum dv_wire_class class;
	char key[DV_WIRE_KEY_MAX + 1];
	char text[DV_WIRE_TEXT_MAX + 1];
};

/* Lines that belong to the session, not to a request. */
enum dv_wire_word {
	DV_WIRE_HELLO = 1,	/* value: version in decimal */
	DV_WIRE_SET,		/* name, value */
	DV_WIRE_START,
	DV_WIRE_CAN,		/* name, value */
	DV_WIRE_INFO,		/* name, value */
	DV_WIRE_READY,
	DV_WIRE_REFUSED,	/* "error" of the session: class, value */
	DV_WIRE_NOTE,		/* value */
	DV_WIRE_QUIT,
	DV_WIRE_BYE		/* requests, retries */
};

struct dv_wire_session {
	enum dv_wire_word word;
	enum dv_wire_class class;
	uint64_t requests, retries;
	char name[DV_WIRE_NAME_MAX + 1];
	char value[DV_WIRE_TEXT_MAX + 1];
};

/*
 * A key: 1 to 1024 bytes, components between single '/', none of them
 * empty, "." or "..", no control character.  Any other byte is fine.
 */
bool dv_wire_key_ok(const char *key, size_t n);
/* May some key begin with, or come right behind, these bytes? */
bool dv_wire_prefix_ok(const char *prefix, size_t n);

/* Append with the bytes outside A-Z a-z 0-9 - . _ / = as %XX; "" as %. */
void dv_wire_encode(struct dv_buf *out, const char *s, size_t n);

/* Does the line begin with a digit, so that it is about a request? */
bool dv_wire_is_numbered(const char *line, size_t n);

int dv_wire_parse_request(struct dv_wire_request *r, const char *line,
			  size_t n, struct dv_err *err);
int dv_wire_parse_reply(struct dv_wire_reply *r, const char *line, size_t n,
			struct dv_err *err);
int dv_wire_parse_session(struct dv_wire_session *s, const char *line,
			  size_t n, struct dv_err *err);

/*
 * Append the line, LF included.  What is formatted must keep the limits;
 * texts are made to: control characters become '?', and what is too long
 * is cut off.
 */
void dv_wire_format_request(struct dv_buf *out,
			    const struct dv_wire_request *r);
void dv_wire_format_reply(struct dv_buf *out, const struct dv_wire_reply *r);
void dv_wire_format_session(struct dv_buf *out,
			    const struct dv_wire_session *s);

#endif
