/* SPDX-License-Identifier: MIT */
#include "porcelain/display.h"

#include <stdlib.h>
#include <string.h>

#include "base/control.h"
#include "plumbing/common/command.h"
#include "porcelain/human.h"

/* A configuration longer than this is named, not shown; in a log. */
#define CONFIG_SHOWN_MAX 400
#define CONFIG_LINE_MAX 100

int dv_display_open(struct dv_display *d, struct dv_session *s,
		    struct dv_err *err)
{
	d->s = s;
	return dv_decor_open(&d->decor, s, err);
}

void dv_display_close(struct dv_display *d)
{
	dv_labels_close(d->labels);
	dv_decor_close(d->decor);
	*d = (struct dv_display)DV_DISPLAY_INIT;
}

int dv_display_artifact(struct dv_display *d, const struct dv_record *rec,
			char **out, struct dv_err *err)
{
	int rc = 0;

	if (!d->labels)
		rc = dv_labels_open(&d->labels, d->s, err);
	return rc < 0 ? rc : dv_labels_name(d->labels, rec, out, err);
}

static void put_clean(const char *text, size_t n)
{
	int skip;

	for (size_t i = 0; i < n; i += (size_t)skip) {
		skip = text[i] == '\t' ? 0 : dv_control(text + i);
		dv_out_char(skip ? '?' : text[i]);
		skip += !skip;
	}
}

void dv_display_text(const char *prefix, const char *text)
{
	size_t n;

	while (*text) {
		n = strcspn(text, "\n");
		if (n)
			dv_out("%s", prefix);
		put_clean(text, n);
		dv_out_char('\n');
		text += n + (text[n] == '\n');
	}
}

void dv_display_subject(const char *message)
{
	if (message)
		put_clean(message, strcspn(message, "\n"));
}

const char *dv_display_trust(const struct dv_record *rec)
{
	return rec->made_by && !strcmp(rec->made_by, "run") ? "observed"
							    : "claimed";
}

int dv_display_code(struct dv_display *d, const struct dv_record *rec,
		    char **subject, struct dv_err *err)
{
	char *author = NULL;
	int64_t when;
	int rc;

	*subject = NULL;
	rc = dv_git_has_commit(d->s->repo->git, rec->code, err);
	if (rc > 0)
		rc = dv_git_commit_info(d->s->repo->git, rec->code, &author,
					&when, subject, err);
	free(author);
	return rc < 0 ? rc : 0;
}

int dv_display_config(struct dv_display *d, const struct dv_record *rec,
		      struct dv_buf *out, struct dv_err *err)
{
	return dv_odb_read(d->s->odb, &rec->config, out, DV_DISPLAY_CONFIG_MAX,
			   err);
}

int dv_display_title(struct dv_display *d, const struct dv_version *v,
		     struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	const char *dataset = v->rec.dataset;
	char *id;
	int rc;

	rc = dv_decor_list(d->decor, dataset, v->id, &names, err);
	if (rc < 0)
		goto out;

	id = dv_versions_show_id(d->s->versions, dataset, v->id);
	dv_out_path(dataset, strlen(dataset), '\n');
	dv_out("@%s", id);
	free(id);
	for (size_t i = 0; i < names.n; i++)
		dv_out("%s%s", i ? ", " : " (", names.v[i]);
	if (names.n)
		dv_out_char(')');
out:
	dv_strlist_release(&names);
	return rc;
}

int dv_display_oneline(struct dv_display *d, const struct dv_version *v,
		       struct dv_err *err)
{
	int rc;

	rc = dv_display_title(d, v, err);
	if (rc < 0)
		return rc;
	dv_out_char(' ');
	dv_display_subject(v->rec.message);
	return 0;
}

static int put_code(struct dv_display *d, const struct dv_record *rec,
		    struct dv_err *err)
{
	char *subject = NULL;
	int rc;

	rc = dv_display_code(d, rec, &subject, err);
	if (rc < 0)
		return rc;
	dv_out("Code:     %s%s%s\n", rec->code,
	       rec->dirty ? " with uncommitted changes" : "",
	       rec->snapshot ? " (snapshot)" : "");
	dv_display_text("          ",
			subject ? subject : "not in this repository");
	free(subject);
	return 0;
}

