/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_S3PLACE_H
#define DV_REMOTE_S3PLACE_H

/*
 * Where a bucket is: from s3://<bucket>[/<prefix>] or gs://…, its
 * parameters, the environment and the profile, in this order:
 *
 *	endpoint=<URL>		else dv_awsauth_endpoint(), else AWS's own,
 *				or Google's for gs
 *	region=<name>		else dv_awsauth_region(), else us-east-1;
 *				gs: auto
 *	style=path|virtual	else the profile's s3.addressing_style, else
 *				virtual on AWS and path elsewhere
 *	profile=<name>, anonymous=yes	who we are
 */

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "remote/awsauth.h"
#include "remote/sigv4.h"
#include "remote/url.h"

struct dv_s3_place {
	bool google;			/* gs:// */
	bool aws;			/* AWS's own endpoint */
	bool path_style;
	enum dv_sigv4_kind kind;	/* how requests are signed */
	char *bucket;
	char *prefix;			/* "" or "a/b/" */
	char *region;
	struct dv_url endpoint;
};

/* The profile that the URL names, or NULL. */
const char *dv_s3_place_profile(const struct dv_url *u);
/* Does the URL ask for no credentials? */
bool dv_s3_place_anonymous(const struct dv_url *u);

/*
 * auth may be NULL: neither environment nor profile counts then.
 * DV_E_INVALID.
 */
int dv_s3_place_init(struct dv_s3_place *p, const struct dv_url *u,
		     const struct dv_awsauth *auth, struct dv_err *err);
void dv_s3_place_release(struct dv_s3_place *p);

/* The bucket is in another region: go there. */
void dv_s3_place_move(struct dv_s3_place *p, const char *region);

/* "bucket.s3.eu-west-1.amazonaws.com", "127.0.0.1:7480" */
void dv_s3_place_host(struct dv_buf *out, const struct dv_s3_place *p);
/* The raw path of a key, NULL for the bucket's: "/bucket/prefix/key". */
void dv_s3_place_path(struct dv_buf *out, const struct dv_s3_place *p,
		      const char *key);

#endif
