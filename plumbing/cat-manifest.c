/* SPDX-License-Identifier: MIT */
/*
 * dv cat-manifest: print a manifest, or a part of it, in its text form.
 *
 * One record an entry, ascending by path, as dv write-manifest reads them:
 *	#root SP <json>
 *	<mode> SP <size> SP <id> [SP <json>] TAB <path>
 * With --root what the root says, a record a line:
 *	<key> SP <value>
 *	(block | list) SP <id> SP <entries> SP <bytes> TAB <first path>
 * With --json one object a line.  Exit status is 1 when there is nothing
 * at the path that was asked for.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/manifest.h"
#include "format/mjson.h"
#include "format/mpvalue.h"
#include "format/mtext.h"
#include "format/mtree.h"
#include "store/odb.h"
#include "store/repo.h"

static const char *const usage[] = {
	"dv cat-manifest [-z] [--json] <manifest> [<path>]",
	"dv cat-manifest [-z] [--json] --root <manifest>",
	NULL
};

struct job {
	bool nul, json;
	struct dv_buf record;
};

static void print_record(struct job *job)
{
	dv_out_bytes(job->record.data, job->record.len);
	dv_out_char(job->nul ? '\0' : '\n');
	dv_buf_reset(&job->record);
}

/* --- the root --------------------------------------------------------- */

static int root_as_json(struct job *job, const struct dv_mroot *root,
			const char *id, struct dv_err *err)
{
	struct dv_buf *out = &job->record;
	int rc = 0;

	dv_buf_printf(out, "{\"id\":\"%s\",\"version\":%d,\"entries\":%" PRIu64
		      ",\"files\":%" PRIu64 ",\"size\":%" PRIu64
		      ",\"depth\":%u", id, DV_MROOT_VERSION, root->entries,
		      root->files, root->size, root->list.depth);
	if (root->meta) {
		dv_buf_str(out, ",\"meta\":");
		rc = dv_mpvalue_write_json(out, root->meta, root->meta_len,
					   err);
	}
	dv_buf_str(out, ",\"refs\":[");
	for (size_t i = 0; i < root->list.n && rc >= 0; i++) {
		const struct dv_mref *ref = &root->list.refs[i];
		char text[DV_DIGEST_TEXT];

		dv_buf_printf(out, "%s{\"id\":\"%s\",\"entries\":%" PRIu64
			      ",\"bytes\":%" PRIu64 ",", i ? "," : "",
			      dv_digest_format(text, &ref->id), ref->entries,
			      ref->bytes);
		dv_mjson_write_path(out, ref->first, ref->first_len);
		dv_buf_char(out, '}');
	}
	dv_buf_str(out, "]}");
	if (rc >= 0)
		print_record(job);
	return rc;
}

static int root_as_text(struct job *job, const struct dv_mroot *root,
			const char *id, struct dv_err *err)
{
	const char *kind = root->list.depth ? "list" : "block";
	char eol = job->nul ? '\0' : '\n';
	int rc;

	dv_out("manifest %s%cversion %d%c", id, eol, DV_MROOT_VERSION, eol);
	dv_out("entries %" PRIu64 "%cfiles %" PRIu64 "%csize %" PRIu64 "%c",
	       root->entries, eol, root->files, eol, root->size, eol);
	dv_out("depth %u%c", root->list.depth, eol);
	if (root->meta) {
		dv_buf_str(&job->record, "meta ");
		rc = dv_mpvalue_write_json(&job->record, root->meta,
					   root->meta_len, err);
		if (rc < 0)
			return rc;
		print_record(job);
	}
	for (size_t i = 0; i < root->list.n; i++) {
		const struct dv_mref *ref = &root->list.refs[i];
		char text[DV_DIGEST_TEXT];

		dv_out("%s %s %" PRIu64 " %" PRIu64 "\t", kind,
		       dv_digest_format(text, &ref->id), ref->entries,
		       ref->bytes);
		dv_out_path(ref->first, ref->first_len, eol);
		dv_out_char(eol);
	}
	return 0;
}

