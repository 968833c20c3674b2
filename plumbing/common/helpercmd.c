/* SPDX-License-Identifier: MIT */
#include "plumbing/common/helpercmd.h"

#include <unistd.h>

int dv_helpercmd_run(int argc, const char **argv, const char *const *usage,
		     const struct dv_backend *backend)
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;
	bool told;
	int rc;

	if (dv_opt_parse(argc, argv, spec, usage))
		dv_usage(usage, spec, "it takes no arguments: other commands "
			 "run it and say the rest on its standard input");
	rc = dv_backend_run(backend, STDIN_FILENO, STDOUT_FILENO, &told, &err);
	/* What the client was told is not said twice. */
	return rc < 0 && told ? 128 : dv_exit(rc, &err);
}
