/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_AWSINI_H
#define DV_REMOTE_AWSINI_H

/*
 * The files ~/.aws/config and ~/.aws/credentials: sections of
 * "name = value" lines.  Lines that begin with '#' or ';' are comments;
 * indented ones belong to the setting above ("s3.addressing_style").
 */

#include <stddef.h>

#include "base/err.h"
#include "base/strlist.h"

#define DV_AWSINI_MAX (1u << 20)	/* bytes of a file */

struct dv_awsini {
	struct dv_strlist sections;	/* "default", "dev", "sso-session x" */
	struct dv_strlist settings;	/* "<section>\n<name>\n<value>" */
};
#define DV_AWSINI_INIT { DV_STRLIST_INIT, DV_STRLIST_INIT }

/*
 * Parse n bytes; name is the file's, for errors, which show no value.  In
 * a config file sections are called "profile x", which becomes "x".
 */
int dv_awsini_parse(struct dv_awsini *ini, const char *text, size_t n,
		    const char *name, struct dv_err *err);
/* The same of a file; one that is not there is empty. */
int dv_awsini_read(struct dv_awsini *ini, const char *path,
		   struct dv_err *err);
void dv_awsini_release(struct dv_awsini *ini);

/* A setting, or NULL; the last one given counts.  Borrowed. */
const char *dv_awsini_get(const struct dv_awsini *ini, const char *section,
			  const char *name);

#endif
