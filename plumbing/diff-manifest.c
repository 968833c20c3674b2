/* SPDX-License-Identifier: MIT */
/*
 * dv diff-manifest: list what differs between two manifests, ascending by
 * path, as git diff-tree does:
 *	:<mode> SP <mode> SP <id> SP <id> SP <status> TAB <path> LF
 * old before new; 000000 and '-' where there is none.  Status: A added,
 * D deleted, M changed, T another type.  With -z NUL stands for TAB and LF
 * and paths are raw.  Where the metadata of the datasets differ, the first
 * record is
 *	#root SP (<json> | -) SP (<json> | -)
 * JSON has no blank in it: they are \u0020.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/manifest.h"
#include "format/mjson.h"
#include "format/mpvalue.h"
#include "format/mtext.h"
#include "store/odb.h"
#include "store/repo.h"

static const char *const usage[] = {
	"dv diff-manifest [-z] [--name-only | --json] [--exit-code] "
		"<old> <new> [<path>]",
	NULL
};

struct job {
	bool nul, name_only, json;
	bool differs;
	struct dv_buf record, content;
};

static void print_record(struct job *job)
{
	dv_out_bytes(job->record.data, job->record.len);
	dv_out_char(job->nul ? '\0' : '\n');
	dv_buf_reset(&job->record);
}

/* Take content over; JSON has blanks in strings only. */
static void add_content(struct job *job)
{
	for (size_t i = 0; i < job->content.len; i++) {
		if (job->content.data[i] == ' ')
			dv_buf_str(&job->record, "\\u0020");
		else
			dv_buf_char(&job->record, job->content.data[i]);
	}
	dv_buf_reset(&job->content);
}

/* --- metadata of the datasets ----------------------------------------- */

static int add_meta(struct job *job, const uint8_t *meta, size_t n,
		    const char *none, struct dv_err *err)
{
	int rc;

	if (!meta) {
		dv_buf_str(&job->record, none);
		return 0;
	}
	if (job->json)
		return dv_mpvalue_write_json(&job->record, meta, n, err);
	rc = dv_mpvalue_write_json(&job->content, meta, n, err);
	add_content(job);
	return rc;
}

static int diff_meta(struct job *job, const struct dv_manifest *a,
		     const struct dv_manifest *b, struct dv_err *err)
{
	const char *none = job->json ? "null" : "-";
	const uint8_t *ma, *mb;
	size_t na, nb;
	int rc;

	ma = dv_manifest_get_meta(a, &na);
	mb = dv_manifest_get_meta(b, &nb);
	if (na == nb && (na == 0 || !memcmp(ma, mb, na)))
		return 0;
	job->differs = true;
	if (job->name_only)
		return 0;
	dv_buf_str(&job->record,
		   job->json ? "{\"status\":\"M\",\"root\":true,\"old\":"
			     : "#root ");
	rc = add_meta(job, ma, na, none, err);
	if (rc < 0)
		return rc;
	dv_buf_str(&job->record, job->json ? ",\"new\":" : " ");
	rc = add_meta(job, mb, nb, none, err);
	if (rc < 0)
		return rc;
	if (job->json)
		dv_buf_char(&job->record, '}');
	print_record(job);
	return 0;
}

/* --- entries ---------------------------------------------------------- */

static char status_of(const struct dv_entry *a, const struct dv_entry *b)
{
	if (!a)
		return 'A';
	if (!b)
		return 'D';
	return (a->mode ^ b->mode) & 0170000 ? 'T' : 'M';
}

static int add_fields(struct job *job, const char *name,
		      const struct dv_entry *e, struct dv_err *err)
{
	int rc;

	if (!e)
		return 0;
	dv_buf_printf(&job->record, ",\"%s\":{", name);
	rc = dv_mjson_write_fields(&job->record, e, err);
	dv_buf_char(&job->record, '}');
	return rc;
}

static int print_json(struct job *job, const struct dv_entry *a,
		      const struct dv_entry *b, struct dv_err *err)
{
	const struct dv_entry *any = a ? a : b;
	int rc;

	dv_buf_printf(&job->record, "{\"status\":\"%c\",", status_of(a, b));
	dv_mjson_write_path(&job->record, any->path, any->path_len);
	rc = add_fields(job, "old", a, err);
	if (rc >= 0)
		rc = add_fields(job, "new", b, err);
	if (rc < 0)
		return rc;
	dv_buf_char(&job->record, '}');
	print_record(job);
	return 0;
}

