/* SPDX-License-Identifier: MIT */
#include "plumbing/common/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * A caller may hand us 0, 1 or 2 closed; the first file opened would then
 * become stdout and be written into.  Stdout gets a descriptor on which
 * writing fails, so that lost output is still reported.
 */
static void fill_std_fds(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == 2 ? O_RDWR : O_RDONLY) != fd)
			_exit(128);
	}
}

int dv_main(int argc, char **argv, const char *name, dv_cmd_fn *fn)
{
	struct dv_ctx ctx = { name };
	struct dv_err err = DV_ERR_INIT;
	const char **args;
	int i, rc;

	fill_std_fds();

	args = dv_calloc((size_t)argc + 1, sizeof(*args));
	for (i = 1; i < argc; i++)
		args[i - 1] = argv[i];

	rc = fn(argc > 0 ? argc - 1 : 0, args, &ctx);
	if (rc >= 0 && rc < 128 && dv_out_flush(&err) < 0)
		rc = dv_exit(-err.code, &err);
	free(args);
	return rc;
}
