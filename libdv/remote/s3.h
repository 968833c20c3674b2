/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_S3_H
#define DV_REMOTE_S3_H

/*
 * A bucket as a remote: requests of the transport protocol become those
 * of S3, signed, tried again where that is safe, in another region where
 * the bucket is there.  What dv-remote-s3(1) serves; one thread.
 */

#include <stdbool.h>

#include "base/err.h"
#include "remote/serve.h"
#include "remote/wire.h"

struct dv_s3;

/*
 * From the settings that serve was given: URL, credentials, jobs, ….
 * Credentials are looked for at once; their source and where the bucket
 * is are told as "info".  A failure says *class, too.
 */
int dv_s3_open(struct dv_s3 **out, struct dv_serve *serve,
	       enum dv_wire_class *class, struct dv_err *err);
void dv_s3_close(struct dv_s3 *s);

/* Begin a request; it is answered from a step. */
void dv_s3_ask(struct dv_s3 *s, const struct dv_wire_request *r);

/*
 * Requests begun and not answered, and what else is under way; after
 * dv_s3_abandon() what is left to clean up.
 */
unsigned dv_s3_busy(const struct dv_s3 *s);
/* Is it of use to begin more now? */
bool dv_s3_has_room(const struct dv_s3 *s);
/* As dv_http_step(). */
int dv_s3_step(struct dv_s3 *s, int fd, int timeout_ms, struct dv_err *err);

/*
 * The client is gone: begin to take back uploads that are half done.  No
 * request is answered any more; step while busy, for a while.
 */
void dv_s3_abandon(struct dv_s3 *s);

/* HTTP requests made, and those of them that were made again. */
void dv_s3_counts(const struct dv_s3 *s, uint64_t *requests,
		  uint64_t *retries);

#endif
