/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_BACKEND_H
#define DV_REMOTE_BACKEND_H

/*
 * What a helper whose transfers run in one thread is made of, and the
 * loop that drives it: requests are read while there is room for more,
 * and answered as transfers end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "remote/serve.h"
#include "remote/wire.h"

struct dv_backend {
	size_t size;		/* of the state b, all 0 at first */
	/*
	 * From the settings that serve was given; what it can do is told.
	 * A failure says *class, too, which is DV_WIRE_FATAL before.
	 */
	int (*open)(void *b, struct dv_serve *serve,
		    enum dv_wire_class *class, struct dv_err *err);
	/* What open has made, whether or not it failed; but not b itself. */
	void (*close)(void *b);
	/* Begin a request; it is answered from a step. */
	void (*ask)(void *b, const struct dv_wire_request *r);
	/* Is it of use to begin more now? */
	bool (*has_room)(const void *b);
	/* Is anything under way?  After abandon: left to clean up? */
	bool (*is_busy)(const void *b);
	/* As dv_http_step(). */
	int (*step)(void *b, int fd, int timeout_ms, struct dv_err *err);
	/* The client is gone: answer no more, begin to clean up. */
	void (*abandon)(void *b);
	/* Requests made of the server, and those of them made again. */
	void (*counts)(const void *b, uint64_t *requests, uint64_t *retries);
};

/*
 * A whole session on two descriptors.  0, or a failure; told says whether
 * the client has been told of it.
 */
int dv_backend_run(const struct dv_backend *b, int in, int out, bool *told,
		   struct dv_err *err);

#endif
