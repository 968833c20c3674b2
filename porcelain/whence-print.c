/* SPDX-License-Identifier: MIT */
#include "porcelain/whence-parts.h"

#include <stdlib.h>

#include "plumbing/common/command.h"
#include "porcelain/jsonout.h"

/* A configuration longer than this is named, not shown. */
#define CONFIG_SHOWN_MAX 400

static const char *verdict_word(enum dv_verdict v)
{
	switch (v) {
	case DV_VERDICT_KNOWN: return "known";
	case DV_VERDICT_LIES: return "lies";
	default: return "unknown";
	}
}

static void put_spec(const struct dv_whence_place *p, char eol)
{
	const char *dataset = p->v.rec.dataset;
	struct dv_buf spec = DV_BUF_INIT;

	dv_buf_printf(&spec, "%s@%s", dataset, p->v.id);
	if (strcmp(p->path, "."))
		dv_buf_printf(&spec, ":%s", p->path);
	dv_out_path(spec.data, spec.len, eol);
	dv_buf_release(&spec);
}

static void put_porcelain(const struct dv_whence *w,
			  const struct dv_whence_query *q)
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

static int put_json(struct dv_whence *w, const struct dv_whence_query *q,
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

static void put_lie(const struct dv_whence_query *q)
{
	const struct dv_label *l = &q->label;

	if (!q->has_label || q->verdict == DV_VERDICT_KNOWN)
		return;
	if (q->verdict == DV_VERDICT_UNKNOWN)
		dv_out("    its name says %s, and no such version of '%s' is "
		       "here\n", l->short_id, l->dataset);
	else if (q->version_known)
		dv_out("    its name lies: %s of '%s' has other content\n",
		       l->short_id, l->dataset);
	else
		dv_out("    its name lies: it says %s, which is not here\n",
		       l->short_id);
}

static int put_config(struct dv_whence *w, const struct dv_record *rec,
		      struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_display_config(&w->display, rec, &text, &why);
	if (!rc && text.len <= CONFIG_SHOWN_MAX)
		dv_display_text("    Config:  ", dv_buf_cstr(&text));
	else if (!rc || rc == -DV_E_MISSING)
		dv_out("    Config:  %s\n", rec->config_hash);
	else
		*err = why;
	dv_buf_release(&text);
	return rc == -DV_E_MISSING ? 0 : rc;
}

static int put_place(struct dv_whence *w, const struct dv_whence_place *p,
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

static int put_text(struct dv_whence *w, const struct dv_whence_query *q,
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

int dv_whence_answer(struct dv_whence *w, const struct dv_whence_query *q,
		     struct dv_err *err)
{
	if (w->json)
		return put_json(w, q, err);
	if (!w->porcelain)
		return put_text(w, q, err);
	put_porcelain(w, q);
	return 0;
}
