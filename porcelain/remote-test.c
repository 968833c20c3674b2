/* SPDX-License-Identifier: MIT */
#include "porcelain/remote-parts.h"

#include <stdlib.h>

#include "plumbing/common/remotecmd.h"
#include "porcelain/human.h"
#include "porcelain/jsonout.h"
#include "porcelain/remote-probe.h"
#include "store/userstore.h"

struct test {
	struct dv_repo *repo;
	struct dv_remote remote;
	struct dv_conn *conn;
	struct dv_conn *look;	/* the same, that tells more; NULL: none */
	struct dv_probe probe;
	bool json, verbose;
};

static const char *const what_name[] = {
	"read", "list", "write", "create-if-absent", "delete"
};
static const char *const is_name[] = { "not tried", "yes", "no", "no" };

/* Why it is no, or what that means; NULL where there is nothing to say. */
static const char *comment(const struct test *t, enum dv_probe_what what)
{
	if (t->probe.is[what] == DV_PROBE_FAILED)
		return t->probe.why[what].msg;
	if (t->probe.is[what] != DV_PROBE_NO)
		return NULL;
	switch (what) {
	case DV_PROBE_LIST:
		return "what is to be read must be named";
	case DV_PROBE_WRITE:
		return "this remote can only be read";
	case DV_PROBE_CREATE:
		return dv_conn_no_create();
	default:
		return NULL;
	}
}

/* Does the remote use another object format than here? */
static bool is_other_format(const struct test *t)
{
	return t->repo && t->conn->algo && t->conn->algo != t->repo->algo;
}

/* Is something broken that ought to work? */
static bool is_bad(const struct test *t)
{
	for (int i = 0; i < DV_PROBE_WHATS; i++)
		if (t->probe.is[i] == DV_PROBE_FAILED)
			return true;
	return is_other_format(t);
}

/* --- for people ---------------------------------------------------------------- */

static const struct dv_strlist *info_of(const struct test *t)
{
	return &dv_transport_caps((t->look ? t->look : t->conn)->t)->info;
}

/* What the helper tells: lines of the report, or members of map. */
static void tell_info(const struct test *t, struct dv_value *map)
{
	const struct dv_strlist *info = info_of(t);

	for (size_t i = 0; i < info->n; i++) {
		const char *line = info->v[i];
		const char *eq = strchr(line, '=');
		char *name = dv_strndup(line, (size_t)(eq - line));

		if (map)
			dv_jsonout_str(map, name, eq + 1);
		else
			dv_remote_line(name, "%s", eq + 1);
		free(name);
	}
}

static void print_format(const struct test *t)
{
	if (!t->conn->algo)
		dv_remote_line("object format", "none yet: nothing was ever "
			       "pushed there");
	else if (is_other_format(t))
		dv_remote_line("object format", "%s: this repository has %s, "
			       "and can use another remote only",
			       dv_algo_name(t->conn->algo),
			       dv_algo_name(t->repo->algo));
	else
		dv_remote_line("object format", "%s",
			       dv_algo_name(t->conn->algo));
}

/* Is what is deleted in that bucket kept? */
static bool keeps_versions(const struct test *t)
{
	return dv_strlist_has(info_of(t), "versioning=on");
}

static void print_versioning(const struct test *t)
{
	if (keeps_versions(t))
		dv_remote_line("versioned", "yes: what dv gc --remote deletes "
			       "stays, and is paid for, until a rule of the "
			       "bucket removes old versions; some servers do "
			       "not honour create-if-absent there");
}

static void print_speed(const struct test *t)
{
	char text[DV_HUMAN_MAX];

	dv_remote_line("round trip", "%.1f ms", t->probe.round_trip * 1e3);
	if (t->probe.up > 0)
		dv_remote_line("upload", "%s/s",
			       dv_human_size(text, (uint64_t)t->probe.up));
	if (t->probe.down > 0)
		dv_remote_line("download", "%s/s",
			       dv_human_size(text, (uint64_t)t->probe.down));
}

