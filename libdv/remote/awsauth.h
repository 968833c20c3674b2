/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_AWSAUTH_H
#define DV_REMOTE_AWSAUTH_H

/*
 * Who we are to AWS and its kin: credentials from where AWS's own tools
 * look for them, in their order.
 *
 *	environment			AWS_ACCESS_KEY_ID, … (not where a
 *					profile is asked for by name)
 *	role of the profile		role_arn with source_profile or
 *					credential_source
 *	web identity			AWS_WEB_IDENTITY_TOKEN_FILE and
 *					AWS_ROLE_ARN, or the profile's
 *	credentials file, process,	the profile's
 *	config file
 *	container			AWS_CONTAINER_CREDENTIALS_*_URI
 *	instance			IMDSv2
 *
 * What expires is got again five minutes before, by the way it came.
 */

#include <stdbool.h>

#include "base/err.h"
#include "remote/awscred.h"

struct dv_awsauth;

/*
 * Read the files.  profile NULL: $AWS_PROFILE, else "default", which need
 * not be there.  *out is the caller's.  DV_E_MISSING names a profile that
 * is asked for and is in neither file.
 */
int dv_awsauth_open(struct dv_awsauth **out, const char *profile,
		    struct dv_err *err);
void dv_awsauth_close(struct dv_awsauth *a);

/* A setting of the profile, "region", "s3.addressing_style"; borrowed. */
const char *dv_awsauth_setting(const struct dv_awsauth *a, const char *name);

/*
 * The endpoint for a service, "s3" or "sts", or NULL for AWS's own:
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's
 * endpoint_url; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true: none.
 */
const char *dv_awsauth_endpoint(const struct dv_awsauth *a,
				const char *service);

/* The region from the environment or the profile, or NULL. */
const char *dv_awsauth_region(const struct dv_awsauth *a);

/*
 * The credentials as of now; borrowed until the next call.  refused: those
 * of that generation were refused as expired, 0: none were; where newer
 * ones are here by now, nobody is asked.  May wait for a program or a
 * server; one that failed is left alone for 10 seconds.  DV_E_MISSING:
 * there are none anywhere, and where was looked.
 */
int dv_awsauth_get(struct dv_awsauth *a, unsigned refused,
		   const struct dv_awscred **out, struct dv_err *err);

/* Which ones those are: 1 at first, more each time they are renewed. */
unsigned dv_awsauth_generation(const struct dv_awsauth *a);

/* Where they came from, in words; "" before. */
const char *dv_awsauth_source(const struct dv_awsauth *a);

#endif
