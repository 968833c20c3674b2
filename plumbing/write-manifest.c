/* SPDX-License-Identifier: MIT */
/*
 * dv write-manifest: make a manifest of the records on stdin, which are as
 * dv cat-manifest prints them, and print its id:
 *	<manifest id> LF
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "base/path.h"
#include "format/manifest.h"
#include "format/mtext.h"
#include "store/odb.h"
#include "store/repo.h"

static const char *const usage[] = {
	"dv write-manifest [-z] [--sort] [--missing]",
	"dv write-manifest [-z] [--sort] (-n | --dry-run) "
		"[--object-format=<format>]",
	NULL
};

/* A record held back: where its text and its path are in job's bytes. */
struct held {
	size_t text, len;
	size_t path, path_len;
	uint64_t number;
};

struct job {
	enum dv_algo algo;
	bool nul, sort, missing, has_root;
	struct dv_odb *odb;		/* NULL: only the id is asked for */
	struct dv_odb_txn *txn;
	struct dv_manifest_writer *writer;
	struct dv_mtext text;
	struct dv_buf meta;
	struct dv_buf last;		/* path added last */
	struct dv_buf bytes;		/* with --sort */
	struct held *held;
	size_t nheld, held_cap;
};

static int put(void *arg, const void *buf, size_t n, struct dv_digest *id,
	       struct dv_err *err)
{
	struct job *job = arg;

	if (job->txn)
		return dv_odb_txn_put_meta(job->txn, buf, n, id, err);
	dv_digest_of(id, job->algo, buf, n);
	return 0;
}

/* --- one record ------------------------------------------------------- */

/* A manifest names what is in the store, with the size it has there. */
static int check_object(struct job *job, const struct dv_entry *e,
			struct dv_err *err)
{
	char id[DV_DIGEST_TEXT];
	uint64_t size;
	int rc;

	if (!job->odb || job->missing || !dv_digest_isset(&e->id))
		return 0;
	rc = dv_odb_stat(job->odb, &e->id, &size, err);
	if (rc < 0)
		return rc;
	dv_digest_format(id, &e->id);
	if (!rc) {
		dv_err_set(err, DV_E_MISSING, "object '%s' is not in the store",
			   id);
		return dv_err_hint(err, "put it there with 'dv hash-object -w', "
				   "or use --missing");
	}
	if (size != e->size)
		return dv_err_set(err, DV_E_INVALID,
				  "object '%s' is %" PRIu64 " bytes, not %" PRIu64,
				  id, size, e->size);
	return 0;
}

/* A value that is too large for its entry becomes an object. */
static int put_value(struct job *job, struct dv_entry *e, struct dv_err *err)
{
	int rc;

	if (e->mode != DV_MODE_VALUE || e->value_len <= DV_VALUE_INLINE_MAX)
		return 0;
	rc = put(job, e->value, e->value_len, &e->id, err);
	e->value = NULL;
	e->value_len = 0;
	return rc;
}

static int add_entry(struct job *job, const struct dv_entry *e,
		     struct dv_err *err)
{
	int rc = dv_manifest_writer_add(job->writer, e, err);

	if (rc < 0 && !job->sort &&
	    dv_path_cmp(e->path, e->path_len, dv_buf_cstr(&job->last),
			job->last.len) < 0)
		return dv_err_hint(err, "use --sort for records in any order");
	dv_buf_reset(&job->last);
	dv_buf_add(&job->last, e->path, e->path_len);
	return rc;
}

static int add_record(struct job *job, const char *text, size_t n,
		      uint64_t number, struct dv_err *err)
{
	struct dv_entry e;
	int rc;

	if (job->sort)
		number = 1;
	rc = dv_mtext_parse_root(&job->meta, text, n, err);
	if (rc > 0 && (number > 1 || job->has_root))
		rc = dv_err_set(err, DV_E_INVALID, "'#root' %s",
				job->has_root ? "comes twice" :
				"is not the first record");
	job->has_root |= rc > 0;
	if (rc)
		return rc < 0 ? rc : 0;
	rc = dv_mtext_parse(&job->text, &e, text, n, job->algo, job->nul,
			    err);
	if (!rc && !e.value)
		rc = check_object(job, &e, err);
	if (!rc)
		rc = put_value(job, &e, err);
	if (!rc)
		rc = add_entry(job, &e, err);
	return rc;
}

/* --- all records ------------------------------------------------------ */

static int fail_record(const struct job *job, uint64_t number,
		       struct dv_err *err)
{
	return dv_err_prefix(err, "%s %" PRIu64, job->nul ? "record" : "line",
			     number);
}

typedef int record_fn(struct job *job, const char *text, size_t n,
		      uint64_t number, struct dv_err *err);