static void put_person(const struct dv_record *rec)
{
	char date[DV_HUMAN_MAX];

	dv_display_text("Author:   ", rec->tagger);
	dv_out("Date:     %s\n", dv_human_date(date, rec->time, rec->tz));
}

static void put_totals(const struct dv_record *rec)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	dv_out("Data:     %s, %s\n",
	       dv_human_count(count, rec->files, "file", "files"),
	       dv_human_size(size, rec->size));
}

static void put_message(const struct dv_record *rec)
{
	dv_out_char('\n');
	dv_display_text("    ", rec->message ? rec->message : "");
}

/*
 * One line: what tells the versions of a sweep apart.  None where there is
 * no configuration; one that is not here any more is no reason to fail.
 */
static int put_config_line(struct dv_display *d, const struct dv_record *rec,
			   struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err why = DV_ERR_INIT;
	int rc;

	rc = dv_display_config(d, rec, &text, &why);
	if (rc == -DV_E_MISSING)
		dv_out("Config:   %.8s, not in this store\n",
		       rec->config_hash);
	else if (rc < 0)
		*err = why;
	else if (text.len > CONFIG_LINE_MAX)
		dv_out("Config:   %.8s, %zu bytes\n", rec->config_hash,
		       text.len);
	else if (strcmp(dv_buf_cstr(&text), "{}"))
		dv_display_text("Config:   ", dv_buf_cstr(&text));
	dv_buf_release(&text);
	return rc == -DV_E_MISSING ? 0 : rc;
}

int dv_display_entry(struct dv_display *d, const struct dv_version *v,
		     struct dv_err *err)
{
	int rc;

	dv_out("version ");
	rc = dv_display_title(d, v, err);
	dv_out_char('\n');
	if (!rc)
		rc = put_code(d, &v->rec, err);
	if (!rc)
		rc = put_config_line(d, &v->rec, err);
	if (rc < 0)
		return rc;
	put_person(&v->rec);
	put_totals(&v->rec);
	put_message(&v->rec);
	return 0;
}

static void put_list(const char *what, const struct dv_strlist *list)
{
	for (size_t i = 0; i < list->n; i++)
		dv_display_text(what, list->v[i]);
}

/* A configuration that is not here any more is no reason to fail. */
static int put_config(struct dv_display *d, const struct dv_record *rec,
		      struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err why = DV_ERR_INIT;
	char id[DV_DIGEST_TEXT];
	int rc;

	dv_out("Config:   %s %s\n", rec->config_hash,
	       dv_digest_format(id, &rec->config));
	rc = dv_display_config(d, rec, &text, &why);
	if (rc == -DV_E_MISSING)
		dv_out("          not in this store\n");
	else if (rc < 0)
		*err = why;
	else if (text.len <= CONFIG_SHOWN_MAX)
		dv_display_text("          ", dv_buf_cstr(&text));
	else
		dv_out("          %zu bytes; dv show --config prints it\n",
		       text.len);
	dv_buf_release(&text);
	return rc == -DV_E_MISSING ? 0 : rc;
}

int dv_display_record(struct dv_display *d, const struct dv_version *v,
		      struct dv_err *err)
{
	const struct dv_record *rec = &v->rec;
	char id[DV_DIGEST_TEXT];
	char *artifact = NULL;
	int rc;

	dv_out("version ");
	rc = dv_display_title(d, v, err);
	dv_out_char('\n');
	if (!rc)
		rc = dv_display_artifact(d, rec, &artifact, err);
	if (rc < 0)
		return rc;
	dv_out("Version:  %s\n", v->id);
	dv_display_text("Artifact: ", artifact);
	dv_display_text("From:     ", rec->name_space);
	free(artifact);

	rc = put_code(d, rec, err);
	if (!rc)
		rc = put_config(d, rec, err);
	if (rc < 0)
		return rc;
	put_person(rec);
	dv_out("Made by:  %s (%s)\n", rec->made_by, dv_display_trust(rec));
	if (rec->command)
		dv_display_text("Command:  ", rec->command);
	put_list("Input:    ", &rec->inputs);
	put_list("Parent:   ", &rec->parents);
	dv_out("Manifest: %s\n", dv_digest_format(id, &rec->manifest));
	put_totals(rec);
	put_list("", &rec->extra);
	put_message(rec);
	return 0;
}
