/* SPDX-License-Identifier: MIT */
/*
 * dv tag: name a version, list or delete such names.
 *
 * Listed, a line each, sorted:
 *	<dataset>@<tag> TAB <version id>
 * Exit status is 1 when there was nothing to list.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "store/resolve.h"
#include "store/versions.h"

static const char *const usage[] = {
	"dv tag [-f] [-q] <tag> <dataset>[@<what>]",
	"dv tag -d [-q] <dataset>@<tag>...",
	"dv tag [-l] [-z] [<dataset>]...",
	NULL
};

struct job {
	struct dv_repo *repo;
	struct dv_versions *versions;
	bool force, quiet, nul;
	size_t listed;
};

/* The argument as a dataset's name from the top of the work tree. */
static int dataset_name(struct job *job, const char *arg, char **out,
			struct dv_err *err)
{
	if (job->repo->workdir)
		return dv_repo_path(job->repo, arg, out, err);
	*out = dv_strdup(arg);
	return 0;
}

static int set_tag(struct job *job, const char *tag, const char *what,
		   struct dv_err *err)
{
	struct dv_spec spec;
	char *shown;
	int rc;

	rc = dv_version_tag_check(tag, err);
	if (!rc)
		rc = dv_versions_open(&job->versions, job->repo, err);
	if (!rc)
		rc = dv_spec_resolve(&spec, job->repo, job->versions, what, err);
	if (rc < 0)
		return rc;

	if (!spec.has_version) {
		dv_err_set(err, DV_E_MISSING,
			   "what lies at '%s' is no version yet", what);
		rc = dv_err_hint(err, "dv commit '%s'", spec.dataset);
	} else {
		rc = dv_version_tag_set(job->repo, spec.dataset, tag,
					spec.version.id, job->force, err);
	}
	if (!rc && !job->quiet) {
		shown = dv_versions_show_id(job->versions, spec.dataset,
					    spec.version.id);
		dv_say("'%s@%s' is %s now", spec.dataset, tag, shown);
		free(shown);
	}
	dv_spec_release(&spec);
	return rc;
}

static int delete_tag(struct job *job, const char *arg, struct dv_err *err)
{
	const char *at = strrchr(arg, '@');
	char id[DV_VERSION_ID_MAX] = "damaged";
	char *name, *dataset = NULL;
	int rc;

	if (!at || at == arg || !at[1]) {
		dv_err_set(err, DV_E_INVALID, "'%s' names no tag", arg);
		return dv_err_hint(err, "write <dataset>@<tag>");
	}
	name = dv_strndup(arg, (size_t)(at - arg));
	rc = dataset_name(job, name, &dataset, err);
	if (!rc) {
		/* one that cannot be read can be deleted all the same */
		dv_version_tag_get(job->repo, dataset, at + 1, id, err);
		rc = dv_version_tag_delete(job->repo, dataset, at + 1, err);
	}
	if (!rc && !job->quiet)
		dv_say("'%s@%s' is deleted (was %s)", dataset, at + 1, id);
	free(dataset);
	free(name);
	return rc;
}

static int print_tag(void *arg, const char *dataset, const char *tag,
		     const char *id, struct dv_err *err)
{
	struct job *job = arg;
	struct dv_buf name = DV_BUF_INIT;
	char eol = job->nul ? '\0' : '\n';

	(void)err;
	dv_buf_printf(&name, "%s@%s", dataset, tag);
	dv_out_path(name.data, name.len, eol);
	dv_out("\t%s%c", id, eol);
	dv_buf_release(&name);
	job->listed++;
	return 0;
}

/* Somebody who types one word may want to make a tag of that name. */
static int check_known(struct job *job, const char *arg, const char *dataset,
		       struct dv_err *err)
{
	struct dv_pointer p;
	int rc = 0;

	if (!job->versions)
		rc = dv_versions_open(&job->versions, job->repo, err);
	if (rc < 0 || dv_versions_has(job->versions, dataset))
		return rc;
	rc = dv_repo_pointer(job->repo, dataset, &p, err);
	if (rc)
		return rc < 0 ? rc : 0;
	dv_spec_unknown(job->repo, job->versions, arg, err);
	return dv_err_hint(err, "to make a tag: dv tag '%s' "
				"<dataset>[@<what>]", arg);
}

/* Returns 1 where there is none. */
static int list_tags(struct job *job, int argc, const char **argv,
		     struct dv_err *err)
{
	size_t before;
	char *dataset;
	int i, rc = 0;

	if (!argc)
		rc = dv_version_tag_each(job->repo, NULL, print_tag, job, err);
	for (i = 0; i < argc && !rc; i++) {
		rc = dataset_name(job, argv[i], &dataset, err);
		if (rc < 0)
			break;
		before = job->listed;
		rc = dv_version_tag_each(job->repo, dataset, print_tag, job,
					 err);
		if (rc >= 0 && job->listed == before)
			rc = check_known(job, argv[i], dataset, err);
		free(dataset);
	}
	return rc < 0 ? rc : !job->listed;
}

static int delete_tags(struct job *job, int argc, const char **argv,
		       struct dv_err *err)
{
	int i, rc = 0;

	for (i = 0; i < argc && !rc; i++)
		rc = delete_tag(job, argv[i], err);
	return rc;
}

static int cmd_tag(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { NULL, NULL, false, false, false, 0 };
	bool delete = false, list = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('f', "force", &job.force,
			    "move a tag that is there"),
		DV_OPT_BOOL('d', "delete", &delete, "delete tags"),
		DV_OPT_BOOL('l', "list", &list, "list tags"),
		DV_OPT_BOOL('z', NULL, &job.nul, "records end in NUL, not LF"),
		DV_OPT_BOOL('q', "quiet", &job.quiet, "say nothing"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (delete && (list || job.force || !argc))
		dv_usage(usage, spec, "-d takes tags, and neither -f nor -l");
	if (argc < 2 && !delete)
		list = true;
	if (list && job.force)
		dv_usage(usage, spec, "-f takes a tag and what it names");
	if (!list && !delete && argc != 2)
		dv_usage(usage, spec, "give a tag and what it names, or -l, or "
				      "-d");

	rc = dv_repo_open(&job.repo, 0, &err);
	if (!rc)
		rc = delete ? delete_tags(&job, argc, argv, &err) :
		     list ? list_tags(&job, argc, argv, &err) :
		     set_tag(&job, argv[0], argv[1], &err);
	dv_versions_close(job.versions);
	dv_repo_close(job.repo);
	return dv_exit(rc, &err);
}

DV_MAIN("tag", cmd_tag)
