/* SPDX-License-Identifier: MIT */
/*
 * dv remote-sftp: a directory on an SSH server as a remote, for others to
 * talk to; speaks dv-protocol-transport(5) on stdin and stdout.
 */
#include "plumbing/common/command.h"

#include <unistd.h>

#include "remote/sftp.h"

static const char *const usage[] = {
	"dv remote-sftp",
	NULL
};

static int cmd_remote_sftp(int argc, const char **argv,
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
	rc = dv_backend_run(&dv_sftp_backend, STDIN_FILENO, STDOUT_FILENO,
			    &told, &err);
	/* What the client was told is not said twice. */
	return rc < 0 && told ? 128 : dv_exit(rc, &err);
}

DV_MAIN("remote-sftp", cmd_remote_sftp)
