/* SPDX-License-Identifier: MIT */
/*
 * dv cat: the bytes of files of a dataset, one after the other, on stdout.
 *
 * Small ones are checked before the first byte is written, the chunks of
 * large ones each before it is.  Of a link its target is printed, of a
 * literal value its JSON and a newline.
 */
#include "plumbing/common/command.h"

#include <unistd.h>

#include "porcelain/entrytext.h"
#include "porcelain/session.h"
#include "store/resolve.h"

static const char *const usage[] = {
	"dv cat <spec>...",
	NULL
};

static int put_object(struct dv_session *s, const struct dv_digest *id,
		      uint64_t size, struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	int rc;

	if (size >= DV_ODB_LARGE) {
		rc = dv_out_flush(err);
		if (rc < 0)
			return rc;
		return dv_odb_copy(s->odb, id, STDOUT_FILENO, NULL, err);
	}
	rc = dv_odb_read(s->odb, id, &bytes, DV_ODB_LARGE, err);
	if (!rc)
		dv_out_bytes(bytes.data, bytes.len);
	dv_buf_release(&bytes);
	return rc;
}

static int put_value(struct dv_session *s, const struct dv_entry *e,
		     struct dv_err *err)
{
	struct dv_buf hold = DV_BUF_INIT, text = DV_BUF_INIT;
	const uint8_t *p = e->value;
	size_t n = e->value_len;
	int rc = 0;

	if (!n) {
		rc = dv_odb_read(s->odb, &e->id, &hold, SIZE_MAX, err);
		p = (const uint8_t *)hold.data;
		n = hold.len;
	}
	if (!rc)
		rc = dv_entrytext_json(&text, p, n, err);
	if (!rc)
		dv_out("%s\n", text.data);
	dv_buf_release(&text);
	dv_buf_release(&hold);
	return rc;
}

static int put_entry(struct dv_session *s, const struct dv_spec *spec,
		     const struct dv_entry *e, struct dv_err *err)
{
	int rc;

	switch (e->mode) {
	case DV_MODE_VALUE:
		return put_value(s, e, err);
	case DV_MODE_REF:
		return dv_err_set(err, DV_E_UNSUPPORTED, "'%s:%s' is a "
				  "reference; its bytes are elsewhere, at "
				  "the URL that dv show prints",
				  spec->dataset, spec->path);
	case DV_MODE_DIR:
		rc = dv_err_set(err, DV_E_INVALID, "'%s:%s' is an empty "
				"directory, not a file", spec->dataset,
				spec->path);
		return rc;
	default:
		return put_object(s, &e->id, e->size, err);
	}
}

/* Is there anything below path, then it is a directory. */
static int not_a_file(struct dv_manifest *m, const struct dv_spec *spec,
		      struct dv_err *err)
{
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	int rc;

	rc = dv_manifest_iter_open(&it, m, spec->path, err);
	if (rc < 0)
		return rc;
	rc = dv_manifest_iter_next(it, &e, err);
	dv_manifest_iter_close(it);
	if (rc < 0)
		return rc;

	if (rc && !*spec->path)
		dv_err_set(err, DV_E_INVALID, "'%s' is a directory; say which "
			   "file of it", spec->dataset);
	else if (rc)
		dv_err_set(err, DV_E_INVALID, "'%s:%s' is a directory",
			   spec->dataset, spec->path);
	else
		dv_err_set(err, DV_E_MISSING, "'%s' has no file '%s'",
			   spec->dataset, spec->path);
	return dv_err_hint(err, "dv ls %s lists what there is",
			   spec->dataset);
}

static int cat(struct dv_session *s, const char *arg, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_manifest *m = NULL;
	struct dv_entry e;
	const char *path;
	int rc;

	rc = dv_spec_resolve(&spec, s->repo, s->versions, arg, err);
	if (rc < 0)
		return rc;
	path = *spec.path ? spec.path : ".";

	rc = dv_session_held(s, spec.dataset, &spec.manifest, err);
	if (!rc)
		rc = dv_manifest_open(&m, &spec.manifest, dv_odb_read, s->odb,
				      err);
	if (!rc)
		rc = dv_manifest_find(m, path, strlen(path), &e, &hold, err);
	if (rc > 0)
		rc = put_entry(s, &spec, &e, err);
	else if (!rc)
		rc = not_a_file(m, &spec, err);

	dv_buf_release(&hold);
	dv_manifest_close(m);
	dv_spec_release(&spec);
	return rc;
}

static int cmd_cat(int argc, const char **argv, const struct dv_ctx *ctx)
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_session s = DV_SESSION_INIT;
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "say which file");

	rc = dv_session_open(&s, 0, &err);
	for (int i = 0; !rc && i < argc; i++)
		rc = cat(&s, argv[i], &err);
	dv_session_close(&s);
	return dv_exit(rc, &err);
}

DV_MAIN("cat", cmd_cat)
