/* SPDX-License-Identifier: MIT */
/*
 * dv diff: what differs between versions, index and work tree.
 *
 * One line a change, ascending by path, as `git diff --name-status`:
 *	<status> TAB <path>
 *	R100 TAB <path before> TAB <path>
 * and below a literal value or metadata that changed, "-<old>" and
 * "+<new>" lines.
 */
#include "plumbing/common/command.h"

#include "porcelain/deltaprint.h"
#include "porcelain/jsonout.h"
#include "porcelain/session.h"
#include "porcelain/treediff.h"
#include "store/resolve.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv diff [<options>]",
	"dv diff [<options>] <spec>",
	"dv diff [<options>] <spec> <spec>",
	NULL
};

enum output { FULL, STATUS, NAMES, STAT, JSON };

struct diff {
	struct dv_session s;
	enum output output;
	char eol;
	bool differs;
	struct dv_deltastat sum;
	struct dv_value json;
};

static int print_deltas(struct diff *d, struct dv_deltas *list,
			const char *dataset, struct dv_err *err)
{
	dv_deltas_find_renames(list);
	d->differs |= list->n > 0;

	switch (d->output) {
	case STATUS:
		dv_deltaprint_status(list, dataset, d->eol);
		return 0;
	case NAMES:
		dv_deltaprint_names(list, dataset, d->eol);
		return 0;
	case STAT:
		dv_deltaprint_stat(list, dataset, 0, &d->sum);
		return 0;
	case JSON:
		return dv_deltaprint_json(list, dataset, &d->json, err);
	default:
		return dv_deltaprint_full(list, dataset, err);
	}
}

/* The work tree against manifest a; NULL: against the index. */
static int diff_worktree(struct diff *d, const char *dataset,
			 const struct dv_digest *a, const char *prefix,
			 struct dv_err *err)
{
	struct dv_deltas list = DV_DELTAS_INIT;
	int rc = 0;

	if (a)
		rc = dv_session_held(&d->s, dataset, a, err);
	if (!rc)
		rc = dv_treediff_worktree(&list, d->s.repo, dataset, a,
					  prefix, err);
	if (!rc)
		rc = print_deltas(d, &list, dataset, err);
	dv_deltas_release(&list);
	return rc;
}

/*
 * What was never added or checked out here has nothing to be compared
 * with; dv status tells of it.
 */
static int is_here(struct diff *d, const char *dataset, struct dv_err *err)
{
	struct dv_digest base;

	return dv_worktree_base(d->s.repo, dataset, &base, NULL, err);
}

static int diff_all(struct diff *d, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktree_datasets(d->s.repo, &all, err);
	for (size_t i = 0; !rc && i < all.n; i++) {
		rc = is_here(d, all.v[i], err);
		if (rc > 0)
			rc = diff_worktree(d, all.v[i], NULL, "", err);
	}
	dv_strlist_release(&all);
	return rc;
}

/* A path with nothing on either side is a mistake, not an answer. */
static int check_path(struct diff *d, const struct dv_spec *spec,
		      const char *path, struct dv_err *err)
{
	struct dv_manifest_iter *it = NULL;
	struct dv_manifest *m = NULL;
	const struct dv_entry *e;
	int rc;

	rc = dv_manifest_open(&m, &spec->manifest, dv_odb_read, d->s.odb, err);
	if (!rc)
		rc = dv_manifest_iter_open(&it, m, path, err);
	if (!rc)
		rc = dv_manifest_iter_next(it, &e, err);
	if (!rc) {
		rc = dv_err_set(err, DV_E_MISSING, "'%s' has no file '%s'",
				spec->dataset, path);
		dv_err_hint(err, "dv ls %s lists what there is",
			    spec->dataset);
	}
	dv_manifest_iter_close(it);
	dv_manifest_close(m);
	return rc < 0 ? rc : 0;
}

static int diff_one(struct diff *d, const char *text, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	int rc;

	rc = dv_spec_resolve(&spec, d->s.repo, d->s.versions, text, err);
	if (!rc)
		rc = diff_worktree(d, spec.dataset, &spec.manifest, spec.path,
				   err);
	if (!rc && *spec.path && !d->differs)
		rc = check_path(d, &spec, spec.path, err);
	dv_spec_release(&spec);
	return rc;
}

/* The one entry that spec names; a spec with a path names one. */
static int find_entry(struct diff *d, const struct dv_spec *spec,
		      struct dv_entry *e, struct dv_buf *hold,
		      struct dv_err *err)
{
	struct dv_manifest *m = NULL;
	const char *path = *spec->path ? spec->path : ".";
	int rc;

