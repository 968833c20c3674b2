/* SPDX-License-Identifier: MIT */
/*
 * dv ls-remote: what is published on a remote, a line each, sorted:
 *	<version id> TAB <namespace>/<dataset>@(latest | <tag>)
 *	<version id> TAB <namespace>/<dataset>
 *
 * Heads first, then versions.  Exit status is 1 when there was nothing to
 * list.
 */
#include "plumbing/common/remotecmd.h"

#include <stdlib.h>

#include "base/hex.h"
#include "format/json.h"
#include "remote/catalog.h"

static const char *const usage[] = {
	"dv ls-remote [--heads] [--versions] [-z | --json] [-v] "
	"[<remote> [[<namespace>/]<dataset>]]",
	NULL
};

#define LINES_MAX 1000000

struct line {
	char *name;		/* "<namespace>/<dataset>" */
	char *head;		/* "latest", a tag, or NULL */
	char *version;
	int64_t published;	/* -1: not known */
};

struct job {
	struct dv_repo *repo;
	struct dv_remotecmd cmd;
	struct dv_rspec only;	/* dataset NULL: all */
	bool heads, versions, nul, json;
	struct line *line;
	size_t n, cap;
};

static void add_line(struct job *job, const char *ns, const char *dataset,
		     const char *head, const char *version, int64_t published)
{
	struct line *l;

	dv_grow(&job->line, &job->cap, job->n + 1, sizeof(*job->line));
	l = &job->line[job->n++];
	l->name = dv_asprintf("%s/%s", ns, dataset);
	l->head = head ? dv_strdup(head) : NULL;
	l->version = dv_strdup(version);
	l->published = published;
}

/* --- gathering ----------------------------------------------------------- */

/* tag "" is latest, as in the catalog. */
static int add_head(void *arg, const char *ns, const char *dataset,
		    const char *tag, const struct dv_catalog_head *h,
		    struct dv_err *err)
{
	(void)err;
	if (*h->version)
		add_line(arg, ns, dataset, *tag ? tag : "latest", h->version,
			 -1);
	return 0;
}

static int add_version(void *arg, const char *ns, const char *dataset,
		       const char *id, int64_t published, struct dv_err *err)
{
	struct job *job = arg;

	if (job->n >= LINES_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s' has more than "
				  "%d heads and versions",
				  job->cmd.conn->name, LINES_MAX);
	add_line(job, ns, dataset, NULL, id, published);
	return 0;
}

static int list_all(struct job *job, struct dv_err *err)
{
	struct dv_conn *c = job->cmd.conn;
	const char *ns = job->only.ns, *dataset = job->only.dataset;
	int rc = 0;

	if (job->heads)
		rc = dv_catalog_read_heads(c, ns, dataset, add_head, job, err);
	if (!rc && job->versions)
		rc = dv_catalog_versions(c, ns, dataset, add_version, job,
					 err);
	return rc;
}

/* What a version's record names as its parents, and theirs. */
static int walk(struct job *job, const char *tip, struct dv_err *err)
{
	const char *ns = job->only.ns, *dataset = job->only.dataset;
	struct dv_strlist ids = DV_STRLIST_INIT;
	struct dv_record rec;
	int rc = 0;

	dv_strlist_add(&ids, tip);
	for (size_t i = 0; i < ids.n && !rc; i++) {
		rc = dv_catalog_record(job->cmd.conn, ns, dataset, ids.v[i],
				       &rec, err);
		/* A parent that was never pushed, or was forgotten. */
		if (rc == -DV_E_MISSING && i) {
			rc = 0;
			continue;
		}
		if (rc)
			break;
		add_version(job, ns, dataset, ids.v[i], -1, err);
		for (size_t k = 0; k < rec.parents.n; k++)
			if (!dv_strlist_has(&ids, rec.parents.v[k]))
				dv_strlist_add(&ids, rec.parents.v[k]);
		dv_record_release(&rec);
	}
	dv_strlist_release(&ids);
	return rc;
}

/* Where a remote cannot list, latest and its ancestors can be had. */
static int list_one(struct job *job, struct dv_err *err)
{
	struct dv_catalog_head h;
	int rc = dv_catalog_head(job->cmd.conn, job->only.ns,
				 job->only.dataset, NULL, &h, err);

	if (rc <= 0)
		return rc;
	if (job->heads)
		add_head(job, job->only.ns, job->only.dataset, "", &h, err);
	return job->versions ? walk(job, h.version, err) : 0;
}

