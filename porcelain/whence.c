/* SPDX-License-Identifier: MIT */
/*
 * dv whence: tell where files came from, by their content, and whether
 * their names say the same.
 *
 * With --porcelain, one record a version that holds the file, newest
 * first (where the name names one, that one first):
 *	(known | lies) SP <id> SP <dataset>@<version>[:<path>] TAB <file>
 * and where there is none
 *	(unknown | lies) SP <id> SP - TAB <file>
 * Exit status is 1 when any was unknown or its name lied.
 */
#include "plumbing/common/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "porcelain/display.h"
#include "porcelain/jsonout.h"
#include "porcelain/label.h"
#include "porcelain/provenance.h"

static const char *const usage[] = {
	"dv whence [--porcelain] [-z] <file>...",
	"dv whence [--porcelain] [-z] --stdin",
	"dv whence --json (<file>... | --stdin)",
	NULL
};

/* A version that holds the file, and where in it. */
struct place {
	struct dv_version v;
	char *path;
	bool named;		/* the file's name says this version */
};

enum verdict { KNOWN, LIES, UNKNOWN };

/* One file that is asked about. */
struct query {
	const char *file;
	struct dv_digest id;
	struct place *places;
	size_t n, cap;
	bool has_label;			/* its name is an artifact name */
	struct dv_label label;
	bool version_known;		/* and that version is here */
	enum verdict verdict;
};

struct whence {
	struct dv_session s;
	struct dv_display display;
	struct dv_labels *labels;
	struct dv_provenance *provenance;
	bool porcelain, json;
	char eol;
	bool no, failed;
	struct dv_value list;
};

static const char *verdict_word(enum verdict v)
{
	return v == KNOWN ? "known" : v == LIES ? "lies" : "unknown";
}

/* --- asking ---------------------------------------------------------------- */

