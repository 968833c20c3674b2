/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_URL_H
#define DV_REMOTE_URL_H

/*
 * Where a remote is, as a user writes it:
 *
 *	<scheme>://[<user>@]<host>[:<port>][/<path>][?<name>=<value>&…]
 *	<scheme>::<anything>		for a helper that has its own form
 *	/<path>, ./<path>, ../<path>	scheme "file"
 *
 * A URL holds no secret: one with a password in it is refused, and no
 * message shows the text of a URL that was.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

#define DV_URL_MAX 2000
#define DV_URL_SCHEME_MAX 20

struct dv_url {
	char *scheme;		/* lower case */
	char *user;		/* decoded; NULL: none */
	char *host;		/* lower case for http, https and sftp; an
				   IPv6 one in brackets; "" */
	unsigned port;		/* 0: none given */
	char *path;		/* as written, with its leading '/'; "" */
	struct dv_strlist params;	/* "name=value", decoded */
};
#define DV_URL_INIT { NULL, NULL, NULL, 0, NULL, DV_STRLIST_INIT }

/* DV_E_INVALID. */
int dv_url_parse(struct dv_url *u, const char *text, struct dv_err *err);
void dv_url_release(struct dv_url *u);

/* The value of a parameter, the first one of that name, or NULL. */
const char *dv_url_param(const struct dv_url *u, const char *name);
/*
 * DV_E_INVALID naming the first parameter that is not among known, which
 * is NULL-ended, or one that is given twice.
 */
int dv_url_check_params(const struct dv_url *u, const char *const *known,
			struct dv_err *err);

/*
 * Of a scheme that dv itself has (others: 0): is a host or bucket named,
 * and is each parameter one that its helper knows?  DV_E_INVALID, without
 * the value of any, which may be a secret.
 */
int dv_url_check_own(const struct dv_url *u, struct dv_err *err);

/* The path with %XX undone; DV_E_INVALID for a %00 or half a one. */
int dv_url_decode_path(struct dv_buf *out, const struct dv_url *u,
		       struct dv_err *err);

/*
 * Append with every byte as %XX but A-Z a-z 0-9 - . _ ~ and those in keep
 * (RFC 3986, and what SigV4 signs).
 */
void dv_url_encode(struct dv_buf *out, const char *s, size_t n,
		   const char *keep);

/* Append "scheme://host[:port]"; the port where it is not the usual one. */
void dv_url_origin(struct dv_buf *out, const struct dv_url *u);
/* Same scheme, host and port? */
bool dv_url_same_origin(const struct dv_url *a, const struct dv_url *b);

#endif
