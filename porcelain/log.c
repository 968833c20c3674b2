/* SPDX-License-Identifier: MIT */
/*
 * dv log: the versions of datasets, newest first.
 *
 * With --oneline, one line a version:
 *	<dataset>@<version>[ SP (<decoration>, ...)] SP <subject>
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "porcelain/display.h"
#include "porcelain/jsonout.h"
#include "remote/remotes.h"
#include "store/resolve.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv log [<options>] [<dataset>[@<what>]...]",
	NULL
};

/* A dataset that was asked for. */
struct pick {
	char *dataset;
	bool all;			/* else wanted and their ancestors */
	struct dv_strlist wanted;
};

struct log {
	struct dv_session s;
	struct dv_display display;
	struct pick *picks;
	size_t n, cap;
	bool everything;
	struct dv_strlist before;	/* parents under another name */
	bool renamed;			/* they are what is walked now */
	bool oneline, json;
	char eol;
	int64_t left;			/* -1: no limit */
	uint64_t shown;
	struct dv_value list;
};

static struct pick *find_pick(struct log *l, const char *dataset)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->picks[i].dataset, dataset))
			return &l->picks[i];
	return NULL;
}

static struct pick *add_pick(struct log *l, const char *dataset)
{
	struct pick *p = find_pick(l, dataset);

	if (p)
		return p;
	dv_grow(&l->picks, &l->cap, l->n + 1, sizeof(*l->picks));
	p = &l->picks[l->n++];
	memset(p, 0, sizeof(*p));
	p->dataset = dv_strdup(dataset);
	return p;
}

static int pick_version(struct log *l, const char *arg, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	int rc;

	rc = dv_spec_resolve(&spec, l->s.repo, l->s.versions, arg, err);
	if (rc < 0)
		return rc;
	if (*spec.path) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s' names a path in a "
				"dataset, and a version is of all of it", arg);
		dv_err_hint(err, "dv log %s", spec.dataset);
	} else if (!spec.has_version) {
		rc = dv_err_set(err, DV_E_MISSING, "'%s' is content that no "
				"version here has", arg);
		dv_err_hint(err, "dv log %s lists the versions there are",
			    spec.dataset);
	} else {
		dv_strlist_add(&add_pick(l, spec.dataset)->wanted,
			       spec.version.id);
	}
	dv_spec_release(&spec);
	return rc;
}

static int pick(struct log *l, const char *arg, struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	char *dataset = NULL;

	if (!dv_session_dataset(&l->s, arg, &dataset, &ignored)) {
		add_pick(l, dataset)->all = true;
		free(dataset);
		return 0;
	}
	if (strchr(arg, '@'))
		return pick_version(l, arg, err);
	*err = ignored;
	return -err->code;
}

static int pick_here(struct log *l, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktree_datasets(l->s.repo, &all, err);
	for (size_t i = 0; !rc && i < all.n; i++)
		add_pick(l, all.v[i])->all = true;
	dv_strlist_release(&all);
	return rc;
}

/* Remove id from list, if it is there. */
static bool take(struct dv_strlist *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->v[i], id))
			continue;
		free(list->v[i]);
		list->v[i] = list->v[--list->n];
		list->v[list->n] = NULL;
		return true;
	}
	return false;
}

/* Parents that are of another dataset: this one had its name before. */
static void note_before(struct log *l, const struct dv_version *v)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_version parent;

	for (size_t i = 0; i < v->rec.parents.n; i++) {
		const char *id = v->rec.parents.v[i];
		struct pick *p;

		if (dv_versions_find_parent(l->s.versions, v->rec.dataset, id,
					    &parent, &ignored) < 0)
			continue;
		p = find_pick(l, parent.rec.dataset);
		if ((l->renamed || strcmp(parent.rec.dataset,
					  v->rec.dataset)) &&
		    !(p && p->all))
			dv_strlist_add(&l->before, id);
		dv_version_release(&parent);
	}
}

/* A version is walked before its parents, so one pass finds ancestors. */
static bool is_picked(struct log *l, const struct dv_version *v)
{
	struct pick *p;

	if (l->everything)
		return true;
	if (l->renamed) {
		if (!take(&l->before, v->id))
			return false;
		note_before(l, v);
		return true;
	}
	p = find_pick(l, v->rec.dataset);
	if (!p || (!p->all && !take(&p->wanted, v->id)))
		return false;
	note_before(l, v);
	if (p->all)
		return true;
	for (size_t i = 0; i < v->rec.parents.n; i++)
		dv_strlist_add(&p->wanted, v->rec.parents.v[i]);
	return true;
}

static int print_json(struct log *l, const struct dv_version *v,
		      struct dv_err *err)
{
	struct dv_value *map = dv_value_push(&l->list);

	*map = dv_value_map();
	return dv_display_json(&l->display, v, map, err);
}

