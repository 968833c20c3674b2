/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_AWSAUTH_PARTS_H
#define DV_REMOTE_AWSAUTH_PARTS_H

/*
 * What awsauth.c (the order), awsauth-server.c (container, instance),
 * awsauth-role.c (Security Token Service) and awsauth-process.c, which
 * together are awsauth.h, share.
 */

#include "base/buf.h"
#include "remote/awsauth.h"
#include "remote/awsini.h"
#include "remote/http.h"

struct dv_awsauth {
	struct dv_awsini config, credentials;
	char *profile;
	bool profile_asked;		/* the environment is passed over */
	struct dv_awscred cred;
	int way;			/* which one gave cred; -1: none yet */
	int64_t got;			/* when */
	unsigned generation;		/* of cred */
	int64_t failed;			/* when renewing it did; 0: not */
	struct dv_err failure;
	char source[300];
	unsigned depth;			/* of source_profile */
};

/*
 * One way to credentials.  1 and *c and a->source set; 0 where it is not
 * set up; a failure where it is, and does not work.
 */
typedef int dv_awsauth_way(struct dv_awsauth *a, struct dv_awscred *c,
			   struct dv_err *err);

dv_awsauth_way dv_awsauth_from_env, dv_awsauth_from_role,
	dv_awsauth_from_web_identity, dv_awsauth_from_files,
	dv_awsauth_from_process,
	dv_awsauth_from_container, dv_awsauth_from_instance;

/* A variable of the environment that is set and not empty, or NULL. */
const char *dv_awsauth_env(const char *name);

/*
 * Ask a server near us and wait: its body into out, at most
 * DV_AWSCRED_TEXT_MAX.  Returns the status, 0 if there was no answer, and
 * why is then in err.
 */
int dv_awsauth_ask(struct dv_http_request *r, unsigned seconds,
		   struct dv_buf *out, struct dv_err *err);

#endif