static int each_record(struct job *job, record_fn *fn, struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	uint64_t number = 0;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, job->nul ? '\0' : '\n',
				    err)) > 0) {
		rc = fn(job, in.line, in.len, ++number, err);
		if (rc < 0) {
			fail_record(job, number, err);
			break;
		}
	}
	dv_reader_release(&in);
	return rc;
}

static int cmp_held(const void *a, const void *b, void *bytes)
{
	const struct held *x = a, *y = b;
	const char *base = bytes;

	return dv_path_cmp(base + x->path, x->path_len, base + y->path,
			   y->path_len);
}

/* Hold the record back.  One without a path sorts first, to be refused. */
static int hold_record(struct job *job, const char *text, size_t n,
		       uint64_t number, struct dv_err *err)
{
	const char *tab = memchr(text, '\t', n);
	struct dv_buf *bytes = &job->bytes;
	struct held h = { .text = bytes->len, .len = n, .number = number };
	size_t used;
	int rc = 0;

	dv_buf_add(bytes, text, n);
	h.path = bytes->len;
	if (tab && job->nul)
		h.path = h.text + (tab + 1 - text);
	else if (tab)
		rc = dv_path_unquote(bytes, tab + 1, n - (tab + 1 - text),
				     &used, err);
	if (rc < 0)
		return rc;
	h.path_len = bytes->len - h.path;
	dv_grow(&job->held, &job->held_cap, job->nheld + 1,
		sizeof(*job->held));
	job->held[job->nheld++] = h;
	return 0;
}

static int add_held(struct job *job, struct dv_err *err)
{
	if (job->nheld)
		qsort_r(job->held, job->nheld, sizeof(*job->held), cmp_held,
			job->bytes.data);
	for (size_t i = 0; i < job->nheld; i++) {
		const struct held *h = &job->held[i];
		int rc = add_record(job, job->bytes.data + h->text, h->len,
				    h->number, err);

		if (rc < 0)
			return fail_record(job, h->number, err);
	}
	return 0;
}

/* --- the command ------------------------------------------------------ */

static int write_manifest(struct job *job, struct dv_err *err)
{
	struct dv_manifest_info info;
	char id[DV_DIGEST_TEXT];
	int rc;

	job->writer = dv_manifest_writer_new(job->algo, put, job);
	rc = each_record(job, job->sort ? hold_record : add_record, err);
	if (rc >= 0)
		rc = add_held(job, err);
	if (rc >= 0)
		rc = dv_manifest_writer_finish(job->writer,
				job->meta.len ?
				(const uint8_t *)job->meta.data : NULL,
				job->meta.len, &info, err);
	if (rc >= 0 && job->txn)
		rc = dv_odb_txn_sync(job->txn, err);
	if (rc < 0)
		return rc;
	dv_out("%s\n", dv_digest_format(id, &info.id));
	return 0;
}

static int open_store(struct job *job, struct dv_repo **repo,
		      struct dv_err *err)
{
	int rc;

	rc = dv_repo_open(repo, 0, err);
	if (!rc)
		rc = dv_repo_odb(*repo, &job->odb, err);
	if (!rc)
		rc = dv_odb_txn_begin(&job->txn, job->odb, err);
	if (!rc)
		job->algo = (*repo)->algo;
	return rc;
}

static int cmd_write_manifest(int argc, const char **argv,
			      const struct dv_ctx *ctx)
{
	struct job job = {
		.text = DV_MTEXT_INIT,
		.meta = DV_BUF_INIT,
		.last = DV_BUF_INIT,
		.bytes = DV_BUF_INIT
	};
	const char *format = NULL;
	bool dry_run = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('z', NULL, &job.nul,
			    "records end in NUL, not LF; paths are raw"),
		DV_OPT_BOOL(0, "sort", &job.sort,
			    "take records in any order"),
		DV_OPT_BOOL(0, "missing", &job.missing,
			    "objects need not be in the store"),
		DV_OPT_BOOL('n', "dry-run", &dry_run,
			    "store nothing, only print the id"),
		DV_OPT_STR(0, "object-format", &format, "<format>",
			   "xxh128 or sha256; the repository's"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc)
		dv_usage(usage, spec, "records come on stdin, not as arguments");
	if (format && !dry_run)
		dv_usage(usage, spec, "--object-format goes with --dry-run");

	if (format)
		rc = dv_algo_parse(&job.algo, format, &err);
	else if (dry_run)
		rc = dv_repo_guess_algo(&job.algo, &err);
	else
		rc = open_store(&job, &repo, &err);
	if (rc >= 0)
		rc = write_manifest(&job, &err);

	dv_manifest_writer_free(job.writer);
	dv_odb_txn_end(job.txn);
	dv_repo_close(repo);
	dv_mtext_release(&job.text);
	dv_buf_release(&job.meta);
	dv_buf_release(&job.last);
	dv_buf_release(&job.bytes);
	free(job.held);
	return dv_exit(rc, &err);
}

DV_MAIN("write-manifest", cmd_write_manifest)