static int print_root(struct job *job, const struct dv_manifest *m,
		      struct dv_err *err)
{
	char id[DV_DIGEST_TEXT];

	dv_digest_format(id, &m->info.id);
	return job->json ? root_as_json(job, &m->root, id, err)
			 : root_as_text(job, &m->root, id, err);
}

/* --- entries ---------------------------------------------------------- */

static int print_meta(struct job *job, const struct dv_manifest *m,
		      struct dv_err *err)
{
	const uint8_t *meta;
	size_t n;
	int rc;

	meta = dv_manifest_get_meta(m, &n);
	if (!meta)
		return 0;
	if (job->json) {
		dv_buf_str(&job->record, "{\"root\":");
		rc = dv_mpvalue_write_json(&job->record, meta, n, err);
		dv_buf_char(&job->record, '}');
	} else {
		rc = dv_mtext_format_root(&job->record, meta, n, err);
	}
	if (rc >= 0)
		print_record(job);
	return rc;
}

static int print_entry(struct job *job, const struct dv_entry *e,
		       struct dv_err *err)
{
	int rc;

	if (job->json) {
		dv_buf_char(&job->record, '{');
		dv_mjson_write_path(&job->record, e->path, e->path_len);
		dv_buf_char(&job->record, ',');
		rc = dv_mjson_write_fields(&job->record, e, err);
		dv_buf_char(&job->record, '}');
	} else {
		rc = dv_mtext_format(&job->record, e, job->nul, err);
	}
	if (rc >= 0)
		print_record(job);
	return rc;
}

/* Returns 1 where a path was asked for and nothing is there. */
static int print_entries(struct job *job, struct dv_manifest *m,
			 const char *path, struct dv_err *err)
{
	struct dv_manifest_iter *it = NULL;
	const struct dv_entry *e;
	bool none = *path;
	int rc = 0;

	if (!*path)
		rc = print_meta(job, m, err);
	if (!rc)
		rc = dv_manifest_iter_open(&it, m, path, err);
	while (!rc && (rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		none = false;
		rc = print_entry(job, e, err);
	}
	dv_manifest_iter_close(it);
	return rc < 0 ? rc : none;
}

/* --- the command ------------------------------------------------------ */

static int cat_manifest(struct job *job, const char *name, const char *path,
			bool root, struct dv_err *err)
{
	struct dv_manifest *m = NULL;
	struct dv_repo *repo = NULL;
	struct dv_odb *odb;
	struct dv_digest id;
	int rc;

	rc = dv_repo_open(&repo, 0, err);
	if (!rc)
		rc = dv_repo_odb(repo, &odb, err);
	if (!rc)
		rc = dv_odb_resolve(odb, name, &id, err);
	if (!rc)
		rc = dv_manifest_open(&m, &id, dv_odb_read, odb, err);
	if (!rc)
		rc = root ? print_root(job, m, err)
			  : print_entries(job, m, path, err);
	dv_manifest_close(m);
	dv_repo_close(repo);
	return rc;
}

static int cmd_cat_manifest(int argc, const char **argv,
			    const struct dv_ctx *ctx)
{
	struct job job = { .record = DV_BUF_INIT };
	bool root = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('z', NULL, &job.nul,
			    "records end in NUL, not LF; paths are raw"),
		DV_OPT_BOOL(0, "json", &job.json, "one JSON object a record"),
		DV_OPT_BOOL(0, "root", &root,
			    "print the root: totals and blocks"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	char *path;
	size_t n;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc < 1 || argc > 2)
		dv_usage(usage, spec, "give a manifest, and perhaps a path in it");
	if (root && argc > 1)
		dv_usage(usage, spec, "--root is of the whole manifest");

	path = dv_strdup(argc > 1 ? argv[1] : "");
	for (n = strlen(path); n > 1 && path[n - 1] == '/';)
		path[--n] = '\0';
	rc = cat_manifest(&job, argv[0], path, root, &err);
	free(path);
	dv_buf_release(&job.record);
	return dv_exit(rc, &err);
}

DV_MAIN("cat-manifest", cmd_cat_manifest)
