/* SPDX-License-Identifier: MIT */
#include "porcelain/remote-parts.h"

#include <stdlib.h>

#include "porcelain/jsonout.h"
#include "remote/rcache.h"
#include "store/repo.h"

struct listing {
	struct dv_repo *repo;
	bool verbose, json;
	struct dv_value all;
};

static void add_json(struct dv_value *map, const struct dv_remote *r)
{
	dv_jsonout_str(map, "name", r->name);
	dv_jsonout_str(map, "url", r->url);
	dv_jsonout_bool(map, "shared", r->shared);
	dv_jsonout_bool(map, "trusted", r->trusted);
}

static int list_one(struct listing *l, const char *name, struct dv_err *err)
{
	struct dv_remote r;
	int rc;

	if (!l->verbose && !l->json) {
		dv_out("%s\n", name);
		return 0;
	}
	rc = dv_remote_get(&r, l->repo, name, err);
	if (rc == -DV_E_INVALID) {
		dv_warn("%s", err->msg);
		return 0;
	}
	if (rc < 0)
		return rc;
	if (l->json) {
		struct dv_value *item = dv_value_push(&l->all);

		*item = dv_value_map();
		add_json(item, &r);
	} else {
		dv_out("%s\t", name);
		dv_out_path(r.url, strlen(r.url), '\n');
		dv_out("%s\n", r.trusted ? "" : " (not trusted)");
	}
	dv_remote_release(&r);
	return 0;
}

int dv_remote_cmd_list(int argc, const char **argv)
{
	struct listing l = { .all = dv_value_array() };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('v', "verbose", &l.verbose, "show URLs, too"),
		DV_OPT_BOOL(0, "json", &l.json, "print one JSON array"),
		DV_OPT_END
	};
	struct dv_strlist names = DV_STRLIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	int rc;

	argc = dv_opt_parse(argc, argv, spec, dv_remote_usage);
	if (argc)
		dv_usage(dv_remote_usage, spec, "a list takes no arguments");

	rc = dv_repo_open(&l.repo, 0, &err);
	if (!rc)
		rc = dv_remote_names(l.repo, &names, &err);
	for (size_t i = 0; !rc && i < names.n; i++)
		rc = list_one(&l, names.v[i], &err);
	if (!rc && l.json)
		dv_jsonout_print(&l.all);
	else
		dv_value_release(&l.all);
	dv_strlist_release(&names);
	dv_repo_close(l.repo);
	return dv_exit(rc, &err);
}

/* --- one of them ------------------------------------------------------------ */

/* What the cache remembers; NULL where it does not. */
static char *recall(struct dv_rcache *cache, const char *key)
{
	struct dv_buf value = DV_BUF_INIT;
	struct dv_err ignored = DV_ERR_INIT;

	if (dv_rcache_get(cache, key, &value, &ignored) > 0)
		return dv_buf_detach(&value, NULL);
	dv_buf_release(&value);
	return NULL;
}

static void print_report(const struct dv_remote *r, const char *format,
			 const char *create)
{
	dv_remote_line("remote", "%s", r->name);
	dv_remote_line("url", "%s", r->url);
	dv_remote_line("known from", "%s", r->shared ? "'.dvconfig' alone" :
						       "git's configuration");
	if (!r->trusted)
		dv_remote_line("trusted", "no: read without credentials, by "
			       "https only (dv remote trust %s)", r->name);
	else if (r->shared)
		dv_remote_line("trusted", "yes");
	if (r->jobs)
		dv_remote_line("jobs", "%u", r->jobs);
	if (r->limit_rate)
		dv_remote_line("limit-rate", "%" PRIu64, r->limit_rate);
	for (size_t i = 0; i < r->set.n; i++) {
		char *eq = strchr(r->set.v[i], '=');

		*eq = '\0';
		dv_remote_line(r->set.v[i], "%s", eq + 1);
	}
	dv_remote_line("object format", "%s", format ? format :
		       "not known yet");
	dv_remote_line("create-if-absent", "%s", create ? create :
		       "not known yet");
}

static void print_json(const struct dv_remote *r, const char *format,
		       const char *create)
{
	struct dv_value map = dv_value_map();

	add_json(&map, r);
	if (r->jobs)
		dv_jsonout_uint(&map, "jobs", r->jobs);
	if (r->limit_rate)
		dv_jsonout_uint(&map, "limit_rate", r->limit_rate);
	dv_jsonout_str(&map, "object_format", format);
	dv_jsonout_str(&map, "create_if_absent", create);
	dv_jsonout_print(&map);
}

static int show(struct dv_repo *repo, const char *name, bool json,
		struct dv_err *err)
{
	struct dv_rcache *cache;
	struct dv_remote r;
	char *format, *create;
	int rc = dv_remote_get(&r, repo, name, err);

	if (rc < 0)
		return rc;
	rc = dv_rcache_open(&cache, repo->store_dir, r.url, repo->algo, err);
	if (!rc) {
		format = recall(cache, "format");
		create = recall(cache, "create");
		(json ? print_json : print_report)(&r, format, create);
		free(format);
		free(create);
		dv_rcache_close(cache);
	}
	dv_remote_release(&r);
	return rc;
}

int dv_remote_cmd_show(int argc, const char **argv)
{
	bool json = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "json", &json, "print one JSON object"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	argc = dv_opt_parse(argc, argv, spec, dv_remote_usage);
	if (argc > 1)
		dv_usage(dv_remote_usage, spec, "give one remote");

	rc = dv_repo_open(&repo, 0, &err);
	if (!rc)
		rc = show(repo, argc ? argv[0] : NULL, json, &err);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}