	rc = dv_manifest_open(&m, &spec->manifest, dv_odb_read, d->s.odb, err);
	if (!rc)
		rc = dv_manifest_find(m, path, strlen(path), e, hold, err);
	if (!rc) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s:%s' is not one file, "
				"and two different paths can be compared only "
				"file with file", spec->dataset, spec->path);
		dv_err_hint(err, "name the same path on both sides, or none");
	}
	dv_manifest_close(m);
	return rc < 0 ? rc : 0;
}

static int diff_entries(struct diff *d, const struct dv_spec *a,
			const struct dv_spec *b, struct dv_deltas *list,
			struct dv_err *err)
{
	struct dv_buf hold_a = DV_BUF_INIT, hold_b = DV_BUF_INIT;
	struct dv_entry ea, eb;
	int rc;

	rc = find_entry(d, a, &ea, &hold_a, err);
	if (!rc)
		rc = find_entry(d, b, &eb, &hold_b, err);
	if (!rc)
		dv_deltas_add(list, eb.path, eb.path_len, &ea, &eb);
	dv_buf_release(&hold_b);
	dv_buf_release(&hold_a);
	return rc;
}

static int diff_two(struct diff *d, const char *from, const char *to,
		    struct dv_err *err)
{
	struct dv_spec a = { .dataset = NULL }, b = { .dataset = NULL };
	struct dv_deltas list = DV_DELTAS_INIT;
	const char *path;
	int rc;

	rc = dv_spec_resolve(&a, d->s.repo, d->s.versions, from, err);
	if (rc < 0)
		goto out;
	rc = dv_spec_resolve(&b, d->s.repo, d->s.versions, to, err);
	if (rc < 0)
		goto out;

	path = *a.path ? a.path : b.path;
	rc = dv_session_held(&d->s, a.dataset, &a.manifest, err);
	if (!rc)
		rc = dv_session_held(&d->s, b.dataset, &b.manifest, err);
	if (rc < 0)
		goto out;
	if (*a.path && *b.path && strcmp(a.path, b.path))
		rc = diff_entries(d, &a, &b, &list, err);
	else
		rc = dv_treediff_manifests(&list, d->s.odb, &a.manifest,
					   &b.manifest, path, err);
	if (!rc && !list.n && *path)
		rc = check_path(d, &b, path, err);
	if (!rc)
		rc = print_deltas(d, &list, b.dataset, err);
out:
	dv_deltas_release(&list);
	dv_spec_release(&b);
	dv_spec_release(&a);
	return rc;
}

static void finish(struct diff *d)
{
	if (d->output == STAT)
		dv_deltaprint_sum(&d->sum);
	if (d->output == JSON)
		dv_jsonout_print(&d->json);
}

static int cmd_diff(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool stat = false, names = false, status = false, json = false;
	bool nul = false, exit_code = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "stat", &stat,
			    "sizes before and after, and their sums"),
		DV_OPT_BOOL(0, "name-only", &names, "paths only"),
		DV_OPT_BOOL(0, "name-status", &status,
			    "status and path only, no values"),
		DV_OPT_BOOL(0, "json", &json, "one JSON array"),
		DV_OPT_BOOL('z', NULL, &nul, "fields end in NUL, not LF"),
		DV_OPT_BOOL(0, "exit-code", &exit_code,
			    "exit with 1 if there are differences"),
		DV_OPT_END
	};
	struct diff d = { .s = DV_SESSION_INIT, .json = dv_value_array() };
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc > 2)
		dv_usage(usage, spec, "at most two versions can be compared");
	if (stat + names + status + json > 1)
		dv_usage(usage, spec, "--stat, --name-only, --name-status and "
				      "--json exclude each other");
	if (nul && (stat || json))
		dv_usage(usage, spec, "-z goes with --name-only and "
				      "--name-status");
	d.output = stat ? STAT : names ? NAMES : json ? JSON :
		   status || nul ? STATUS : FULL;
	d.eol = nul ? '\0' : '\n';

	rc = dv_session_open(&d.s, argc < 2 ? DV_REPO_WORKTREE : 0, &err);
	if (rc < 0)
		goto out;

	if (argc == 0)
		rc = diff_all(&d, &err);
	else if (argc == 1)
		rc = diff_one(&d, argv[0], &err);
	else
		rc = diff_two(&d, argv[0], argv[1], &err);
	if (!rc)
		finish(&d);
out:
	dv_value_release(&d.json);
	dv_session_close(&d.s);
	return rc < 0 ? dv_exit(rc, &err) : exit_code && d.differs;
}

DV_MAIN("diff", cmd_diff)
