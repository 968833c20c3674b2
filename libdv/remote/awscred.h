/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_AWSCRED_H
#define DV_REMOTE_AWSCRED_H

/*
 * Credentials of AWS as they come from somewhere.  Their bytes are wiped
 * when released, and are in no message.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DV_AWSCRED_TEXT_MAX (64u << 10)		/* bytes of an answer */

struct dv_awscred {
	char *access, *secret;
	char *token;		/* of a session; NULL: none */
	int64_t expires;	/* seconds since 1970; 0: never */
};
#define DV_AWSCRED_INIT { NULL, NULL, NULL, 0 }

void dv_awscred_release(struct dv_awscred *c);
/* Copies; token may be NULL or "". */
void dv_awscred_set(struct dv_awscred *c, const char *access,
		    const char *secret, const char *token);

/*
 * From JSON with AccessKeyId, SecretAccessKey, and maybe SessionToken or
 * Token, and Expiration: what programs, containers and instances answer.
 * DV_E_FORMAT names what said it.
 */
int dv_awscred_parse_json(struct dv_awscred *c, const char *text, size_t n,
			  const char *what, struct dv_err *err);
/* From the XML of the Security Token Service. */
int dv_awscred_parse_sts(struct dv_awscred *c, const char *text, size_t n,
			 const char *what, struct dv_err *err);

/* "2030-01-31T12:00:00Z" and its kin, in seconds since 1970; -1 if none. */
int64_t dv_awscred_parse_time(const char *text);

#endif