static void print_report(const struct test *t)
{
	dv_remote_line("remote", "%s", t->remote.name);
	if (strcmp(t->remote.name, t->remote.url) != 0)
		dv_remote_line("url", "%s", t->remote.url);
	tell_info(t, NULL);
	if (!t->remote.trusted)
		dv_remote_line("trusted", "no: nothing of yours is sent along "
			       "(dv remote trust %s)", t->remote.name);
	print_format(t);
	for (int i = 0; i < DV_PROBE_WHATS; i++) {
		const char *why = comment(t, (enum dv_probe_what)i);

		dv_remote_line(what_name[i], "%s%s%s",
			       is_name[t->probe.is[i]], why ? ": " : "",
			       why ? why : "");
	}
	print_versioning(t);
	print_speed(t);
}

/* --- for programs ---------------------------------------------------------------- */

static void print_json(const struct test *t)
{
	struct dv_value map = dv_value_map(), *probes;

	dv_jsonout_str(&map, "name", t->remote.name);
	dv_jsonout_str(&map, "url", t->remote.url);
	dv_jsonout_bool(&map, "trusted", t->remote.trusted);
	tell_info(t, dv_jsonout_map(&map, "info"));
	dv_jsonout_str(&map, "object_format", t->conn->algo ?
		       dv_algo_name(t->conn->algo) : NULL);
	probes = dv_jsonout_map(&map, "works");
	for (int i = 0; i < DV_PROBE_WHATS; i++) {
		struct dv_value *one = dv_jsonout_map(probes, what_name[i]);

		if (t->probe.is[i] == DV_PROBE_NOT_ASKED)
			dv_jsonout_str(one, "is", NULL);
		else
			dv_jsonout_bool(one, "is",
					t->probe.is[i] == DV_PROBE_YES);
		dv_jsonout_str(one, "why", comment(t, (enum dv_probe_what)i));
	}
	dv_jsonout_uint(&map, "round_trip_us",
			(uint64_t)(t->probe.round_trip * 1e6));
	dv_jsonout_uint(&map, "upload", (uint64_t)t->probe.up);
	dv_jsonout_uint(&map, "download", (uint64_t)t->probe.down);
	dv_jsonout_print(&map);
}

/* --- all of it --------------------------------------------------------------------- */

static int open_conn(struct test *t, struct dv_conn **out,
		     struct dv_err *err)
{
	struct dv_conn_opts opts = {
		.note = t->verbose ? dv_remotecmd_note : NULL
	};
	char *home = NULL;
	int rc = t->repo ? 0 : dv_userstore_dir(&home, 0, err);

	opts.store_dir = t->repo ? t->repo->store_dir : home;
	if (!rc)
		rc = dv_conn_open(out, &t->remote, &opts, err);
	free(home);
	return rc;
}

/* Where one may write: what the server tells of it when it is asked. */
static void look(struct test *t)
{
	struct dv_err ignored = DV_ERR_INIT;

	if (t->probe.is[DV_PROBE_WRITE] != DV_PROBE_YES)
		return;
	dv_strlist_add(&t->remote.set, "look=yes");
	if (open_conn(t, &t->look, &ignored) < 0)
		t->look = NULL;
}

static int run(struct test *t, const char *name, struct dv_err *err)
{
	int rc = dv_remotecmd_repo(&t->repo, name, err);

	if (!rc)
		rc = dv_remote_find(&t->remote, t->repo, name, err);
	if (!rc)
		rc = open_conn(t, &t->conn, err);
	if (!rc)
		rc = dv_probe_run(&t->probe, t->conn, err);
	if (rc < 0)
		return rc;
	look(t);
	(t->json ? print_json : print_report)(t);
	return is_bad(t);
}

int dv_remote_cmd_test(int argc, const char **argv)
{
	struct test t = { .repo = NULL };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "json", &t.json, "print one JSON object"),
		DV_OPT_BOOL('v', "verbose", &t.verbose, "tell of retries"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	argc = dv_opt_parse(argc, argv, spec, dv_remote_usage);
	if (argc > 1)
		dv_usage(dv_remote_usage, spec, "give one remote");
	rc = run(&t, argc ? argv[0] : NULL, &err);
	dv_conn_close(t.look);
	dv_conn_close(t.conn);
	dv_remote_release(&t.remote);
	dv_repo_close(t.repo);
	return dv_exit(rc, &err);
}
