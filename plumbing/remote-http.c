/* SPDX-License-Identifier: MIT */
/*
 * dv remote-http: a directory on a web server as a remote that can be
 * read, for others to talk to; speaks dv-protocol-transport(5) on stdin
 * and stdout.
 */
#include "plumbing/common/helpercmd.h"

#include "remote/web.h"

static const char *const usage[] = {
	"dv remote-http",
	NULL
};

static int cmd_remote_http(int argc, const char **argv,
			   const struct dv_ctx *ctx)
{
	(void)ctx;
	return dv_helpercmd_run(argc, argv, usage, &dv_web_backend);
}

DV_MAIN("remote-http", cmd_remote_http)