static int gather(struct job *job, const char *dataset, struct dv_err *err)
{
	struct dv_conn *c = job->cmd.conn;
	int rc = 0;

	if (dataset)
		rc = dv_rspec_dataset(&job->only, c, job->repo ?
				      job->repo->name_space : NULL, dataset,
				      err);
	if (rc < 0)
		return rc;
	if (dataset && !dv_transport_caps(c->t)->list)
		return list_one(job, err);
	return list_all(job, err);
}

/* --- printing -------------------------------------------------------------- */

static int cmp_line(const void *va, const void *vb)
{
	const struct line *a = va, *b = vb;
	int d = !a->head - !b->head;

	if (!d)
		d = strcmp(a->name, b->name);
	if (!d && a->head)
		d = strcmp(a->head, b->head);
	return d ? d : strcmp(a->version, b->version);
}

static void print_text(const struct line *l, char eol)
{
	struct dv_buf name = DV_BUF_INIT;

	dv_buf_printf(&name, "%s%s%s", l->name, l->head ? "@" : "",
		      l->head ? l->head : "");
	dv_out("%s\t", l->version);
	dv_out_path(name.data, name.len, eol);
	dv_out_char(eol);
	dv_buf_release(&name);
}

/* A name that is no text goes, as hex, into <key>_hex. */
static void add_member(struct dv_value *map, const char *key, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	char *name, *hex;

	if (dv_value_is_text(s ? s : "", n)) {
		struct dv_value *v = dv_value_add(map, key, strlen(key));

		if (s)
			*v = dv_value_str(s, n);
		return;
	}
	name = dv_asprintf("%s_hex", key);
	hex = dv_malloc(2 * n + 1);
	dv_hex_format(hex, (const uint8_t *)s, n);
	*dv_value_add(map, name, strlen(name)) = dv_value_str(hex, 2 * n);
	free(hex);
	free(name);
}

static void print_json(const struct job *job)
{
	struct dv_value all = dv_value_array();
	struct dv_buf text = DV_BUF_INIT;

	for (size_t i = 0; i < job->n; i++) {
		const struct line *l = &job->line[i];
		struct dv_value *map = dv_value_push(&all);
		char digits[24];
		int n = snprintf(digits, sizeof(digits), "%" PRId64,
				 l->published);

		*map = dv_value_map();
		add_member(map, "dataset", l->name);
		add_member(map, "head", l->head);
		add_member(map, "version", l->version);
		add_member(map, "published", NULL);
		if (l->published >= 0)
			*dv_value_set(map, "published", 9) =
				dv_value_digits(digits, (size_t)n);
	}
	dv_json_write(&text, &all);
	dv_out("%s\n", dv_buf_cstr(&text));
	dv_value_release(&all);
	dv_buf_release(&text);
}

static void print(struct job *job)
{
	if (job->n)
		qsort(job->line, job->n, sizeof(*job->line), cmp_line);
	if (job->json) {
		print_json(job);
		return;
	}
	for (size_t i = 0; i < job->n; i++)
		print_text(&job->line[i], job->nul ? '\0' : '\n');
}

static void release(struct job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		free(job->line[i].name);
		free(job->line[i].head);
		free(job->line[i].version);
	}
	free(job->line);
	dv_rspec_release(&job->only);
	dv_remotecmd_close(&job->cmd);
	dv_repo_close(job->repo);
}

static int cmd_ls_remote(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct job job = { .cmd = DV_REMOTECMD_INIT };
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "heads", &job.heads, "latest and tags alone"),
		DV_OPT_BOOL(0, "versions", &job.versions, "versions alone"),
		DV_OPT_BOOL('z', NULL, &job.nul,
			    "records end in NUL, and names are not quoted"),
		DV_OPT_BOOL(0, "json", &job.json, "print one JSON array"),
		DV_OPT_BOOL('v', "verbose", &job.cmd.verbose,
			    "tell of requests and retries"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	const char *remote;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc > 2)
		dv_usage(usage, spec, "give one remote and one dataset");
	if (job.json && job.nul)
		dv_usage(usage, spec, "give -z or --json, not both");
	if (!job.heads && !job.versions)
		job.heads = job.versions = true;
	remote = argc ? argv[0] : NULL;

	rc = dv_remotecmd_repo(&job.repo, remote, &err);
	if (!rc)
		rc = dv_remotecmd_open(&job.cmd, job.repo, remote, NULL, 0,
				       false, &err);
	if (!rc)
		rc = gather(&job, argc > 1 ? argv[1] : NULL, &err);
	if (!rc) {
		print(&job);
		rc = !job.n;
	}
	release(&job);
	return dv_exit(rc, &err);
}

DV_MAIN("ls-remote", cmd_ls_remote)
