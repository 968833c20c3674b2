/* SPDX-License-Identifier: MIT */
/*
 * dv commit: record versions of datasets: which code, configuration and
 * inputs made the content that their pointers name.
 *
 * One line a dataset, its artifact name:
 *	data-3f2a1bc90d-9d8e7f6a
 * Exit status is 1 where nothing was staged.
 */
#include "porcelain/commit-parts.h"

#include <stdlib.h>

#include "format/config.h"

static const char *const usage[] = {
	"dv commit [-m <message> | -F <file>] "
		"[--config=<file> | --config=<key>=<value>]... "
		"[--set=<key>=<value>]... [--code=<rev>] "
		"[--allow-dirty | --snapshot] [--input=<spec>]... "
		"[--command=<text>] [-n] [-q] [--json] [<dataset>...]",
	NULL
};

/*
 * The transaction begins before the pointers are read: gc then leaves
 * what they name alone until the versions name it.  It holds a lock, so
 * what runs git comes before.
 */
static int commit(struct dv_commit *c, int argc, const char **argv,
		  struct dv_err *err)
{
	struct dv_strlist datasets = DV_STRLIST_INIT;
	int rc;

	if (argc)
		rc = dv_commit_select_named(c, argc, argv, &datasets, err);
	else
		rc = dv_commit_select_staged(c, &datasets, err);
	if (!rc && !datasets.n)
		rc = 1;
	if (rc)
		goto out;

	rc = dv_commit_gather(c, err);
	if (!rc)
		rc = dv_odb_txn_begin(&c->txn, c->s.odb, err);
	if (!rc)
		rc = dv_labels_open(&c->labels, &c->s, err);
	for (size_t i = 0; !rc && i < datasets.n; i++)
		rc = dv_commit_prepare(c, datasets.v[i], err);
	if (!rc)
		rc = dv_commit_write(c, err);
out:
	dv_strlist_release(&datasets);
	return rc;
}

static void release(struct dv_commit *c)
{
	for (size_t i = 0; i < c->n; i++)
		dv_record_release(&c->recs[i]);
	free(c->recs);
	free(c->message);
	free(c->ident);
	dv_runconfig_release(&c->config);
	dv_labels_close(c->labels);
	dv_odb_txn_end(c->txn);
	dv_session_close(&c->s);
	dv_strlist_release(&c->inputs);
	dv_strlist_release(&c->messages);
	dv_strlist_release(&c->configs);
	dv_strlist_release(&c->settings);
	dv_strlist_release(&c->input_specs);
}

static const char *bad_combination(const struct dv_commit *c)
{
	if (c->messages.n && c->message_file)
		return "-m and -F exclude each other";
	if (c->allow_dirty && c->snapshot)
		return "--allow-dirty and --snapshot exclude each other";
	if (c->code_rev && (c->allow_dirty || c->snapshot))
		return "--code names clean code: it excludes --allow-dirty "
		       "and --snapshot";
	if (c->snapshot && c->dry_run)
		return "--snapshot makes a git commit: it excludes -n";
	for (size_t i = 0; i < c->settings.n; i++)
		if (!dv_config_is_setting(c->settings.v[i]))
			return "--set takes <key>=<value>";
	return NULL;
}

static int cmd_commit(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_commit c = { .s = DV_SESSION_INIT };
	const struct dv_opt spec[] = {
		DV_OPT_LIST('m', "message", &c.messages, "<message>",
			    "what to remember; several become paragraphs"),
		DV_OPT_STR('F', "file", &c.message_file, "<file>",
			   "read the message from a file, '-' is stdin"),
		DV_OPT_LIST(0, "config", &c.configs, "<file>",
			    "a configuration file, or <key>=<value>"),
		DV_OPT_LIST(0, "set", &c.settings, "<key>=<value>",
			    "a setting laid over the files"),
		DV_OPT_STR(0, "code", &c.code_rev, "<rev>",
			   "the git commit whose code made the data"),
		DV_OPT_BOOL(0, "allow-dirty", &c.allow_dirty,
			    "record '-dirty' where tracked files differ"),
		DV_OPT_BOOL(0, "snapshot", &c.snapshot,
			    "keep the files as they are in a hidden commit"),
		DV_OPT_LIST(0, "input", &c.input_specs, "<spec>",
			    "a version that the data was made from"),
		DV_OPT_STR(0, "command", &c.command, "<text>",
			   "the command that made the data"),
		DV_OPT_BOOL('n', "dry-run", &c.dry_run,
			    "print the names and record nothing"),
		DV_OPT_BOOL('q', "quiet", &c.quiet, "warnings only"),
		DV_OPT_BOOL(0, "json", &c.json, "one JSON array"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	const char *bad;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	bad = bad_combination(&c);
	if (bad)
		dv_usage(usage, spec, bad);

	rc = dv_session_open(&c.s, DV_REPO_WORKTREE, &err);
	if (!rc)
		rc = commit(&c, argc, argv, &err);
	release(&c);
	return dv_exit(rc, &err);
}

DV_MAIN("commit", cmd_commit)
