/* SPDX-License-Identifier: MIT */
/*
 * dv write-version: record a version of a manifest.
 *
 * Out: <version id> LF.  Recording the same version twice does nothing
 * and prints the same id.
 */
#include "plumbing/common/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "format/config.h"
#include "format/manifest.h"
#include "store/resolve.h"
#include "store/versions.h"

static const char *const usage[] = {
	"dv write-version --dataset=<dataset> --manifest=<id> [--config=<id>] "
		"[--code=<revision>] [--dirty] [--snapshot] "
		"[-m <message> | -F <file>] [--parent=<version>]... "
		"[--input=<dataset>@<version>]... [--command=<text>] "
		"[--made-by=<word>]",
	NULL
};

struct options {
	const char *dataset, *manifest, *config, *code, *file, *command;
	const char *made_by;
	bool dirty, snapshot;
	struct dv_strlist messages, parents, inputs;
};

struct job {
	const struct options *opt;
	struct dv_repo *repo;
	struct dv_odb *odb;		/* borrowed */
	struct dv_odb_txn *txn;
	struct dv_versions *versions;
	struct dv_record rec;
};

/* --- content and configuration ------------------------------------------ */

static int find_manifest(struct job *job, struct dv_err *err)
{
	const struct dv_manifest_info *info;
	struct dv_manifest *m;
	struct dv_digest id;
	int rc;

	rc = dv_odb_resolve(job->odb, job->opt->manifest, &id, err);
	if (!rc)
		rc = dv_manifest_open(&m, &id, dv_odb_read, job->odb, err);
	if (rc < 0)
		return rc;
	info = dv_manifest_get_info(m);
	job->rec.manifest = info->id;
	job->rec.files = info->files;
	job->rec.size = info->size;
	dv_manifest_close(m);
	return 0;
}

/* None at all is the empty configuration, which is an object too. */
static int find_config(struct job *job, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	if (!job->opt->config) {
		dv_buf_str(&text, "{}");
		rc = dv_odb_txn_put(job->txn, DV_ODB_META, text.data, text.len,
				    &job->rec.config, err);
		if (!rc)
			rc = dv_odb_txn_sync(job->txn, err);
	} else {
		rc = dv_odb_resolve(job->odb, job->opt->config,
				    &job->rec.config, err);
		if (!rc)
			rc = dv_odb_read(job->odb, &job->rec.config, &text,
					 DV_CONFIG_MAX, err);
	}
	if (!rc)
		dv_config_hash(job->rec.config_hash, text.data, text.len,
			       DV_CONFIG_HASH_MAX);
	dv_buf_release(&text);
	return rc;
}

/* --- code --------------------------------------------------------------- */

static bool is_whole_id(const char *s)
{
	return strlen(s) == 40 && strspn(s, "0123456789abcdef") == 40;
}

/* A whole id may name a commit that is elsewhere; no --code, HEAD's. */
static int find_code(struct job *job, struct dv_err *err)
{
	const char *rev = job->opt->code;
	char head[DV_GIT_HEX];
	int rc;

	if (rev && is_whole_id(rev)) {
		memcpy(job->rec.code, rev, 41);
		return 0;
	}
	if (rev)
		return dv_git_revparse(job->repo->git, rev, job->rec.code, err);
	rc = dv_git_head(job->repo->git, head, err);
	if (rc > 0)
		return dv_git_code_commit(job->repo->git, head, job->rec.code,
					  err);
	if (rc < 0)
		return rc;
	dv_err_set(err, DV_E_MISSING,
		   "there is no git commit yet that a version could come from");
	return dv_err_hint(err, "git commit the code first");
}

/* --- message ------------------------------------------------------------ */

/* Several -m are paragraphs, as git takes them. */
static char *join_messages(const struct dv_strlist *list)
{
	struct dv_buf text = DV_BUF_INIT;
	size_t i;

	for (i = 0; i < list->n; i++)
		dv_buf_printf(&text, "%s%s", i ? "\n\n" : "", list->v[i]);
	return text.data ? dv_buf_detach(&text, NULL) : dv_strdup("");
}

static int read_message(const char *file, char **out, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	if (!strcmp(file, "-"))
		rc = dv_fd_read(&text, STDIN_FILENO, DV_RECORD_MAX,
				"standard input", err);
	else
		rc = dv_file_read(&text, AT_FDCWD, file, DV_RECORD_MAX, err);
	if (!rc && text.len && memchr(text.data, '\0', text.len))
		rc = dv_err_set(err, DV_E_INVALID,
				"the message in '%s' has a NUL byte", file);
	while (!rc && text.len && text.data[text.len - 1] == '\n')
		dv_buf_setlen(&text, text.len - 1);
	if (!rc)
		*out = dv_strdup(dv_buf_cstr(&text));
	dv_buf_release(&text);
	return rc;
}

static int find_message(struct job *job, struct dv_err *err)
{
	if (job->opt->file)
		return read_message(job->opt->file, &job->rec.message, err);
	if (job->opt->messages.n)
		job->rec.message = join_messages(&job->opt->messages);
	return 0;
}

/* --- ancestors ---------------------------------------------------------- */

/* A whole id that is not here is taken as it is: it may be elsewhere. */
static int add_parent(struct job *job, const char *text, struct dv_err *err)
{
	struct dv_version v;
	int rc;

	rc = dv_versions_find(job->versions, job->opt->dataset, text, &v, err);
	if (rc == -DV_E_MISSING && dv_record_id_is(text)) {
		dv_strlist_add(&job->rec.parents, text);
		return 0;
	}
	if (rc < 0)
		return rc;
	dv_strlist_add(&job->rec.parents, v.id);
	dv_version_release(&v);
	return 0;
}