static int add_id(struct job *job, const struct dv_entry *e,
		  struct dv_err *err)
{
	int rc = 0;

	if (e)
		rc = dv_mtext_format_content(&job->content, e, err);
	else
		dv_buf_char(&job->content, '-');
	add_content(job);
	dv_buf_char(&job->record, ' ');
	return rc;
}

static int print_raw(struct job *job, const struct dv_entry *a,
		     const struct dv_entry *b, struct dv_err *err)
{
	int rc;

	dv_buf_printf(&job->record, ":%06o %06o ", a ? a->mode : 0,
		      b ? b->mode : 0);
	rc = add_id(job, a, err);
	if (rc >= 0)
		rc = add_id(job, b, err);
	if (rc < 0)
		return rc;
	dv_buf_char(&job->record, status_of(a, b));
	dv_buf_char(&job->record, job->nul ? '\0' : '\t');
	dv_out_bytes(job->record.data, job->record.len);
	dv_buf_reset(&job->record);
	return 0;
}

static int print_difference(void *arg, const struct dv_entry *a,
			    const struct dv_entry *b, struct dv_err *err)
{
	const struct dv_entry *any = a ? a : b;
	struct job *job = arg;
	char eol = job->nul ? '\0' : '\n';
	int rc;

	job->differs = true;
	if (job->json)
		return print_json(job, a, b, err);
	if (!job->name_only) {
		rc = print_raw(job, a, b, err);
		if (rc < 0)
			return rc;
	}
	dv_out_path(any->path, any->path_len, eol);
	dv_out_char(eol);
	return 0;
}

/* --- the command ------------------------------------------------------ */

static int open_manifest(struct dv_manifest **out, struct dv_odb *odb,
			 const char *name, struct dv_err *err)
{
	struct dv_digest id;
	int rc;

	rc = dv_odb_resolve(odb, name, &id, err);
	return rc < 0 ? rc : dv_manifest_open(out, &id, dv_odb_read, odb,
					      err);
}

static int diff_manifests(struct job *job, const char *old, const char *new,
			  const char *path, struct dv_err *err)
{
	struct dv_manifest *a = NULL, *b = NULL;
	struct dv_repo *repo = NULL;
	struct dv_odb *odb;
	int rc;

	rc = dv_repo_open(&repo, 0, err);
	if (!rc)
		rc = dv_repo_odb(repo, &odb, err);
	if (!rc)
		rc = open_manifest(&a, odb, old, err);
	if (!rc)
		rc = open_manifest(&b, odb, new, err);
	if (!rc && !*path)
		rc = diff_meta(job, a, b, err);
	if (!rc)
		rc = dv_manifest_diff(a, b, path, print_difference, job, err);
	dv_manifest_close(a);
	dv_manifest_close(b);
	dv_repo_close(repo);
	return rc;
}

static int cmd_diff_manifest(int argc, const char **argv,
			     const struct dv_ctx *ctx)
{
	struct job job = { .record = DV_BUF_INIT, .content = DV_BUF_INIT };
	bool exit_code = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('z', NULL, &job.nul,
			    "fields end in NUL; paths are raw"),
		DV_OPT_BOOL(0, "name-only", &job.name_only, "print paths only"),
		DV_OPT_BOOL(0, "json", &job.json, "one JSON object a record"),
		DV_OPT_BOOL(0, "exit-code", &exit_code,
			    "exit with 1 where something differs"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	char *path;
	size_t n;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc < 2 || argc > 3)
		dv_usage(usage, spec, "give two manifests, and perhaps a path in them");
	if (job.name_only && job.json)
		dv_usage(usage, spec, "give --name-only or --json, not both");

	path = dv_strdup(argc > 2 ? argv[2] : "");
	for (n = strlen(path); n > 1 && path[n - 1] == '/';)
		path[--n] = '\0';
	rc = diff_manifests(&job, argv[0], argv[1], path, &err);
	free(path);
	dv_buf_release(&job.record);
	dv_buf_release(&job.content);
	return dv_exit(rc < 0 ? rc : exit_code && job.differs, &err);
}

DV_MAIN("diff-manifest", cmd_diff_manifest)