static int hash_file(struct whence *w, struct query *q, struct dv_err *err)
{
	struct stat st;
	int fd, rc;

	fd = open(q->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = dv_err_sys(err, "cannot read '%s'", q->file);
	} else if (S_ISDIR(st.st_mode)) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s' is a directory; name "
				"files in it", q->file);
	} else if (!S_ISREG(st.st_mode)) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s' is no regular file",
				q->file);
	} else {
		rc = dv_odb_hash_fd(w->s.repo->algo, fd, &q->id, NULL, NULL,
				    err);
		if (rc < 0)
			dv_err_prefix(err, "'%s'", q->file);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Is this the version that the name says? */
static bool label_fits(const struct dv_label *l, const struct dv_version *v)
{
	char hex[2 * DV_DIGEST_MAX + 1];

	return begins(v->rec.code, l->code) && v->rec.dirty == l->dirty &&
	       begins(v->rec.config_hash, l->config) &&
	       begins(dv_digest_hex(hex, &v->rec.manifest), l->manifest);
}

static int add_place(void *arg, const struct dv_version *v, const char *path,
		     size_t n, struct dv_err *err)
{
	struct query *q = arg;
	struct place *p;

	(void)err;
	dv_grow(&q->places, &q->cap, q->n + 1, sizeof(*q->places));
	p = &q->places[q->n++];
	dv_version_copy(&p->v, v);
	p->path = dv_strndup(path, n);
	p->named = q->has_label && label_fits(&q->label, v);
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int see_version(void *arg, const struct dv_version *v,
		       struct dv_err *err)
{
	struct query *q = arg;

	(void)err;
	q->version_known = label_fits(&q->label, v) &&
		!strcmp(base_name(v->rec.dataset), q->label.dataset);
	return q->version_known;
}

/* The named version first, the others as they came. */
static void put_named_first(struct query *q)
{
	struct place p;
	size_t i = 0;

	while (i < q->n && !q->places[i].named)
		i++;
	if (i == q->n)
		return;
	p = q->places[i];
	memmove(q->places + 1, q->places, i * sizeof(p));
	q->places[0] = p;
}

static int ask(struct whence *w, struct query *q, struct dv_err *err)
{
	int rc;

	rc = hash_file(w, q, err);
	if (rc < 0)
		return rc;
	rc = dv_labels_parse(w->labels, q->file, &q->label, err);
	if (rc < 0)
		return rc;
	q->has_label = rc;

	rc = dv_provenance_find(w->provenance, &q->id, add_place, q, err);
	if (rc < 0)
		return rc;
	put_named_first(q);

	if (q->n && (!q->has_label || q->places[0].named)) {
		q->verdict = KNOWN;
		return 0;
	}
	q->verdict = q->n ? LIES : UNKNOWN;
	if (q->has_label)
		rc = dv_versions_each(w->s.versions, NULL, see_version, q,
				      err);
	if (q->version_known)
		q->verdict = LIES;
	return rc < 0 ? rc : 0;
}

/* --- answering --------------------------------------------------------------- */

static void put_spec(const struct place *p, char eol)
{
	const char *dataset = p->v.rec.dataset;
	struct dv_buf spec = DV_BUF_INIT;

	dv_buf_printf(&spec, "%s@%s", dataset, p->v.id);
	if (strcmp(p->path, "."))
		dv_buf_printf(&spec, ":%s", p->path);
	dv_out_path(spec.data, spec.len, eol);
	dv_buf_release(&spec);
}

static void put_porcelain(const struct whence *w, const struct query *q)
{
	char id[DV_DIGEST_TEXT];

	for (size_t i = 0; i < q->n || !i; i++) {
		dv_out("%s %s ", verdict_word(q->verdict),
		       dv_digest_format(id, &q->id));
		if (q->n)
			put_spec(&q->places[i], w->eol);
		else
			dv_out_char('-');
		dv_out_char('\t');
		dv_out_path(q->file, strlen(q->file), w->eol);
		dv_out_char(w->eol);
	}
}

static int put_json(struct whence *w, const struct query *q,
		    struct dv_err *err)
{
	struct dv_value *map = dv_value_push(&w->list), *versions, *v;
	int rc = 0;

	*map = dv_value_map();
	dv_jsonout_str(map, "file", q->file);
	dv_jsonout_id(map, "id", &q->id);
	dv_jsonout_str(map, "verdict", verdict_word(q->verdict));
	dv_jsonout_str(map, "named", q->has_label ? q->label.short_id : NULL);
	versions = dv_jsonout_array(map, "versions");
	for (size_t i = 0; !rc && i < q->n; i++) {
		v = dv_value_push(versions);
		*v = dv_value_map();
		rc = dv_display_json(&w->display, &q->places[i].v, v, err);
		dv_jsonout_str(v, "path", q->places[i].path);
	}
	return rc;
}

static void put_lie(const struct query *q)
{
	const struct dv_label *l = &q->label;

	if (!q->has_label)
		return;
	if (q->verdict == LIES && q->version_known)
		dv_out("    its name lies: %s of '%s' has other content\n",
		       l->short_id, l->dataset);
	else if (q->verdict == LIES)
		dv_out("    its name lies: it says %s, which is not here\n",
		       l->short_id);
	else if (q->verdict == UNKNOWN)
		dv_out("    its name says %s, and no such version is here\n",
		       l->short_id);
}

static int put_config(struct whence *w, const struct dv_record *rec,
		      struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_display_config(&w->display, rec, &text, &why);
	if (!rc && text.len <= 400)
		dv_display_text("    Config:  ", dv_buf_cstr(&text));
	else if (!rc || rc == -DV_E_MISSING)
		dv_out("    Config:  %s\n", rec->config_hash);
	else
		*err = why;
	dv_buf_release(&text);
	return rc == -DV_E_MISSING ? 0 : rc;
}

static int put_place(struct whence *w, const struct place *p,
		     struct dv_err *err)
{
	const struct dv_record *rec = &p->v.rec;
	char *subject = NULL;
	int rc;

	dv_out("    Version: ");
	rc = dv_display_title(&w->display, &p->v, err);
	dv_out_char('\n');
	if (!rc)
		rc = dv_display_code(&w->display, rec, &subject, err);
	if (rc < 0)
		return rc;
	if (strcmp(p->path, "."))
		dv_display_text("    Path:    ", p->path);
	dv_out("    Code:    %s%s\n", rec->code,
	       rec->dirty ? " with uncommitted changes" : "");
	dv_display_text("             ",
			subject ? subject : "not in this repository");
	free(subject);
	rc = put_config(w, rec, err);
	dv_out("    Made by: %s (%s)\n", rec->made_by, dv_display_trust(rec));
	dv_display_text("    Message: ", rec->message ? rec->message : "");
	return rc;
}

static int put_text(struct whence *w, const struct query *q,
		    struct dv_err *err)
{
	int rc = 0;

	dv_out_path(q->file, strlen(q->file), '\n');
	dv_out("%s\n", q->n ? "" : ": no version here holds this content");
	put_lie(q);
	if (q->n)
		rc = put_place(w, &q->places[0], err);
	for (size_t i = 1; i < q->n; i++) {
		dv_out("    %s ", i == 1 ? "Also in:" : "        ");
		put_spec(&q->places[i], '\n');
		dv_out_char('\n');
	}
	return rc;
}

static void release_query(struct query *q)
{
	for (size_t i = 0; i < q->n; i++) {
		dv_version_release(&q->places[i].v);
		free(q->places[i].path);
	}
	free(q->places);
	dv_label_release(&q->label);
}

/* A file that cannot be read is said so; the others get their answer. */
static int whence(struct whence *w, const char *file, struct dv_err *err)
{
	struct query q = { .file = file };
	int rc;

	rc = ask(w, &q, err);
	if (rc < 0) {
		dv_error("%s", err->msg);
		*err = (struct dv_err)DV_ERR_INIT;
		w->failed = true;
		rc = 0;
	} else if (w->json) {
		rc = put_json(w, &q, err);
	} else if (w->porcelain) {
		put_porcelain(w, &q);
	} else {
		rc = put_text(w, &q, err);
	}
	w->no |= q.verdict != KNOWN;
	release_query(&q);
	return rc;
}

static int whence_stdin(struct whence *w, struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	struct dv_buf path = DV_BUF_INIT;
	size_t used;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, w->eol, err)) > 0) {
		dv_buf_reset(&path);
		if (w->eol)
			rc = dv_path_unquote(&path, in.line, in.len, &used,
					     err);
		else
			dv_buf_add(&path, in.line, in.len);
		if (rc >= 0)
			rc = whence(w, dv_buf_cstr(&path), err);
		if (rc >= 0)
			rc = dv_out_flush(err);
		if (rc < 0)
			break;
	}
	dv_buf_release(&path);
	dv_reader_release(&in);
	return rc;
}

