/* SPDX-License-Identifier: MIT */
/*
 * dv forget: remove versions.
 *
 * Out, a line for each one that is (or with -n would be) removed:
 *	<dataset>@<version id>
 * Their data stays until dv gc.  Nothing is removed where one of them is
 * still named: by a pointer in the work tree or at HEAD, by a tag, or by
 * another version as its input.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "porcelain/forgetremote.h"
#include "store/resolve.h"
#include "store/versions.h"

static const char *const usage[] = {
	"dv forget [-n] [-q] [--keep-last=<n>] [--keep-tagged] "
		"<dataset>[@<what>]...",
	"dv forget (-r | --remote=<name>) [-n] [-f] [--keep-last=<n>] "
		"[--keep-tagged] [<option>...] <dataset>[@<what>]...",
	"dv forget (-r | --remote=<name>) --all [-n] [-f] [<option>...] "
		"<dataset>...",
	NULL
};

struct job {
	struct dv_repo *repo;
	struct dv_versions *versions;
	struct dv_strlist victims;	/* "<dataset>@<id>",
					   sorted once whole */
	struct dv_strlist tagged;	/* the same, and " <tag>" */
	int64_t keep_last;		/* -1: not given */
	bool keep_tagged, dry_run, quiet;
	size_t seen;			/* versions of this dataset so far */
	size_t named;			/* victims that must stay */
};

/* --- what to remove ----------------------------------------------------- */

static int add_tag(void *arg, const char *dataset, const char *tag,
		   const char *id, struct dv_err *err)
{
	struct job *job = arg;

	(void)err;
	dv_strlist_take(&job->tagged, dv_asprintf("%s@%s %s", dataset, id, tag));
	return 0;
}

/* The tag of a version, or NULL. */
static const char *tag_of(struct job *job, const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < job->tagged.n; i++)
		if (!strncmp(job->tagged.v[i], name, n) &&
		    job->tagged.v[i][n] == ' ')
			return job->tagged.v[i] + n + 1;
	return NULL;
}

static int add_row(void *arg, const struct dv_version_row *row,
		   struct dv_err *err)
{
	struct job *job = arg;
	char *name;

	(void)err;
	if (job->keep_last >= 0 && job->seen++ < (uint64_t)job->keep_last)
		return 0;
	name = dv_asprintf("%s@%s", row->dataset, row->id);
	if (job->keep_tagged && tag_of(job, name))
		free(name);
	else
		dv_strlist_take(&job->victims, name);
	return 0;
}

static int add_one(struct job *job, const char *arg, struct dv_err *err)
{
	struct dv_spec spec;
	int rc;

	rc = dv_spec_resolve(&spec, job->repo, job->versions, arg, err);
	if (rc < 0)
		return rc;
	if (!spec.has_version)
		rc = dv_err_set(err, DV_E_MISSING,
				"'%s' is no version, so there is nothing to "
				"forget",
				arg);
	else if (*spec.path)
		rc = dv_err_set(err, DV_E_INVALID,
				"'%s' is a part of a version", arg);
	else if (job->keep_last >= 0 || job->keep_tagged)
		rc = dv_err_set(err, DV_E_INVALID,
				"'%s' is one version: --keep-last and "
				"--keep-tagged are about all of a dataset",
				arg);
	else
		dv_strlist_take(&job->victims,
				dv_asprintf("%s@%s", spec.dataset,
					    spec.version.id));
	dv_spec_release(&spec);
	return rc;
}

/* A dataset stands for all its versions, anything else for one. */
static int add_arg(struct job *job, const char *arg, struct dv_err *err)
{
	struct dv_err ignored;
	char *name = NULL;
	int rc = 0;

	if (!job->repo->workdir)
		name = dv_strdup(arg);
	else if (dv_repo_path(job->repo, arg, &name, &ignored) < 0)
		name = NULL;
	job->seen = 0;
	if (name && dv_versions_has(job->versions, name)) {
		rc = dv_versions_each_row(job->versions, name, add_row, job,
					  err);
	} else if (strchr(arg, '@')) {
		rc = add_one(job, arg, err);
	} else {
		dv_err_set(err, DV_E_MISSING, "'%s' has no version here", arg);
		rc = dv_err_hint(err, "list the versions: dv log");
	}
	free(name);
	return rc;
}

/* --- what must stay ----------------------------------------------------- */

