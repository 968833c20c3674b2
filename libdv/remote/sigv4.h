/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_SIGV4_H
#define DV_REMOTE_SIGV4_H

/*
 * AWS Signature Version 4 in the Authorization header, and Google's
 * version of it (GOOG4-HMAC-SHA256, for the XML API of Cloud Storage).
 *
 * Everything is given raw and encoded here, once: what is signed is what
 * dv_sigv4_target() puts into the URL.  Paths are taken as they are, "."
 * and "//" included, as S3 does.
 */

#include <stdint.h>

#include "base/buf.h"
#include "base/strlist.h"

#define DV_SIGV4_HEX 65		/* room for a SHA-256 in hex */
#define DV_SIGV4_UNSIGNED "UNSIGNED-PAYLOAD"

enum dv_sigv4_kind {
	DV_SIGV4_AWS,
	DV_SIGV4_GOOG
};

struct dv_sigv4_key {
	const char *access, *secret;
	const char *token;		/* of the session; NULL: none */
};

struct dv_sigv4_request {
	enum dv_sigv4_kind kind;
	const char *method;
	const char *host;		/* with its port, as it is sent */
	const char *path;		/* "/bucket/a b" */
	const struct dv_strlist *query;		/* "name=value"; NULL: none */
	const struct dv_strlist *headers;	/* "Name: value"; NULL: none */
	const char *payload;		/* SHA-256 of the body in hex, or
					   DV_SIGV4_UNSIGNED */
	const char *region, *service;
	int64_t when;			/* seconds since 1970 */
};

/* Append the path, encoded, and "?" with the query where there is one. */
void dv_sigv4_target(struct dv_buf *out, const char *path,
		     const struct dv_strlist *query);

/*
 * Add to out the headers that sign r: date, token, for S3 and Cloud
 * Storage that of the content, and Authorization.  All headers of r are
 * signed.
 */
void dv_sigv4_sign(struct dv_strlist *out, const struct dv_sigv4_request *r,
		   const struct dv_sigv4_key *key);

/* SHA-256 of n bytes in hex. */
void dv_sigv4_hash(char out[DV_SIGV4_HEX], const void *buf, size_t n);

#endif
