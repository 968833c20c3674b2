/* SPDX-License-Identifier: MIT */
/*
 * dv version: print "dv version <version>".
 */
#include "plumbing/common/command.h"

#include "config.h"

static const char *const usage[] = {
	"dv version",
	NULL
};

static int cmd_version(int argc, const char **argv, const struct dv_ctx *ctx)
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;

	(void)ctx;
	if (dv_opt_parse(argc, argv, spec, usage) > 0)
		dv_usage(usage, spec, "no arguments are taken");
	dv_out("dv version %s\n", PACKAGE_VERSION);
	return dv_exit(0, &err);
}

DV_MAIN("version", cmd_version)