static int open_all(struct whence *w, struct dv_err *err)
{
	int rc;

	rc = dv_session_open(&w->s, 0, err);
	if (!rc)
		rc = dv_display_open(&w->display, &w->s, err);
	if (!rc)
		rc = dv_labels_open(&w->labels, &w->s, err);
	if (!rc)
		rc = dv_provenance_open(&w->provenance, &w->s, err);
	return rc;
}

static int cmd_whence(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct whence w = { .s = DV_SESSION_INIT, .list = dv_value_array() };
	bool nul = false, from_stdin = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "porcelain", &w.porcelain,
			    "one line a version, for scripts"),
		DV_OPT_BOOL('z', NULL, &nul,
			    "the same, records end in NUL both ways"),
		DV_OPT_BOOL(0, "json", &w.json, "one JSON array"),
		DV_OPT_BOOL(0, "stdin", &from_stdin, "read files from stdin"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (from_stdin == (argc > 0))
		dv_usage(usage, spec, "give files or --stdin, not both");
	if (w.json && w.porcelain)
		dv_usage(usage, spec, "--json and --porcelain exclude each "
				      "other");
	w.porcelain |= nul && !w.json;
	w.eol = nul ? '\0' : '\n';

	rc = open_all(&w, &err);
	if (!rc && from_stdin)
		rc = whence_stdin(&w, &err);
	for (int i = 0; !rc && i < argc; i++)
		rc = whence(&w, argv[i], &err);
	if (!rc && w.json)
		dv_jsonout_print(&w.list);

	dv_provenance_close(w.provenance);
	dv_labels_close(w.labels);
	dv_display_close(&w.display);
	dv_session_close(&w.s);
	dv_value_release(&w.list);
	if (!rc && w.failed)
		rc = 128;
	return rc ? dv_exit(rc, &err) : w.no;
}

DV_MAIN("whence", cmd_whence)
