/* SPDX-License-Identifier: MIT */
/*
 * dv name-artifact: artifact names from paths, or what such names say.
 *
 * One record out per path, in the same order; paths are C-quoted, with -z
 * as they are:
 *	<artifact name>
 * and with --parse, the path being the one without code and configuration,
 * or where it is no artifact name the one that was given:
 *	<code> SP <config> SP (clean | dirty) TAB <path>
 *	- SP - SP - TAB <path>
 * Exit status is 1 when any was no artifact name.
 */
#include "plumbing/common/command.h"

#include "base/path.h"
#include "format/name.h"

static const char *const usage[] = {
	"dv name-artifact --code=<hex> --config=<hex> [--dirty] "
		"[--format=<template>] [-z] (<path>... | --stdin)",
	"dv name-artifact --parse [--format=<template>] [-z] "
		"(<path>... | --stdin)",
	NULL
};

struct job {
	const char *format, *code, *config;
	bool dirty, parse;
	char eol;
	int none;		/* paths that were no artifact names */
};

static void print_path(const char *path, size_t n, char eol)
{
	dv_out_path(path, n, eol);
	dv_out_char(eol);
}

static int name_path(const struct job *job, const char *path, size_t n,
		     struct dv_err *err)
{
	struct dv_buf out = DV_BUF_INIT;
	int rc;

	rc = dv_name_format(&out, job->format, path, n, job->code, job->dirty,
			    job->config, err);
	if (rc >= 0)
		print_path(out.data, out.len, job->eol);
	dv_buf_release(&out);
	return rc;
}

static int parse_path(struct job *job, const char *path, size_t n,
		      struct dv_err *err)
{
	struct dv_buf out = DV_BUF_INIT;
	struct dv_name name;
	int rc;

	rc = dv_name_parse(&name, job->format, path, n, err);
	if (rc < 0)
		return rc;
	if (!rc) {
		job->none++;
		dv_out("- - -\t");
		print_path(path, n, job->eol);
		return 0;
	}
	dv_buf_add(&out, name.dir, name.dir_len);
	dv_buf_add(&out, name.stem, name.stem_len);
	dv_buf_add(&out, name.ext, name.ext_len);
	dv_buf_str(&out, name.slash ? "/" : "");
	dv_out("%s %s %s\t", name.code, name.config,
	       name.dirty ? "dirty" : "clean");
	print_path(out.data, out.len, job->eol);
	dv_buf_release(&out);
	return 0;
}

static int do_path(void *arg, const char *path, size_t n, struct dv_err *err)
{
	struct job *job = arg;

	return job->parse ? parse_path(job, path, n, err)
			  : name_path(job, path, n, err);
}

static int cmd_name_artifact(int argc, const char **argv,
			     const struct dv_ctx *ctx)
{
	struct job job = { NULL, NULL, NULL, false, false, '\n', 0 };
	bool nul = false, from_stdin = false;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "code", &job.code, "<hex>",
			   "code commit; its first 10 digits are used"),
		DV_OPT_STR(0, "config", &job.config, "<hex>",
			   "config hash, 8 to 32 digits"),
		DV_OPT_BOOL(0, "dirty", &job.dirty,
			    "the work tree differs from the code commit"),
		DV_OPT_BOOL(0, "parse", &job.parse,
			    "take artifact names apart"),
		DV_OPT_STR(0, "format", &job.format, "<template>",
			   "how a name is put together"),
		DV_OPT_BOOL('z', NULL, &nul, "records end in NUL, not LF"),
		DV_OPT_BOOL(0, "stdin", &from_stdin, "read paths from stdin"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (from_stdin == (argc > 0))
		dv_usage(usage, spec, "give paths or --stdin, not both");
	if (job.parse && (job.code || job.config || job.dirty))
		dv_usage(usage, spec, "--parse finds --code, --config and "
			 "--dirty in the names");
	if (!job.parse && (!job.code || !job.config))
		dv_usage(usage, spec, "--code and --config are needed");
	job.eol = nul ? '\0' : '\n';

	rc = dv_name_check(job.format, &err);
	if (rc >= 0 && from_stdin)
		rc = dv_reader_each_path(job.eol, do_path, &job, &err);
	for (int i = 0; rc >= 0 && i < argc; i++)
		rc = do_path(&job, argv[i], strlen(argv[i]), &err);
	return dv_exit(rc < 0 ? rc : job.none > 0, &err);
}

DV_MAIN("name-artifact", cmd_name_artifact)
