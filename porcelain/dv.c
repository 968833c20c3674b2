/* SPDX-License-Identifier: MIT */
/*
 * dv: the driver.  Finds the program of a command and becomes it.
 *
 * Every command goes through here, so it does nothing else: it opens no
 * repository, reads no configuration, and links libc alone.
 */
#include "plumbing/common/command.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "porcelain/exec-path.h"
#include "porcelain/suggest.h"

static const char *const usage[] = {
	"dv [-C <dir>] [-c <key>=<value>]... [--exec-path[=<dir>]] "
	"<command> [<args>]",
	"dv [-h | --help] [--version]",
	NULL
};

/* What the driver's own options say. */
struct settings {
	struct dv_buf config;
	const char *exec_path;
	bool print_exec_path;
};

/*
 * libgit2 1.5 does not read git's GIT_CONFIG_COUNT, so settings travel in
 * a variable of our own, one "key=value" a line, later ones winning.
 */
static void add_config(struct dv_buf *config, const char *setting)
{
	const char *eq = strchr(setting, '=');
	size_t n = eq ? (size_t)(eq - setting) : strlen(setting);

	if (!n || !memchr(setting, '.', n))
		dv_usage(usage, NULL,
			 "option '-c' takes <section>.<key>=<value>");
	if (strchr(setting, '\n'))
		dv_usage(usage, NULL, "option '-c' takes a value of one line");
	dv_buf_str(config, setting);
	/* As in git, a key alone is a true one. */
	if (!eq)
		dv_buf_str(config, "=true");
	dv_buf_char(config, '\n');
}

static int enter(const char *dir, struct dv_err *err)
{
	if (*dir && chdir(dir) < 0)
		return dv_err_sys(err, "cannot change to '%s'", dir);
	return 0;
}

/*
 * Take one of our options from argv.  Returns how many words it was, 0
 * where argv[0] is a command.
 */
static int take_option(const char **argv, struct settings *s,
		       struct dv_err *err)
{
	const char *arg = argv[0];
	int rc;

	if (!strcmp(arg, "-C")) {
		if (!argv[1])
			dv_usage(usage, NULL, "option '-C' needs a directory");
		rc = enter(argv[1], err);
		return rc < 0 ? rc : 2;
	}
	if (!strcmp(arg, "-c")) {
		if (!argv[1])
			dv_usage(usage, NULL, "option '-c' needs a setting");
		add_config(&s->config, argv[1]);
		return 2;
	}
	if (!strncmp(arg, "--exec-path", 11) &&
	    (!arg[11] || arg[11] == '=')) {
		s->exec_path = arg[11] ? arg + 12 : s->exec_path;
		s->print_exec_path = !arg[11];
		return 1;
	}
	if (arg[0] == '-')
		dv_usage(usage, NULL, dv_asprintf("unknown option '%s' before "
						  "the command", arg));
	return 0;
}

static void export_config(const struct dv_buf *config)
{
	const char *old = getenv("DV_CONFIG_PARAMETERS");
	char *both;

	if (!config->len)
		return;
	both = dv_asprintf("%s%s", old ? old : "", config->data);
	setenv("DV_CONFIG_PARAMETERS", both, 1);
	free(both);
}

/* Commands run each other by name: "dv-<command>" is looked up in PATH. */
static void export_path(const char *dir)
{
	const char *path = getenv("PATH");
	size_t n = strlen(dir);
	char *both;

	if (path && !strncmp(path, dir, n) && (!path[n] || path[n] == ':'))
		return;
	both = dv_asprintf("%s:%s", dir, path ? path : "/usr/bin:/bin");
	setenv("PATH", both, 1);
	free(both);
}

/* Become the command.  Returns only when that failed, an exit code. */
static int become(const char *dir, const char **argv, struct dv_err *err)
{
	const char *name = argv[0];
	char *program = dv_asprintf("dv-%s", name);
	char *path = dv_asprintf("%s/%s", dir, program);
	bool unknown = true;

	argv[0] = program;
	if (!strchr(name, '/')) {
		execv(path, (char *const *)argv);
		if (errno == ENOENT)
			execvp(program, (char *const *)argv);
		unknown = errno == ENOENT;
	}
	if (unknown)
		dv_suggest(err, name, dir);
	else
		dv_err_sys(err, "cannot run '%s'", path);
	free(program);
	free(path);
	dv_exit(-err->code, err);
	return unknown ? 129 : 128;
}

/* "dv --help add" and "dv add --help" are "dv help add". */
static void translate_help(const char **argv)
{
	const char *name = argv[0];

	if (!strcmp(name, "--version") || !strcmp(name, "-v"))
		argv[0] = "version";
	else if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		argv[0] = "help";
	else if (argv[1] && !strcmp(argv[1], "--help") && !argv[2]) {
		argv[0] = "help";
		argv[1] = name;
	}
}

static bool asks_for_help(const char *arg)
{
	return !strcmp(arg, "--version") || !strcmp(arg, "-v") ||
	       !strcmp(arg, "--help") || !strcmp(arg, "-h");
}

static int cmd_dv(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_err err = DV_ERR_INIT;
	struct settings s = { DV_BUF_INIT, NULL, false };
	char *dir = NULL;
	int rc = 0;

	(void)ctx;
	while (argc > 0 && !asks_for_help(argv[0])) {
		rc = take_option(argv, &s, &err);
		if (rc <= 0)
			break;
		argc -= rc;
		argv += rc;
	}
	if (rc < 0)
		goto out;
	if (argc == 0 && !s.print_exec_path)
		dv_usage(usage, NULL, "no command given; 'dv help' lists them");

	dir = dv_exec_path(s.exec_path);
	if (s.print_exec_path) {
		dv_out("%s\n", dir);
		rc = 0;
		goto out;
	}
	if (s.exec_path)
		setenv("DV_EXEC_PATH", dir, 1);
	export_path(dir);
	export_config(&s.config);
	translate_help(argv);
	rc = become(dir, argv, &err);
out:
	free(dir);
	dv_buf_release(&s.config);
	return rc < 0 ? dv_exit(rc, &err) : rc;
}

DV_MAIN("dv", cmd_dv)
