/* SPDX-License-Identifier: MIT */
/*
 * dv remote: the remotes that this repository knows.
 *
 * A list has a line a remote, sorted by name: its name, with -v
 *	<name> TAB <URL> [SP "(not trusted)"]
 */
#include "porcelain/remote-parts.h"

#include <stdarg.h>
#include <stdlib.h>

const char *const dv_remote_usage[] = {
	"dv remote [list] [-v] [--json]",
	"dv remote add [--shared] <name> <url>",
	"dv remote show [--json] [<name>]",
	"dv remote test [--json] [-v] [<name> | <url>]",
	"dv remote trust <name>",
	"dv remote remove <name>",
	NULL
};

static const struct {
	const char *name;
	int (*run)(int argc, const char **argv);
} subcommand[] = {
	{ "add", dv_remote_cmd_add },
	{ "list", dv_remote_cmd_list },
	{ "remove", dv_remote_cmd_remove },
	{ "rm", dv_remote_cmd_remove },
	{ "show", dv_remote_cmd_show },
	{ "test", dv_remote_cmd_test },
	{ "trust", dv_remote_cmd_trust },
};
#define SUBCOMMANDS (sizeof(subcommand) / sizeof(subcommand[0]))

void dv_remote_line(const char *name, const char *fmt, ...)
{
	struct dv_buf text = DV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	dv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	dv_out("%-17s %s\n", name, dv_buf_cstr(&text));
	dv_buf_release(&text);
}

static int cmd_remote(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_buf why = DV_BUF_INIT;

	(void)ctx;
	if (!argc || argv[0][0] == '-')
		return dv_remote_cmd_list(argc, argv);
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (!strcmp(argv[0], subcommand[i].name))
			return subcommand[i].run(argc - 1, argv + 1);
	dv_buf_printf(&why, "there is no 'dv remote %s'", argv[0]);
	dv_usage(dv_remote_usage, NULL, dv_buf_cstr(&why));
}

DV_MAIN("remote", cmd_remote)
