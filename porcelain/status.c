/* SPDX-License-Identifier: MIT */
/*
 * dv status: show what is staged, changed, new or missing.
 *
 * With --porcelain, records:
 *	(staged | behind | absent | unheld | gone) SP <dataset>
 *	(modified | new | missing | mode | type) SP <path>
 * With --json one array with an object a dataset.
 */
#include "porcelain/status.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plumbing/common/command.h"
#include "porcelain/jsonout.h"
#include "porcelain/session.h"
#include "store/exclude.h"

static const char *const usage[] = {
	"dv status [--porcelain | --json] [-z] [<dataset>]...",
	NULL
};

struct job {
	struct dv_session s;
	struct dv_status *v;
	size_t n, cap;
	bool failed;		/* one that is not among them */
};

static int note_change(void *arg, enum dv_change what, const char *path,
		       size_t n, const struct dv_entry *e, bool in_store,
		       struct dv_err *err)
{
	struct dv_status *s = arg;
	struct dv_status_change *c;

	(void)e;
	(void)in_store;
	(void)err;
	dv_grow(&s->change, &s->cap, s->changes + 1, sizeof(*s->change));
	c = &s->change[s->changes++];
	c->path = dv_strndup(path, n);
	c->n = n;
	c->what = what;
	return 0;
}

/* 1/0 */
static int has_version(struct job *job, const char *dataset,
		       const struct dv_digest *manifest, struct dv_err *err)
{
	struct dv_version newest;
	int rc;

	rc = dv_versions_newest(job->s.versions, dataset, manifest, &newest,
				err);
	if (rc > 0)
		dv_version_release(&newest);
	return rc;
}

static bool is_here(struct job *job, const char *dataset)
{
	struct stat st;

	return !fstatat(job->s.repo->workfd, dataset, &st,
			AT_SYMLINK_NOFOLLOW);
}

static int look_at(struct job *job, struct dv_status *s, struct dv_err *err)
{
	struct dv_repo *r = job->s.repo;
	struct dv_pointer p;
	int rc, indexed;

	rc = dv_worktree_pointer(r, s->dataset, &p, err);
	if (rc < 0)
		return rc;
	s->gone = !rc;
	if (rc) {
		s->pointer = p.manifest;
		s->files = p.files;
		s->size = p.size;
		rc = has_version(job, s->dataset, &s->pointer, err);
		s->staged = !rc;
		s->first = !dv_versions_has(job->s.versions, s->dataset);
		if (rc >= 0)
			rc = dv_odb_stat(job->s.odb, &p.manifest, NULL, err);
		if (rc < 0)
			return rc;
		s->unheld = !rc;
	}
	indexed = dv_worktree_base(r, s->dataset, &s->index, NULL, err);
	if (indexed < 0)
		return indexed;
	s->indexed = indexed;
	s->staged = s->staged && !s->unheld;
	if (indexed) {
		rc = has_version(job, s->dataset, &s->index, err);
		if (rc < 0)
			return rc;
		s->unrecorded = !rc;
	}
	if (!indexed && s->unheld)
		return 0;
	s->missing = !is_here(job, s->dataset);
	if (!indexed && s->missing)
		s->staged = false;
	s->behind = indexed && !s->gone && !s->unheld &&
		    !dv_digest_eq(&s->index, &s->pointer);
	s->staged = s->staged && !s->behind;
	return dv_worktree_status(r, s->dataset, false, &s->absent, note_change,
				  s, err);
}

static int add(struct job *job, const char *dataset, struct dv_err *err)
{
	struct dv_status *s;

	dv_grow(&job->v, &job->cap, job->n + 1, sizeof(*job->v));
	s = &job->v[job->n++];
	memset(s, 0, sizeof(*s));
	s->dataset = dv_strdup(dataset);
	return look_at(job, s, err);
}

/* A pointer in conflict must not hide how the others are. */
static void fail(struct job *job, struct dv_err *err)
{
	dv_error("%s", err->msg);
	if (*err->hint)
		dv_hint("%s", err->hint);
	*err = (struct dv_err)DV_ERR_INIT;
	dv_status_release(&job->v[--job->n]);
	job->failed = true;
}

static int add_all(struct job *job, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktree_datasets(job->s.repo, &all, err);
	for (size_t i = 0; i < all.n && rc >= 0; i++)
		if (add(job, all.v[i], err) < 0)
			fail(job, err);
	dv_strlist_release(&all);
	return rc;
}

static int add_named(struct job *job, const char *arg, struct dv_err *err)
{
	char *path = NULL, *dataset = NULL;
	int rc;

	rc = dv_repo_path(job->s.repo, arg, &path, err);
	if (rc >= 0)
		rc = dv_worktree_dataset_of(job->s.repo, path, &dataset, err);
	if (!rc) {
		rc = dv_err_set(err, DV_E_MISSING,
				"'%s' is not in a dataset", arg);
		dv_err_hint(err, "dv add '%s' makes it one", arg);
	}
	if (rc > 0)
		rc = add(job, dataset, err);
	free(dataset);
	free(path);
	return rc;
}

/*
 * A pointer that came under another name, as by git mv, has no index yet,
 * and its data may lie there already: git must not take that for its own.
 */
static void hide_from_git(const struct job *job)
{
	bool any = false;

	for (size_t i = 0; i < job->n; i++)
		any |= !job->v[i].indexed && !job->v[i].missing;
	if (any)
		dv_exclude_try(job->s.repo);
}

static int cmd_status(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool records = false, json = false, nul = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "porcelain", &records, "records for scripts"),
		DV_OPT_BOOL(0, "json", &json, "one JSON array"),
		DV_OPT_BOOL('z', NULL, &nul,
			    "records end in NUL; implies --porcelain"),
		DV_OPT_END
	};
	struct job job = { .s = DV_SESSION_INIT };
	struct dv_value list = dv_value_array();
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (json && (records || nul))
		dv_usage(usage, spec, "--json goes with no other form");

	rc = dv_session_open(&job.s, DV_REPO_WORKTREE, &err);
	if (rc >= 0 && !argc)
		rc = add_all(&job, &err);
	for (int i = 0; i < argc && rc >= 0; i++)
		rc = add_named(&job, argv[i], &err);
	if (rc >= 0)
		hide_from_git(&job);

	if (rc >= 0 && !json && !records && !nul)
		dv_status_print(job.v, job.n, job.s.repo->prefix,
				!job.failed);
	for (size_t i = 0; i < job.n; i++) {
		if (rc >= 0 && json)
			dv_status_json(&job.v[i], dv_value_push(&list));
		else if (rc >= 0 && (records || nul))
			dv_status_print_records(&job.v[i], nul ? '\0' : '\n');
		dv_status_release(&job.v[i]);
	}
	if (rc >= 0 && json)
		dv_jsonout_print(&list);
	dv_value_release(&list);
	free(job.v);
	dv_session_close(&job.s);
	if (rc >= 0 && job.failed)
		return 128;
	return dv_exit(rc < 0 ? rc : 0, &err);
}

DV_MAIN("status", cmd_status)
