/* SPDX-License-Identifier: MIT */
/*
 * test-git: ask the library about git, without a dv repository around.
 *
 *	paths				work tree, git and common directory
 *	head				id, or "unborn"
 *	code <revision>			code commit
 *	dirty [<path>...]		what differs, the paths left out
 *	snapshot <message>		id of the commit
 *	tracked <path> | tracked-pointers
 *	pointers <revision>		paths of pointers in a commit
 *	each-pointer			manifests that any commit names
 *	ident				name, address, time, minutes
 *	config (str|int|bool) <key>	value; exit 1 where there is none
 *	set <ref> <id> [<old>]		"-" as old: must not exist
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/pointer.h"
#include "store/git.h"

static const char *const usage[] = {
	"test-git <question> [<argument>...]",
	NULL
};

struct job {
	struct dv_git *git;
	int argc;
	const char **argv;
};

typedef int ask_fn(struct job *job, struct dv_err *err);

static void print_list(struct dv_strlist *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		dv_out_path(list->v[i], strlen(list->v[i]), '\n');
		dv_out_char('\n');
	}
	dv_strlist_release(list);
}

static int ask_paths(struct job *job, struct dv_err *err)
{
	const char *workdir = dv_git_workdir(job->git);

	(void)err;
	dv_out("%s\n%s\n%s\n", workdir ? workdir : "bare",
	       dv_git_gitdir(job->git), dv_git_commondir(job->git));
	return 0;
}

static int ask_head(struct job *job, struct dv_err *err)
{
	char hex[DV_GIT_HEX];
	int rc = dv_git_head(job->git, hex, err);

	if (rc >= 0)
		dv_out("%s\n", rc ? hex : "unborn");
	return rc < 0 ? rc : 0;
}

static int ask_code(struct job *job, struct dv_err *err)
{
	char hex[DV_GIT_HEX];
	int rc;

	rc = dv_git_revparse(job->git, job->argv[0], hex, err);
	if (!rc)
		rc = dv_git_code_commit(job->git, hex, hex, err);
	if (!rc)
		dv_out("%s\n", hex);
	return rc;
}

static int ask_dirty(struct job *job, struct dv_err *err)
{
	struct dv_strlist except = DV_STRLIST_INIT, out = DV_STRLIST_INIT;
	int i, rc;

	for (i = 0; i < job->argc; i++)
		dv_strlist_add(&except, job->argv[i]);
	rc = dv_git_dirty(job->git, &except, &out, err);
	dv_strlist_release(&except);
	print_list(&out);
	return rc;
}

static int ask_snapshot(struct job *job, struct dv_err *err)
{
	char hex[DV_GIT_HEX];
	int rc = dv_git_snapshot(job->git, job->argv[0], hex, err);

	if (!rc)
		dv_out("%s\n", hex);
	return rc;
}

static int ask_tracked(struct job *job, struct dv_err *err)
{
	struct dv_strlist out = DV_STRLIST_INIT;
	int rc = dv_git_tracked(job->git, job->argv[0], &out, err);

	print_list(&out);
	return rc;
}

static int ask_tracked_pointers(struct job *job, struct dv_err *err)
{
	struct dv_strlist out = DV_STRLIST_INIT;
	int rc = dv_git_tracked_pointers(job->git, &out, err);

	print_list(&out);
	return rc;
}

static int ask_pointers(struct job *job, struct dv_err *err)
{
	struct dv_strlist out = DV_STRLIST_INIT;
	char hex[DV_GIT_HEX];
	int rc;

	rc = dv_git_revparse(job->git, job->argv[0], hex, err);
	if (!rc)
		rc = dv_git_pointers_at(job->git, hex, &out, err);
	print_list(&out);
	return rc;
}

static int on_pointer(void *arg, const void *buf, size_t n, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	struct dv_pointer p;
	int rc;

	(void)arg;
	rc = dv_pointer_parse(&p, buf, n, "a pointer", err);
	if (!rc)
		dv_out("%s\n", dv_digest_format(text, &p.manifest));
	return rc;
}

static int ask_each_pointer(struct job *job, struct dv_err *err)
{
	return dv_git_each_pointer(job->git, on_pointer, NULL, err);
}

static int ask_ident(struct job *job, struct dv_err *err)
{
	int64_t when;
	char *ident;
	int tz, rc;

	rc = dv_git_ident(job->git, &ident, &when, &tz, err);
	if (rc < 0)
		return rc;
	dv_out("%s %" PRId64 " %d\n", ident, when, tz);
	free(ident);
	return 0;
}

static int ask_config(struct job *job, struct dv_err *err)
{
	const char *type = job->argv[0], *key = job->argv[1];
	int64_t number;
	char *text;
	bool yes;
	int rc;

	if (!strcmp(type, "int")) {
		rc = dv_git_config_int(job->git, key, &number, err);
		if (rc > 0)
			dv_out("%" PRId64 "\n", number);
	} else if (!strcmp(type, "bool")) {
		rc = dv_git_config_bool(job->git, key, &yes, err);
		if (rc > 0)
			dv_out("%s\n", yes ? "true" : "false");
	} else {
		rc = dv_git_config_str(job->git, key, &text, err);
		if (rc > 0) {
			dv_out("%s\n", text);
			free(text);
		}
	}
	return rc < 0 ? rc : !rc;
}

static int ask_set(struct job *job, struct dv_err *err)
{
	const char *old = job->argc > 2 ? job->argv[2] : NULL;

	if (old && !strcmp(old, "-"))
		old = "";
	return dv_git_ref_set(job->git, job->argv[0], job->argv[1], old, NULL,
			      err);
}

static const struct {
	const char *name;
	int args;
	ask_fn *fn;
} questions[] = {
	{ "paths", 0, ask_paths },
	{ "head", 0, ask_head },
	{ "code", 1, ask_code },
	{ "dirty", 0, ask_dirty },
	{ "snapshot", 1, ask_snapshot },
	{ "tracked", 1, ask_tracked },
	{ "tracked-pointers", 0, ask_tracked_pointers },
	{ "pointers", 1, ask_pointers },
	{ "each-pointer", 0, ask_each_pointer },
	{ "ident", 0, ask_ident },
	{ "config", 2, ask_config },
	{ "set", 2, ask_set },
};

static int cmd_git(int argc, const char **argv, const struct dv_ctx *ctx)
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;
	struct job job = { NULL, argc - 1, argv + 1 };
	size_t i;
	int rc;

	(void)ctx;
	for (i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		if (argc && !strcmp(questions[i].name, argv[0]) &&
		    argc > questions[i].args)
			break;
	if (i == sizeof(questions) / sizeof(*questions))
		dv_usage(usage, spec, "not a question");
	rc = dv_git_open(&job.git, &err);
	if (!rc)
		rc = questions[i].fn(&job, &err);
	dv_git_close(job.git);
	return dv_exit(rc, &err);
}

DV_MAIN("git", cmd_git)
