/* SPDX-License-Identifier: MIT */
/*
 * dv remote-sftp: a directory on an SSH server as a remote, for others to
 * talk to; speaks dv-protocol-transport(5) on stdin and stdout.
 */
#include "plumbing/common/helpercmd.h"

#include "remote/sftp.h"

static const char *const usage[] = {
	"dv remote-sftp",
	NULL
};

static int cmd_remote_sftp(int argc, const char **argv,
			   const struct dv_ctx *ctx)
{
	(void)ctx;
	return dv_helpercmd_run(argc, argv, usage, &dv_sftp_backend);
}

DV_MAIN("remote-sftp", cmd_remote_sftp)