static int print_version(void *arg, const struct dv_version *v,
			 struct dv_err *err)
{
	struct log *l = arg;
	int rc;

	if (!l->left)
		return 1;
	if (!is_picked(l, v))
		return 0;
	if (l->left > 0)
		l->left--;

	l->shown++;
	if (l->json)
		return print_json(l, v, err);
	if (l->shown > 1 && !l->oneline)
		dv_out_char(l->eol);
	if (!l->oneline)
		return dv_display_entry(&l->display, v, err);
	rc = dv_display_oneline(&l->display, v, err);
	dv_out_char(l->eol);
	return rc;
}

/*
 * A clone has the pointers, and no versions until the remote, or else git,
 * is asked for them.
 */
static void say_none(struct log *l)
{
	struct dv_strlist remotes = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	char *url = NULL;

	dv_say("no versions yet; dv commit records one");
	if (l->n && !dv_remote_names(l->s.repo, &remotes, &ignored) &&
	    remotes.n)
		dv_hint("dv fetch brings those that are published");
	else if (l->n && dv_git_config_str(l->s.repo->git, "remote.origin.url",
					   &url, &ignored) > 0)
		dv_hint("git fetch origin 'refs/dv/*:refs/dv/*' brings those "
			"that are there");
	dv_strlist_release(&remotes);
	free(url);
}

/* One that was renamed, and has no version since, descends from this. */
static int start_before(struct log *l, const struct pick *p,
			struct dv_err *err)
{
	struct dv_digest ignored;
	char *id = NULL;
	int rc;

	if (!p->all || !l->s.repo->workdir ||
	    dv_versions_has(l->s.versions, p->dataset))
		return 0;
	rc = dv_worktree_base(l->s.repo, p->dataset, &ignored, &id, err);
	if (id)
		dv_strlist_take(&l->before, id);
	return rc < 0 ? rc : 0;
}

/*
 * Versions of one second are not in the order of their names' ages: what
 * is left is walked again, as long as that finds any.
 */
static int walk_before(struct log *l, struct dv_err *err)
{
	uint64_t shown;
	int rc = 0;

	for (size_t i = 0; i < l->n && !rc && !l->everything; i++)
		rc = start_before(l, &l->picks[i], err);
	l->renamed = true;
	do {
		shown = l->shown;
		if (!rc && l->before.n)
			rc = dv_versions_each(l->s.versions, NULL,
					      print_version, l, err);
	} while (!rc && l->shown != shown);
	return rc;
}

static int walk(struct log *l, struct dv_err *err)
{
	const char *only = !l->everything && l->n == 1 ? l->picks[0].dataset
							: NULL;
	int rc;

	if (!l->everything && !l->n)
		rc = 0;
	else
		rc = dv_versions_each(l->s.versions, only, print_version, l,
				      err);
	if (rc >= 0)
		rc = walk_before(l, err);
	if (rc >= 0 && l->json)
		dv_jsonout_print(&l->list);
	else if (rc >= 0 && !l->shown && l->left)
		say_none(l);
	return rc < 0 ? rc : 0;
}

static void release(struct log *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->picks[i].dataset);
		dv_strlist_release(&l->picks[i].wanted);
	}
	free(l->picks);
	dv_strlist_release(&l->before);
	dv_value_release(&l->list);
	dv_display_close(&l->display);
	dv_session_close(&l->s);
}

static int cmd_log(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct log l = {
		.s = DV_SESSION_INIT, .left = -1, .list = dv_value_array()
	};
	bool nul = false;
	const struct dv_opt spec[] = {
		DV_OPT_INT('n', "max-count", &l.left, "<number>",
			   "at most so many versions"),
		DV_OPT_BOOL(0, "oneline", &l.oneline, "one line a version"),
		DV_OPT_BOOL(0, "all", &l.everything,
			    "of all datasets, also those not here any more"),
		DV_OPT_BOOL(0, "json", &l.json, "one JSON array"),
		DV_OPT_BOOL('z', NULL, &nul, "NUL, not LF, between versions"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (l.everything && argc)
		dv_usage(usage, spec, "--all takes no datasets");
	if (nul && l.json)
		dv_usage(usage, spec, "-z and --json exclude each other");
	l.eol = nul ? '\0' : '\n';

	rc = dv_session_open(&l.s, 0, &err);
	if (!rc)
		rc = dv_display_open(&l.display, &l.s, &err);
	if (rc < 0)
		goto out;

	for (int i = 0; !rc && i < argc; i++)
		rc = pick(&l, argv[i], &err);
	if (!rc && !argc && !l.everything && l.s.repo->workdir)
		rc = pick_here(&l, &err);
	else if (!argc)
		l.everything = true;
	if (!rc)
		rc = walk(&l, &err);
out:
	release(&l);
	return dv_exit(rc, &err);
}

DV_MAIN("log", cmd_log)
