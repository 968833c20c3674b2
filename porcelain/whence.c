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

#include "porcelain/jsonout.h"
#include "porcelain/whence-parts.h"

static const char *const usage[] = {
	"dv whence [--porcelain] [-z] <file>...",
	"dv whence [--porcelain] [-z] --stdin",
	"dv whence --json (<file>... | --stdin)",
	NULL
};

/* A file that cannot be read is said so; the others get their answer. */
static int whence(void *arg, const char *file, size_t n, struct dv_err *err)
{
	struct dv_whence_query q = { .file = file };
	struct dv_whence *w = arg;
	int rc;

	(void)n;
	rc = dv_whence_ask(w, &q, err);
	if (rc < 0) {
		dv_error("%s", err->msg);
		*err = (struct dv_err)DV_ERR_INIT;
		w->failed = true;
		rc = 0;
	} else {
		rc = dv_whence_answer(w, &q, err);
	}
	w->no |= q.verdict != DV_VERDICT_KNOWN;
	dv_whence_release(&q);
	return rc;
}

static int open_all(struct dv_whence *w, struct dv_err *err)
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
	struct dv_whence w = { .s = DV_SESSION_INIT, .list = dv_value_array() };
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
		rc = dv_reader_each_path(w.eol, whence, &w, &err);
	for (int i = 0; !rc && i < argc; i++)
		rc = whence(&w, argv[i], strlen(argv[i]), &err);
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
