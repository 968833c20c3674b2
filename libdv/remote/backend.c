/* SPDX-License-Identifier: MIT */
#include "remote/backend.h"

#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"

#define CLEAN_UP_S 3			/* for a client that is gone */

/* Requests that are here, as far as there is room. */
static int take_requests(const struct dv_backend *b, void *state,
			 struct dv_serve *serve, struct dv_err *err)
{
	struct dv_wire_request r;

	while (b->has_room(state)) {
		int event = dv_serve_next(serve, false, &r, err);

		if (event != DV_SERVE_REQUEST)
			return event;
		b->ask(state, &r);
	}
	return DV_SERVE_NONE;
}

/* Until the client says that this is all, or goes away. */
static int work(const struct dv_backend *b, void *state,
		struct dv_serve *serve, struct dv_err *err)
{
	for (;;) {
		int rc = take_requests(b, state, serve, err);
		int fd = b->has_room(state) ? dv_serve_fd(serve) : -1;

		if (rc != DV_SERVE_NONE)
			return rc;
		rc = b->step(state, fd, 1000, err);
		if (rc < 0)
			return rc;
		if (dv_serve_lost(serve))
			return DV_SERVE_GONE;
	}
}

static int finish(const struct dv_backend *b, void *state,
		  struct dv_serve *serve, struct dv_err *err)
{
	uint64_t requests, retries;

	while (b->is_busy(state)) {
		int rc = b->step(state, -1, 1000, err);

		if (rc < 0)
			return rc;
	}
	b->counts(state, &requests, &retries);
	dv_serve_bye(serve, requests, retries);
	return 0;
}

static void abandon(const struct dv_backend *b, void *state)
{
	struct dv_err unsaid = DV_ERR_INIT;
	time_t end = time(NULL) + CLEAN_UP_S;

	b->abandon(state);
	while (b->is_busy(state) && time(NULL) < end)
		if (b->step(state, -1, 100, &unsaid) < 0)
			return;
}

static int serve_all(const struct dv_backend *b, struct dv_serve *serve,
		     struct dv_err *err)
{
	enum dv_wire_class class = DV_WIRE_FATAL;
	void *state = dv_calloc(1, b->size);
	int rc = b->open(state, serve, &class, err);

	if (rc < 0) {
		dv_serve_refuse(serve, class, err);
		goto out;
	}
	dv_serve_ready(serve);
	rc = work(b, state, serve, err);
	if (rc == DV_SERVE_QUIT)
		rc = finish(b, state, serve, err);
	else if (rc == DV_SERVE_GONE)
		abandon(b, state);
	if (rc < 0)
		dv_serve_refuse(serve, DV_WIRE_FATAL, err);
out:
	b->close(state);
	free(state);
	return rc < 0 ? rc : 0;
}

int dv_backend_run(const struct dv_backend *b, int in, int out, bool *told,
		   struct dv_err *err)
{
	struct dv_serve *serve = NULL;
	int rc;

	dv_serve_outlive();
	rc = dv_serve_open(&serve, in, out, err);
	*told = rc != -DV_E_MISSING;
	if (rc == 0) {
		*told = true;
		rc = serve_all(b, serve, err);
	}
	dv_serve_free(serve);
	return rc;
}
