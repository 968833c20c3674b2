/* SPDX-License-Identifier: MIT */
/*
 * dv remote-s3: a bucket as a remote, for others to talk to; speaks
 * dv-protocol-transport(5) on stdin and stdout.
 */
#include "plumbing/common/command.h"

#include <unistd.h>

#include "remote/s3.h"

static const char *const usage[] = {
	"dv remote-s3",
	NULL
};

static int cmd_remote_s3(int argc, const char **argv,
			 const struct dv_ctx *ctx)
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;
	bool told;
	int rc;

	(void)ctx;
	if (dv_opt_parse(argc, argv, spec, usage))
		dv_usage(usage, spec, "it takes no arguments: other commands "
			 "run it and say the rest on its standard input");
	rc = dv_backend_run(&dv_s3_backend, STDIN_FILENO, STDOUT_FILENO,
			    &told, &err);
	/* What the client was told is not said twice. */
	return rc < 0 && told ? 128 : dv_exit(rc, &err);
}

DV_MAIN("remote-s3", cmd_remote_s3)
