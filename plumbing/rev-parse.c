/* SPDX-License-Identifier: MIT */
/*
 * dv rev-parse: turn what a user writes into ids, a line each.
 *
 * For each <spec>, <dataset>[@<what>][:<path>]:
 *	<id>			of the manifest, or with a path of the
 *				file or value there (--object too)
 *	<version id>		with --version
 *	<dataset>		with --dataset, from the top of the work tree
 * --object takes the beginning of an object's id as well.
 * Without <spec>, what the repository is:
 *	<path> | <format> | <name> | <commit>
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/manifest.h"
#include "store/resolve.h"
#include "store/versions.h"

static const char *const usage[] = {
	"dv rev-parse [--manifest | --version | --dataset | --object] <spec>...",
	"dv rev-parse [--manifest | --version | --dataset | --object] --stdin",
	"dv rev-parse --store-dir | --state-dir | --object-format | --namespace",
	"dv rev-parse --code [<revision>]",
	NULL
};

enum want { ANY, MANIFEST, VERSION, DATASET, OBJECT };

struct job {
	enum want want;
	struct dv_repo *repo;
	struct dv_odb *odb;		/* borrowed */
	struct dv_versions *versions;
};

static void print_id(const struct dv_digest *id)
{
	char text[DV_DIGEST_TEXT];

	dv_out("%s\n", dv_digest_format(text, id));
}

/* --- specs -------------------------------------------------------------- */

static int print_entry(struct job *job, const struct dv_spec *spec,
		       struct dv_err *err)
{
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_manifest *m;
	struct dv_entry e;
	int rc;

	rc = dv_manifest_open(&m, &spec->manifest, dv_odb_read, job->odb, err);
	if (rc < 0)
		return rc;
	rc = dv_manifest_find(m, spec->path, strlen(spec->path), &e, &hold,
			      err);
	if (rc > 0 && dv_digest_isset(&e.id)) {
		print_id(&e.id);
		rc = 0;
	} else if (rc >= 0) {
		rc = dv_err_set(err, DV_E_MISSING, rc ?
				"'%s' in '%s' has no object of its own" :
				"there is no '%s' in '%s'",
				spec->path, spec->dataset);
	}
	dv_manifest_close(m);
	dv_buf_release(&hold);
	return rc;
}

static int print_spec(struct job *job, const struct dv_spec *spec,
		      struct dv_err *err)
{
	switch (job->want) {
	case DATASET:
		dv_out_path(spec->dataset, strlen(spec->dataset), '\n');
		dv_out_char('\n');
		return 0;
	case VERSION:
		if (!spec->has_version) {
			dv_err_set(err, DV_E_MISSING,
				   "no version of '%s' is recorded with that "
				   "content",
				   spec->dataset);
			return dv_err_hint(err, "dv commit '%s'",
						spec->dataset);
		}
		dv_out("%s\n", spec->version.id);
		return 0;
	case MANIFEST:
		print_id(&spec->manifest);
		return 0;
	default:
		if (*spec->path)
			return print_entry(job, spec, err);
		print_id(&spec->manifest);
		return 0;
	}
}

/* An object's id, whole or its beginning: 1 where it has been printed. */
static int print_object(struct job *job, const char *text, struct dv_err *err)
{
	struct dv_digest id;
	struct dv_err other;
	int rc;

	rc = dv_odb_resolve(job->odb, text, &id, &other);
	if (rc == -DV_E_AMBIGUOUS) {
		*err = other;
		return rc;
	}
	if (rc < 0)
		return 0;
	print_id(&id);
	return 1;
}

static int parse_one(struct job *job, const char *text, struct dv_err *err)
{
	struct dv_spec spec;
	int rc = 0;

	if (job->want == OBJECT)
		rc = print_object(job, text, err);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = dv_spec_resolve(&spec, job->repo, job->versions, text, err);
	if (rc < 0)
		return rc;
	rc = print_spec(job, &spec, err);
	dv_spec_release(&spec);
	return rc;
}

