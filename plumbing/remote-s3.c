/* SPDX-License-Identifier: MIT */
/*
 * dv remote-s3: a bucket as a remote, for others to talk to; speaks
 * dv-protocol-transport(5) on stdin and stdout.
 *
 * One thread: requests are read while there is room for more transfers,
 * and answered as these end.
 */
#include "plumbing/common/command.h"

#include <time.h>
#include <unistd.h>

#include "remote/s3.h"
#include "remote/serve.h"

#define CLEAN_UP_S 3			/* for a client that is gone */

static const char *const usage[] = {
	"dv remote-s3",
	NULL
};

/* Requests that are here, as far as there is room. */
static int take_requests(struct dv_s3 *s, struct dv_serve *serve,
			 struct dv_err *err)
{
	struct dv_wire_request r;

	while (dv_s3_has_room(s)) {
		int event = dv_serve_next(serve, false, &r, err);

		if (event != DV_SERVE_REQUEST)
			return event;
		dv_s3_ask(s, &r);
	}
	return DV_SERVE_NONE;
}

/* Until the client says that this is all, or goes away. */
static int work(struct dv_s3 *s, struct dv_serve *serve, struct dv_err *err)
{
	for (;;) {
		int rc = take_requests(s, serve, err);
		int fd = dv_s3_has_room(s) ? dv_serve_fd(serve) : -1;

		if (rc != DV_SERVE_NONE)
			return rc;
		rc = dv_s3_step(s, fd, 1000, err);
		if (rc < 0)
			return rc;
		if (dv_serve_lost(serve))
			return DV_SERVE_GONE;
	}
}

static int finish(struct dv_s3 *s, struct dv_serve *serve, struct dv_err *err)
{
	uint64_t requests, retries;

	while (dv_s3_busy(s)) {
		int rc = dv_s3_step(s, -1, 1000, err);

		if (rc < 0)
			return rc;
	}
	dv_s3_counts(s, &requests, &retries);
	dv_serve_bye(serve, requests, retries);
	return 0;
}

static void abandon(struct dv_s3 *s)
{
	struct dv_err unsaid = DV_ERR_INIT;
	time_t end = time(NULL) + CLEAN_UP_S;

	dv_s3_abandon(s);
	while (dv_s3_busy(s) && time(NULL) < end)
		if (dv_s3_step(s, -1, 100, &unsaid) < 0)
			return;
}

static int serve_s3(struct dv_serve *serve, struct dv_err *err)
{
	enum dv_wire_class class = DV_WIRE_FATAL;
	struct dv_s3 *s = NULL;
	int rc = dv_s3_open(&s, serve, &class, err);

	if (rc < 0) {
		dv_serve_refuse(serve, class, err);
		return rc;
	}
	dv_serve_ready(serve);
	rc = work(s, serve, err);
	if (rc == DV_SERVE_QUIT)
		rc = finish(s, serve, err);
	else if (rc == DV_SERVE_GONE)
		abandon(s);
	if (rc < 0)
		dv_serve_refuse(serve, DV_WIRE_FATAL, err);
	dv_s3_close(s);
	return rc;
}

static int cmd_remote_s3(int argc, const char **argv,
			 const struct dv_ctx *ctx)
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;
	struct dv_serve *serve = NULL;
	int rc;

	(void)ctx;
	if (dv_opt_parse(argc, argv, spec, usage))
		dv_usage(usage, spec, "it takes no arguments: other commands "
			 "run it and say the rest on its standard input");
	rc = dv_serve_open(&serve, STDIN_FILENO, STDOUT_FILENO, &err);
	if (rc == -DV_E_MISSING)
		return dv_exit(rc, &err);
	if (rc == 0)
		rc = serve_s3(serve, &err);
	dv_serve_free(serve);
	/* What the client was told is not said twice. */
	return rc < 0 ? 128 : 0;
}

DV_MAIN("remote-s3", cmd_remote_s3)
