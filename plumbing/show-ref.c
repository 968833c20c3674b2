/* SPDX-License-Identifier: MIT */
/*
 * dv show-ref: list the refs of versions and tags, a line each, sorted:
 *	<git id> SP <version id> TAB <ref>
 *
 * A version whose code commit is not in this repository is a file: its
 * git id is zeros, its ref versions/<namespace>/<dataset>/<id>.  Exit
 * status is 1 when there was nothing to list.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/component.h"
#include "store/resolve.h"
#include "store/versions.h"

static const char *const usage[] = {
	"dv show-ref [--versions] [--tags] [<dataset>]",
	NULL
};

#define NO_OBJECT "0000000000000000000000000000000000000000"

struct job {
	struct dv_repo *repo;
	struct dv_versions *versions;
	struct dv_strlist lines;
};

static int component(struct dv_buf *out, const char *name, struct dv_err *err)
{
	dv_buf_char(out, '/');
	return dv_component_encode(out, name, err);
}

/* A file's place depends on the namespace that its record names. */
static int file_place(struct job *job, const struct dv_version_row *row,
		      struct dv_buf *out, struct dv_err *err)
{
	struct dv_version v;
	int rc;

	rc = dv_versions_find(job->versions, row->dataset, row->id, &v, err);
	if (rc < 0)
		return rc;
	dv_buf_str(out, "versions");
	rc = component(out, v.rec.name_space, err);
	dv_version_release(&v);
	return rc;
}

/* Lines are sorted by ref, which therefore stands first for now. */
static int add_version(void *arg, const struct dv_version_row *row,
		       struct dv_err *err)
{
	struct job *job = arg;
	struct dv_buf line = DV_BUF_INIT;
	int rc = 0;

	if (*row->tag)
		dv_buf_str(&line, "refs/dv");
	else
		rc = file_place(job, row, &line, err);
	if (!rc)
		rc = component(&line, row->dataset, err);
	dv_buf_printf(&line, "/%s\t%s %s", row->id,
		      *row->tag ? row->tag : NO_OBJECT, row->id);
	if (!rc)
		dv_strlist_add(&job->lines, line.data);
	dv_buf_release(&line);
	return rc;
}

static int add_tag(void *arg, const char *dataset, const char *tag,
		   const char *id, struct dv_err *err)
{
	struct job *job = arg;
	struct dv_buf line = DV_BUF_INIT;
	char hex[DV_GIT_HEX];
	int rc;

	dv_buf_str(&line, "refs/dv-tags");
	rc = component(&line, dataset, err);
	if (!rc)
		rc = component(&line, tag, err);
	if (!rc)
		rc = dv_git_ref_get(job->repo->git, line.data, hex, err);
	if (rc > 0) {
		dv_buf_printf(&line, "\t%s %s", hex, id);
		dv_strlist_add(&job->lines, line.data);
	}
	dv_buf_release(&line);
	return rc < 0 ? rc : 0;
}

static int list_versions(struct job *job, const char *dataset,
			 struct dv_err *err)
{
	const struct dv_strlist *faults;
	size_t i;
	int rc;

	rc = dv_versions_open(&job->versions, job->repo, err);
	if (rc < 0)
		return rc;
	faults = dv_versions_faults(job->versions);
	for (i = 0; i < faults->n; i++)
		dv_warn("not a version: %s", faults->v[i]);
	return dv_versions_each_row(job->versions, dataset, add_version, job,
				    err);
}

/* Returns 1 where there is none. */
static int print_lines(struct job *job)
{
	size_t i;

	dv_strlist_sort(&job->lines);
	for (i = 0; i < job->lines.n; i++) {
		const char *tab = strchr(job->lines.v[i], '\t');

		dv_out("%s\t%.*s\n", tab + 1, (int)(tab - job->lines.v[i]),
		       job->lines.v[i]);
	}
	return !job->lines.n;
}

static int show_refs(struct job *job, bool versions, bool tags,
		     const char *arg, struct dv_err *err)
{
	char *dataset = NULL;
	int rc;

	rc = dv_repo_open(&job->repo, 0, err);
	if (!rc && arg && job->repo->workdir)
		rc = dv_repo_path(job->repo, arg, &dataset, err);
	else if (!rc && arg)
		dataset = dv_strdup(arg);
	if (!rc && (versions || !tags))
		rc = list_versions(job, dataset, err);
	if (!rc && (tags || !versions))
		rc = dv_version_tag_each(job->repo, dataset, add_tag, job, err);
	free(dataset);
	return rc < 0 ? rc : print_lines(job);
}

static int cmd_show_ref(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool versions = false, tags = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "versions", &versions, "list versions only"),
		DV_OPT_BOOL(0, "tags", &tags, "list tags only"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct job job = { NULL, NULL, DV_STRLIST_INIT };
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc > 1)
		dv_usage(usage, spec, "give one dataset at most");

	rc = show_refs(&job, versions, tags, argc ? argv[0] : NULL, &err);
	dv_strlist_release(&job.lines);
	dv_versions_close(job.versions);
	dv_repo_close(job.repo);
	return dv_exit(rc, &err);
}

DV_MAIN("show-ref", cmd_show_ref)
