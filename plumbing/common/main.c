/* SPDX-License-Identifier: MIT */
#include "plumbing/common/command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/tmpfile.h"

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

/*
 * Indexes are mapped.  Where one is cut short meanwhile, or its disk does
 * not read, that is no bug of ours to dump core over.
 */
static void on_bus_error(int sig, siginfo_t *info, void *context)
{
	static const char text[] =
		"fatal: a file was cut short while it was read, or its disk "
		"cannot read it\n"
		"hint: run 'dv fsck' to learn which\n";
	ssize_t n;

	(void)context;
	if (info->si_code != BUS_ADRERR && info->si_code != BUS_OBJERR) {
		signal(sig, SIG_DFL);
		return;
	}
	n = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)n;
	_exit(128);
}

static void catch_bus_errors(void)
{
	struct sigaction act = { .sa_sigaction = on_bus_error,
				 .sa_flags = SA_SIGINFO };

	sigemptyset(&act.sa_mask);
	sigaction(SIGBUS, &act, NULL);
}

int dv_main(int argc, char **argv, const char *name, dv_cmd_fn *fn)
{
	struct dv_ctx ctx = { name };
	struct dv_err err = DV_ERR_INIT;
	const char **args;
	int i, rc;

	fill_std_fds();
	catch_bus_errors();
	dv_tmpfile_catch_signals();
	/* A file that may not grow is a failed write, after which we clean up. */
	signal(SIGXFSZ, SIG_IGN);

	args = dv_calloc((size_t)argc + 1, sizeof(*args));
	for (i = 1; i < argc; i++)
		args[i - 1] = argv[i];

	rc = fn(argc > 0 ? argc - 1 : 0, args, &ctx);
	if (rc >= 0 && rc < 128 && dv_out_flush(&err) < 0)
		rc = dv_exit(-err.code, &err);
	free(args);
	return rc;
}