static int add_input(struct job *job, const char *text, struct dv_err *err)
{
	const char *at = strrchr(text, '@');
	struct dv_spec spec;
	int rc;

	if (at && dv_record_id_is(at + 1)) {
		dv_strlist_add(&job->rec.inputs, text);
		return 0;
	}
	rc = dv_spec_resolve(&spec, job->repo, job->versions, text, err);
	if (rc < 0)
		return rc;
	if (spec.has_version)
		dv_strlist_take(&job->rec.inputs,
				dv_asprintf("%s@%s", spec.dataset,
					    spec.version.id));
	else
		rc = dv_err_set(err, DV_E_MISSING,
				"input '%s' has no version recorded", text);
	dv_spec_release(&spec);
	return rc;
}

static int find_ancestors(struct job *job, struct dv_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < job->opt->parents.n && !rc; i++)
		rc = add_parent(job, job->opt->parents.v[i], err);
	for (i = 0; i < job->opt->inputs.n && !rc; i++)
		rc = add_input(job, job->opt->inputs.v[i], err);
	return rc;
}

/* --- the command -------------------------------------------------------- */

static int fill(struct job *job, struct dv_err *err)
{
	const struct options *opt = job->opt;
	struct dv_record *rec = &job->rec;
	int rc;

	rc = dv_path_check(opt->dataset, strlen(opt->dataset), err);
	if (rc < 0)
		return rc;
	rec->dataset = dv_strdup(opt->dataset);
	rec->name_space = dv_strdup(job->repo->name_space);
	rec->made_by = dv_strdup(opt->made_by);
	rec->command = opt->command ? dv_strdup(opt->command) : NULL;
	rec->dirty = opt->dirty;
	rec->snapshot = opt->snapshot;
	if ((rc = find_manifest(job, err)) < 0 ||
	    (rc = find_config(job, err)) < 0 ||
	    (rc = find_code(job, err)) < 0 ||
	    (rc = find_message(job, err)) < 0 ||
	    (rc = find_ancestors(job, err)) < 0)
		return rc;
	return dv_git_ident(job->repo->git, &rec->tagger, &rec->time, &rec->tz,
			    err);
}

/*
 * The transaction is open from the first look-up to the ref, so that what
 * was found stays.
 */
static int write_version(struct job *job, struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX];
	int rc;

	if ((rc = dv_repo_open(&job->repo, 0, err)) < 0 ||
	    (rc = dv_repo_odb(job->repo, &job->odb, err)) < 0 ||
	    (rc = dv_odb_txn_begin(&job->txn, job->odb, err)) < 0 ||
	    (rc = dv_versions_open(&job->versions, job->repo, err)) < 0 ||
	    (rc = fill(job, err)) < 0)
		return rc;
	rc = dv_versions_write(job->repo, &job->rec, id, err);
	if (rc < 0)
		return rc;
	dv_out("%s\n", id);
	return 0;
}

static int cmd_write_version(int argc, const char **argv,
			     const struct dv_ctx *ctx)
{
	struct options opt = { .made_by = "commit" };
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "dataset", &opt.dataset, "<dataset>",
			   "of which it is a version"),
		DV_OPT_STR(0, "manifest", &opt.manifest, "<id>",
			   "its content"),
		DV_OPT_STR(0, "config", &opt.config, "<id>",
			   "canonical configuration; default {}"),
		DV_OPT_STR(0, "code", &opt.code, "<revision>",
			   "commit that made it; default HEAD's code commit"),
		DV_OPT_BOOL(0, "dirty", &opt.dirty,
			    "the code was not as committed"),
		DV_OPT_BOOL(0, "snapshot", &opt.snapshot,
			    "the commit is a snapshot of the work tree"),
		DV_OPT_LIST('m', "message", &opt.messages, "<message>",
			    "a paragraph of the message"),
		DV_OPT_STR('F', "file", &opt.file, "<file>",
			   "the message from a file, - is standard input"),
		DV_OPT_LIST(0, "parent", &opt.parents, "<version>",
			    "of the same dataset, that it descends from"),
		DV_OPT_LIST(0, "input", &opt.inputs, "<dataset>@<version>",
			    "what it was made from"),
		DV_OPT_STR(0, "command", &opt.command, "<text>",
			   "what made it"),
		DV_OPT_STR(0, "made-by", &opt.made_by, "<word>",
			   "who says so: commit, hook or run"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct job job = { .opt = &opt };
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc)
		dv_usage(usage, spec, "no arguments are taken");
	if (!opt.dataset || !opt.manifest)
		dv_usage(usage, spec, "--dataset and --manifest are needed");
	if (opt.file && opt.messages.n)
		dv_usage(usage, spec, "give -m or -F, not both");

	dv_record_init(&job.rec);
	rc = write_version(&job, &err);
	dv_record_release(&job.rec);
	dv_versions_close(job.versions);
	dv_odb_txn_end(job.txn);
	dv_repo_close(job.repo);
	dv_strlist_release(&opt.messages);
	dv_strlist_release(&opt.parents);
	dv_strlist_release(&opt.inputs);
	return dv_exit(rc, &err);
}

DV_MAIN("write-version", cmd_write_version)
