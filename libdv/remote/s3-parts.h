/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_S3_PARTS_H
#define DV_REMOTE_S3_PARTS_H

/*
 * What the files s3-*.c, which together are s3.h, share: calls, each one
 * request of S3's until it has an answer, and the operations made of
 * them.
 */

#include "remote/awsauth.h"
#include "remote/net.h"
#include "remote/s3.h"
#include "remote/s3place.h"
#include "remote/s3xml.h"

struct dv_s3_upload;

struct dv_s3 {
	struct dv_net net;
	struct dv_s3_place place;
	struct dv_awsauth *auth;	/* NULL: anonymous */
	bool swept;			/* left-over uploads were looked for */
	unsigned cleaning;		/* uploads being taken back */
	struct dv_s3_upload *uploads;	/* under way, a list */
};

/* --- calls ------------------------------------------------------------ */

/* The answer to a call.  Borrowed for the time of its callback. */
struct dv_s3_answer {
	enum dv_wire_class class;
	struct dv_err err;		/* unless DV_WIRE_OK */
	struct dv_s3_error error;
	const struct dv_http_response *res;
	uint64_t done;			/* bytes in the file, all tries */
};

typedef void dv_s3_fn(void *arg, const struct dv_s3_answer *a);

struct dv_s3_call {
	struct dv_s3 *s3;
	const char *method;		/* static */
	const char *doing;		/* "read 'a/b'": for messages */
	char *what;			/* doing, owned */
	char *key;			/* NULL: the bucket */
	struct dv_strlist query, headers;

	struct dv_buf body;		/* sent: these bytes, */
	int in;				/* or of this file; -1: not */
	uint64_t in_at, in_count;
	bool has_body;
	char payload[DV_SIGV4_HEX];	/* "" until computed */

	int out;			/* received: into it; -1: memory */
	uint64_t out_at, from, count;	/* as a range of the object */
	uint64_t done;			/* of it, in tries before this one */
	size_t answer_max;		/* bytes of one in memory; 0: few */

	bool once;			/* to try blindly again would lie */
	bool cleans;			/* to be done for a client gone, too */
	unsigned tries, moves;
	bool renewed;
	char *host;			/* of a redirect within AWS; NULL */
	char *asked_host, *asked_region;	/* in the try under way */
	unsigned generation;		/* of the credentials in it */
	void (*moved)(void *arg, uint64_t bytes);
	dv_s3_fn *fn;
	void *arg;
};

/* doing: "read", "list"; key may be NULL. */
struct dv_s3_call *dv_s3_call_new(struct dv_s3 *s, const char *method,
				  const char *doing, const char *key);
/* call is taken; fn(arg) is called once, from a step. */
void dv_s3_call_start(struct dv_s3_call *call, dv_s3_fn *fn, void *arg);

/*
 * What an answer that is no good means: class and sentence.  A fault of
 * the connection, or a status and what the server said with it.
 */
void dv_s3_explain(const struct dv_s3_call *call,
		   const struct dv_http_response *r, struct dv_s3_answer *a);

/* --- operations ------------------------------------------------------- */

void dv_s3_get(struct dv_s3 *s, const struct dv_wire_request *r);
void dv_s3_put(struct dv_s3 *s, const struct dv_wire_request *r);
void dv_s3_head(struct dv_s3 *s, const struct dv_wire_request *r);
void dv_s3_list(struct dv_s3 *s, const struct dv_wire_request *r);
void dv_s3_delete(struct dv_s3 *s, const struct dv_wire_request *r);

/* Tell whether the bucket keeps versions: one request. */
int dv_s3_tell_versioning(struct dv_s3 *s, struct dv_err *err);

/* A put in parts; file is taken. */
void dv_s3_upload(struct dv_s3 *s, const struct dv_wire_request *r,
		  int file);
/* Take back what is half done. */
void dv_s3_upload_abandon(struct dv_s3 *s);

#endif
