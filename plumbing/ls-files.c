/* SPDX-License-Identifier: MIT */
/*
 * dv ls-files: list what the work tree's index holds.
 *
 * A path a record, from the dataset; all of them without -d, -m and -o.
 * With -s records of a manifest's text form, as dv write-manifest reads
 * them.  Without a dataset the paths of all, from the top of the work
 * tree.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/mtext.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv ls-files [-d] [-m] [-o] [-z] [<dataset>]",
	"dv ls-files -s [-z] <dataset>",
	NULL
};

struct job {
	struct dv_repo *repo;
	bool stage, missing, modified, others, nul;
	const char *dataset;
	bool full;			/* paths from the top */
	struct dv_buf record;
};

static void print_path(struct job *job, const char *path, size_t n)
{
	char eol = job->nul ? '\0' : '\n';
	struct dv_buf *full = &job->record;

	if (job->full) {
		dv_buf_reset(full);
		dv_buf_str(full, job->dataset);
		if (n != 1 || *path != '.') {
			dv_buf_char(full, '/');
			dv_buf_add(full, path, n);
		}
		path = full->data;
		n = full->len;
	}
	dv_out_path(path, n, eol);
	dv_out_char(eol);
}

static int print_entry(void *arg, const struct dv_entry *e,
		       struct dv_err *err)
{
	struct job *job = arg;
	int rc;

	if (!job->stage) {
		print_path(job, e->path, e->path_len);
		return 0;
	}
	dv_buf_reset(&job->record);
	rc = dv_mtext_format(&job->record, e, job->nul, err);
	if (rc < 0)
		return rc;
	dv_out_bytes(job->record.data, job->record.len);
	dv_out_char(job->nul ? '\0' : '\n');
	return 0;
}

static int print_change(void *arg, enum dv_change what, const char *path,
			size_t n, const struct dv_entry *e, bool in_store,
			struct dv_err *err)
{
	struct job *job = arg;
	bool asked = job->modified;

	(void)e;
	(void)in_store;
	(void)err;
	if (what == DV_CHANGE_NEW)
		asked = job->others;
	else if (what == DV_CHANGE_MISSING)
		asked = job->missing;
	if (asked)
		print_path(job, path, n);
	return 0;
}

static int print_meta(struct job *job, struct dv_err *err)
{
	struct dv_buf meta = DV_BUF_INIT;
	int rc;

	rc = dv_worktree_meta(job->repo, job->dataset, &meta, err);
	if (rc > 0) {
		dv_buf_reset(&job->record);
		rc = dv_mtext_format_root(&job->record, (uint8_t *)meta.data,
					  meta.len, err);
		if (rc >= 0) {
			dv_out_bytes(job->record.data, job->record.len);
			dv_out_char(job->nul ? '\0' : '\n');
		}
	}
	dv_buf_release(&meta);
	return rc;
}

static int list(struct job *job, struct dv_err *err)
{
	int rc = 0;

	if (job->missing || job->modified || job->others)
		return dv_worktree_status(job->repo, job->dataset, false,
					  NULL, print_change, job, err);
	if (job->stage)
		rc = print_meta(job, err);
	if (rc < 0)
		return rc;
	return dv_worktree_each(job->repo, job->dataset, print_entry, job,
				err);
}

static int list_all(struct job *job, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	job->full = true;
	rc = dv_worktree_datasets(job->repo, &all, err);
	for (size_t i = 0; i < all.n && rc >= 0; i++) {
		job->dataset = all.v[i];
		rc = list(job, err);
	}
	dv_strlist_release(&all);
	return rc;
}

static int list_named(struct job *job, const char *arg, struct dv_err *err)
{
	char *path = NULL, *dataset = NULL;
	int rc;

	rc = dv_repo_path(job->repo, arg, &path, err);
	if (rc >= 0)
		rc = dv_worktree_dataset_of(job->repo, path, &dataset, err);
	if (!rc || (rc > 0 && strcmp(path, dataset))) {
		dv_err_set(err, DV_E_MISSING, "'%s' is not a dataset", arg);
		if (rc > 0)
			dv_err_hint(err, "it is a part of '%s'", dataset);
		rc = -DV_E_MISSING;
	}
	job->dataset = dataset;
	if (rc >= 0)
		rc = list(job, err);
	free(dataset);
	free(path);
	return rc;
}

static int cmd_ls_files(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .record = DV_BUF_INIT };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('s', "stage", &job.stage,
			    "print modes, sizes and ids as a manifest's text"),
		DV_OPT_BOOL('d', "deleted", &job.missing,
			    "list files that are gone from disk"),
		DV_OPT_BOOL('m', "modified", &job.modified,
			    "list files that differ on disk"),
		DV_OPT_BOOL('o', "others", &job.others,
			    "list files that the index does not have"),
		DV_OPT_BOOL('z', NULL, &job.nul,
			    "records end in NUL, and paths are raw"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc > 1 || (job.stage && !argc))
		dv_usage(usage, spec, "name one dataset");
	if (job.stage && (job.missing || job.modified || job.others))
		dv_usage(usage, spec, "-s goes with none of -d, -m and -o");

	rc = dv_repo_open(&job.repo, DV_REPO_WORKTREE, &err);
	if (rc >= 0)
		rc = argc ? list_named(&job, argv[0], &err) :
			    list_all(&job, &err);
	dv_buf_release(&job.record);
	dv_repo_close(job.repo);
	return dv_exit(rc < 0 ? rc : 0, &err);
}

DV_MAIN("ls-files", cmd_ls_files)