static bool is_victim(struct job *job, const char *name)
{
	size_t lo = 0, hi = job->victims.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(job->victims.v[mid], name);

		if (!c)
			return true;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static void must_stay(struct job *job, const char *name, const char *who)
{
	dv_error("'%s' is named by %s", name, who);
	job->named++;
}

/* A pointer names the newest version that has its content. */
static int check_pointer(struct job *job, const char *dataset,
			 const struct dv_pointer *p, const char *who,
			 struct dv_err *err)
{
	struct dv_version v;
	char *name;
	int rc;

	rc = dv_versions_newest(job->versions, dataset, &p->manifest, &v, err);
	if (rc <= 0)
		return rc;
	name = dv_asprintf("%s@%s", dataset, v.id);
	if (is_victim(job, name))
		must_stay(job, name, who);
	free(name);
	dv_version_release(&v);
	return 0;
}

static int pointer_at_head(struct job *job, const char *dataset,
			   struct dv_pointer *out, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	char *path = dv_asprintf("%s.dv", dataset);
	char hex[DV_GIT_HEX];
	int rc;

	rc = dv_git_head(job->repo->git, hex, err);
	if (rc > 0)
		rc = dv_git_blob_at(job->repo->git, hex, path, &text,
				    DV_POINTER_MAX, err);
	if (rc > 0 && !dv_pointer_is(dv_buf_cstr(&text), text.len))
		rc = 0;
	if (rc > 0) {
		rc = dv_pointer_parse(out, text.data, text.len, path, err);
		rc = rc < 0 ? rc : 1;
	}
	dv_buf_release(&text);
	free(path);
	return rc;
}

static int check_pointers(struct job *job, const char *dataset,
			  struct dv_err *err)
{
	struct dv_pointer p;
	int rc;

	rc = dv_repo_pointer(job->repo, dataset, &p, err);
	if (rc > 0)
		rc = check_pointer(job, dataset, &p,
				   "the pointer in the work tree", err);
	if (rc < 0)
		return rc;
	rc = pointer_at_head(job, dataset, &p, err);
	if (rc > 0)
		rc = check_pointer(job, dataset, &p, "the pointer at HEAD",
				   err);
	return rc;
}

/* Called for all versions: do those that stay name one that goes? */
static int check_inputs(void *arg, const struct dv_version *v,
			struct dv_err *err)
{
	struct job *job = arg;
	char *name = dv_asprintf("%s@%s", v->rec.dataset, v->id);
	size_t i;

	(void)err;
	if (!is_victim(job, name))
		for (i = 0; i < v->rec.inputs.n; i++)
			if (is_victim(job, v->rec.inputs.v[i])) {
				char *who = dv_asprintf("'%s' as its input",
							name);

				must_stay(job, v->rec.inputs.v[i], who);
				free(who);
			}
	free(name);
	return 0;
}

static void check_tags(struct job *job)
{
	size_t i;

	for (i = 0; i < job->victims.n; i++) {
		const char *tag = tag_of(job, job->victims.v[i]);
		char *who;

		if (!tag)
			continue;
		who = dv_asprintf("the tag '%s'", tag);
		must_stay(job, job->victims.v[i], who);
		free(who);
	}
}

static int check_all(struct job *job, struct dv_err *err)
{
	struct dv_strlist datasets = DV_STRLIST_INIT;
	size_t i;
	int rc = 0;

	for (i = 0; i < job->victims.n; i++) {
		const char *name = job->victims.v[i];

		dv_strlist_take(&datasets,
				dv_strndup(name, (size_t)(strrchr(name, '@') -
							  name)));
	}
	dv_strlist_uniq(&datasets);
	for (i = 0; i < datasets.n && !rc; i++)
		rc = check_pointers(job, datasets.v[i], err);
	dv_strlist_release(&datasets);
	if (!rc)
		rc = dv_versions_each(job->versions, NULL, check_inputs, job,
				      err);
	check_tags(job);
	if (!rc && job->named)
		rc = dv_err_set(err, DV_E_CONFLICT, "nothing is forgotten");
	return rc;
}

/* --- the command -------------------------------------------------------- */

static int forget(struct job *job, int argc, const char **argv,
		  struct dv_err *err)
{
	size_t k;
	int i, rc;

	rc = dv_repo_open(&job->repo, 0, err);
	if (!rc)
		rc = dv_versions_open(&job->versions, job->repo, err);
	if (!rc)
		rc = dv_version_tag_each(job->repo, NULL, add_tag, job, err);
	for (i = 0; i < argc && !rc; i++)
		rc = add_arg(job, argv[i], err);
	dv_strlist_uniq(&job->victims);
	if (!rc)
		rc = check_all(job, err);
	if (!rc && !job->dry_run)
		rc = dv_versions_delete_all(job->repo, &job->victims, err);
	for (k = 0; k < job->victims.n && !rc; k++) {
		dv_out_path(job->victims.v[k], strlen(job->victims.v[k]), '\n');
		dv_out_char('\n');
	}
	if (!rc && job->victims.n && !job->dry_run && !job->quiet)
		dv_hint("their data stays until: dv gc");
	return rc;
}

static int forget_here(struct job *job, int argc, const char **argv,
		       struct dv_err *err)
{
	int rc = forget(job, argc, argv, err);

	dv_strlist_release(&job->victims);
	dv_strlist_release(&job->tagged);
	dv_versions_close(job->versions);
	dv_repo_close(job->repo);
	return rc;
}

static int cmd_forget(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .repo = NULL };
	struct dv_forgetremote o = { .keep_last = -1 };
	struct dv_remotecmd remote = DV_REMOTECMD_INIT;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('n', "dry-run", &o.dry_run,
			    "list what would be removed"),
		DV_OPT_INT(0, "keep-last", &o.keep_last, "<n>",
			   "keep the newest n of a dataset"),
		DV_OPT_BOOL(0, "keep-tagged", &o.keep_tagged,
			    "keep those that a tag names"),
		DV_OPT_OPTSTR('r', "remote", &o.where, "<name>",
			      "remove versions from a remote"),
		DV_OPT_BOOL(0, "all", &o.all,
			    "remove datasets whole from a remote"),
		DV_OPT_BOOL('f', "force", &o.force,
			    "take away names on a remote, too"),
		DV_REMOTECMD_OPTS(&remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "give what to forget");
	if (o.keep_last < -1)
		dv_usage(usage, spec, "--keep-last takes a number that is not "
				      "negative");
	if ((o.all || o.force) && !o.where)
		dv_usage(usage, spec, "--all and --force are for a remote: "
				      "-r");
	if (o.all && (o.keep_last >= 0 || o.keep_tagged))
		dv_usage(usage, spec, "--all keeps nothing");

	job.keep_last = o.keep_last;
	job.keep_tagged = o.keep_tagged;
	job.dry_run = o.dry_run;
	job.quiet = remote.quiet;
	rc = o.where ? dv_forgetremote(&o, &remote, argc, argv, &err) :
	     forget_here(&job, argc, argv, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("forget", cmd_forget)
