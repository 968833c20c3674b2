/* SPDX-License-Identifier: MIT */
/*
 * dv remote-s3: a bucket as a remote, for others to talk to; speaks
 * dv-protocol-transport(5) on stdin and stdout.
 */
#include "plumbing/common/helpercmd.h"

#include "remote/s3.h"

static const char *const usage[] = {
	"dv remote-s3",
	NULL
};

static int cmd_remote_s3(int argc, const char **argv,
			 const struct dv_ctx *ctx)
{
	(void)ctx;
	return dv_helpercmd_run(argc, argv, usage, &dv_s3_backend);
}

DV_MAIN("remote-s3", cmd_remote_s3)