/* Each answer is flushed, so that a caller can converse over a pipe. */
static int parse_stdin(struct job *job, struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, '\n', err)) > 0) {
		rc = parse_one(job, in.line, err);
		if (!rc)
			rc = dv_out_flush(err);
		if (rc < 0)
			break;
	}
	dv_reader_release(&in);
	return rc;
}

static int parse_specs(struct job *job, int argc, const char **argv,
		       bool from_stdin, struct dv_err *err)
{
	int i, rc;

	rc = dv_repo_odb(job->repo, &job->odb, err);
	if (!rc)
		rc = dv_versions_open(&job->versions, job->repo, err);
	if (!rc && from_stdin)
		rc = parse_stdin(job, err);
	for (i = 0; i < argc && !rc; i++)
		rc = parse_one(job, argv[i], err);
	dv_versions_close(job->versions);
	return rc;
}

/* --- the repository ----------------------------------------------------- */

struct asked {
	bool store, state, format, name_space, code;
};

static int print_code(struct job *job, const char *rev, struct dv_err *err)
{
	struct dv_git *git = job->repo->git;
	char hex[DV_GIT_HEX];
	int rc;

	rc = dv_git_revparse(git, rev, hex, err);
	if (!rc)
		rc = dv_git_code_commit(git, hex, hex, err);
	if (!rc)
		dv_out("%s\n", hex);
	return rc;
}

static int print_asked(struct job *job, const struct asked *a,
		       const char *rev, struct dv_err *err)
{
	if (a->store)
		dv_out("%s\n", job->repo->store_dir);
	if (a->state)
		dv_out("%s\n", job->repo->state_dir);
	if (a->format)
		dv_out("%s\n", dv_algo_name(job->repo->algo));
	if (a->name_space)
		dv_out("%s\n", job->repo->name_space);
	return a->code ? print_code(job, rev, err) : 0;
}

/* --- the command -------------------------------------------------------- */

static enum want choose(bool manifest, bool version, bool dataset,
			bool object)
{
	return manifest ? MANIFEST : version ? VERSION : dataset ? DATASET :
	       object ? OBJECT : ANY;
}

static int cmd_rev_parse(int argc, const char **argv,
			 const struct dv_ctx *ctx)
{
	bool manifest = false, version = false, dataset = false;
	bool object = false, from_stdin = false;
	struct asked a = { false, false, false, false, false };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "manifest", &manifest, "print manifest ids"),
		DV_OPT_BOOL(0, "version", &version, "print version ids"),
		DV_OPT_BOOL(0, "dataset", &dataset, "print datasets' names"),
		DV_OPT_BOOL(0, "object", &object,
			    "print whole object ids; takes short ones too"),
		DV_OPT_BOOL(0, "stdin", &from_stdin, "read specs, one a line"),
		DV_OPT_BOOL(0, "store-dir", &a.store, "print where the store is"),
		DV_OPT_BOOL(0, "state-dir", &a.state,
			    "print where this work tree's state is"),
		DV_OPT_BOOL(0, "object-format", &a.format,
			    "print the object format"),
		DV_OPT_BOOL(0, "namespace", &a.name_space,
			    "print the namespace"),
		DV_OPT_BOOL(0, "code", &a.code,
			    "print the code commit of a revision, or HEAD"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct job job = { ANY, NULL, NULL, NULL };
	bool about, wants;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	about = a.store || a.state || a.format || a.name_space || a.code;
	wants = manifest || version || dataset || object || from_stdin;
	if (manifest + version + dataset + object > 1)
		dv_usage(usage, spec, "ask for one kind of id");
	if (about && (wants || argc > (a.code ? 1 : 0)))
		dv_usage(usage, spec, "ask about the repository or about "
				      "specs, not both");
	if (!about && from_stdin == (argc > 0))
		dv_usage(usage, spec, "give specs or --stdin, not both");

	job.want = choose(manifest, version, dataset, object);
	rc = dv_repo_open(&job.repo, 0, &err);
	if (!rc)
		rc = about ? print_asked(&job, &a, argc ? argv[0] : "HEAD",
					 &err) :
		     parse_specs(&job, argc, argv, from_stdin, &err);
	dv_repo_close(job.repo);
	return dv_exit(rc, &err);
}

DV_MAIN("rev-parse", cmd_rev_parse)
