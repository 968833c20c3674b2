/* SPDX-License-Identifier: MIT */
/*
 * dv help: list the commands, or open the manual page of one.
 *
 * The page is looked for in the build tree or the installation that this
 * program is part of, then by man(1) itself.  Where there is no page or no
 * man(1), what the command says to "-h" is shown.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/program.h"
#include "commands-list.h"
#include "porcelain/exec-path.h"
#include "porcelain/suggest.h"

static const char *const usage[] = {
	"dv help [-a]",
	"dv help <command>",
	NULL
};

static const char *const sections[] = { "1", "5", "7" };

static void list_class(const char *class)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].class, class) == 0)
			dv_out("   %-19s%s\n", commands[i].name,
			       commands[i].summary);
}

static void list_commands(bool all)
{
	dv_out("usage: dv [-C <dir>] [-c <key>=<value>]... <command> "
	       "[<args>]\n\n");
	dv_out("commands for people:\n\n");
	list_class("porcelain");
	if (all) {
		dv_out("\ncommands for scripts:\n\n");
		list_class("plumbing");
	}
	dv_out("\n'dv help <command>' opens the manual page of a command");
	dv_out(all ? ".\n" : ";\n'dv help -a' also lists the commands for "
	       "scripts.\n");
}

/* path, if it can be read, else path.gz; frees it and gives NULL if not. */
static char *readable(char *path)
{
	char *packed;

	if (access(path, R_OK) == 0)
		return path;
	packed = dv_asprintf("%s.gz", path);
	free(path);
	if (access(packed, R_OK) == 0)
		return packed;
	free(packed);
	return NULL;
}

/* Pages lie in man1/, man5/ ... of a manual, side by side in a build. */
static char *page_in(const char *dir, bool manual, const char *name)
{
	char *path = NULL;
	size_t i;

	for (i = 0; !path && i < sizeof(sections) / sizeof(sections[0]); i++) {
		const char *s = sections[i];

		if (manual)
			path = dv_asprintf("%s/man%s/%s.%s", dir, s, name, s);
		else
			path = dv_asprintf("%s/%s.%s", dir, name, s);
		path = readable(path);
	}
	return path;
}

/* NULL where there is none; the caller frees it. */
static char *find_page(const char *here, const char *name)
{
	char *built = dv_asprintf("%s/../Documentation", here);
	char *moved = dv_asprintf("%s/../../share/man", here);
	char *page = page_in(built, false, name);

	if (!page)
		page = page_in(moved, true, name);
	if (!page)
		page = page_in(DV_MANDIR, true, name);
	free(moved);
	free(built);
	return page;
}

static int show_usage(const char *here, const char *program,
		      struct dv_err *err)
{
	char *beside = dv_asprintf("%s/%s", here, program);
	const char *const argv[] = {
		access(beside, X_OK) == 0 ? beside : program, "-h", NULL
	};
	int rc = dv_proc_run(argv, NULL, NULL, NULL, 0, NULL, err);

	free(beside);
	return rc;
}

static int help_on(const char *name, struct dv_err *err)
{
	char *here = dv_program_dir();
	char *program = !strcmp(name, "dv") || !strncmp(name, "dv-", 3) ?
			dv_strdup(name) : dv_asprintf("dv-%s", name);
	char *page = NULL;
	int rc;

	if (!strchr(name, '/'))
		page = find_page(here ? here : DV_COREDIR, program);
	if (page)
		execlp("man", "man", page, (char *)NULL);

	if (strchr(name, '/') ||
	    show_usage(here ? here : DV_COREDIR, program, err) != 129) {
		dv_suggest(err, name, here ? here : DV_COREDIR);
		dv_exit(-err->code, err);
		rc = 129;
	} else {
		rc = dv_exit(0, err);
	}
	free(page);
	free(program);
	free(here);
	return rc;
}

static int cmd_help(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool all = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('a', "all", &all,
			    "list the commands for scripts as well"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc > 1)
		dv_usage(usage, spec, "give one command");
	if (argc == 1 && all)
		dv_usage(usage, spec, "give a command or '--all', not both");
	if (argc == 1)
		return help_on(argv[0], &err);
	list_commands(all);
	return dv_exit(0, &err);
}

DV_MAIN("help", cmd_help)
