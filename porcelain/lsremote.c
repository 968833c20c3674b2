/* SPDX-License-Identifier: MIT */
#include "porcelain/lsremote.h"

#include <stdlib.h>

#include "porcelain/display.h"
#include "porcelain/human.h"
#include "porcelain/jsonout.h"
#include "porcelain/remotepart.h"
#include "remote/catalog.h"
#include "remote/rmanifest.h"

/* A dataset, or a version of one. */
struct row {
	char *ns, *dataset;
	char id[DV_VERSION_ID_MAX];	/* of a dataset: its latest */
	struct dv_strlist tags;
	bool latest;
	uint64_t versions;
	bool has_record;
	struct dv_record record;
};

struct lister {
	struct dv_lslist *out;
	struct dv_conn *conn;
	struct row *v;
	size_t n, cap;
};

static struct row *add_row(struct lister *l, const char *ns,
			   const char *dataset)
{
	struct row *r;

	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	r = &l->v[l->n++];
	memset(r, 0, sizeof(*r));
	r->ns = dv_strdup(ns);
	r->dataset = dv_strdup(dataset);
	return r;
}

static void drop_rows(struct lister *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].ns);
		free(l->v[i].dataset);
		dv_strlist_release(&l->v[i].tags);
		if (l->v[i].has_record)
			dv_record_release(&l->v[i].record);
	}
	free(l->v);
	l->v = NULL;
	l->n = l->cap = 0;
}

/* --- a line ----------------------------------------------------------------- */

/* What a line about a dataset and one about a version begin with. */
static void put_record(struct lister *l, const struct row *r)
{
	char date[DV_HUMAN_MAX] = "-";

	if (r->has_record)
		dv_human_iso_date(date, r->record.time, r->record.tz);
	dv_out("%-10.10s %8" PRIu64, date, r->has_record ? r->record.files : 0);
	dv_lslist_size(l->out, r->has_record ? r->record.size : 0);
}

static void json_record(struct dv_value *map, const struct row *r)
{
	char date[DV_HUMAN_MAX];

	if (!r->has_record)
		return;
	dv_human_iso_date(date, r->record.time, r->record.tz);
	dv_jsonout_str(map, "date", date);
	dv_jsonout_uint(map, "files", r->record.files);
	dv_jsonout_uint(map, "size", r->record.size);
	dv_jsonout_id(map, "manifest", &r->record.manifest);
}

/* Whoever knows what there is can look into it all the same. */
static int cannot_list(int rc, const char *dataset, struct dv_err *err)
{
	if (rc == -DV_E_UNSUPPORTED)
		dv_err_hint(err, "dv ls -r %s@latest: lists the files of one "
			    "that is known", dataset);
	return rc;
}

/* --- datasets ---------------------------------------------------------------- */

static struct row *find_row(struct lister *l, const char *ns,
			    const char *dataset)
{
	/* keys come sorted: it is the last one, or a new one */
	for (size_t i = l->n; i-- > 0; )
		if (!strcmp(l->v[i].dataset, dataset) &&
		    !strcmp(l->v[i].ns, ns))
			return &l->v[i];
	return add_row(l, ns, dataset);
}

static int count_version(void *arg, const char *ns, const char *dataset,
			 const char *id, int64_t published,
			 struct dv_err *err)
{
	struct lister *l = arg;
	struct row *r = l->n ? &l->v[l->n - 1] : NULL;

	(void)id, (void)published, (void)err;
	if (!r || strcmp(r->dataset, dataset) || strcmp(r->ns, ns))
		r = find_row(l, ns, dataset);
	r->versions++;
	return 0;
}

static int note_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *head,
		     struct dv_err *err)
{
	struct row *r;

	(void)err;
	if (!*head->version)
		return 0;
	r = find_row(arg, ns, dataset);
	if (*tag)
		dv_strlist_add(&r->tags, tag);
	else
		memcpy(r->id, head->version, sizeof(r->id));
	return 0;
}

static int cmp_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int rc = strcmp(x->ns, y->ns);

	return rc ? rc : strcmp(x->dataset, y->dataset);
}

static void put_dataset(struct lister *l, struct row *r)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_value *map;

	dv_strlist_sort(&r->tags);
	if (l->out->json) {
		map = dv_lslist_map(l->out);
		dv_jsonout_text(map, "namespace", r->ns, strlen(r->ns));
		dv_jsonout_text(map, "dataset", r->dataset,
				strlen(r->dataset));
		dv_jsonout_uint(map, "versions", r->versions);
		dv_jsonout_str(map, "latest", *r->id ? r->id : NULL);
		json_record(map, r);
		dv_jsonout_list(map, "tags", &r->tags);
		return;
	}
	dv_out("%8" PRIu64 " ", r->versions);
	put_record(l, r);
	dv_buf_printf(&text, "%s/%s", r->ns, r->dataset);
	dv_lslist_name(l->out, text.data, text.len);
	dv_buf_release(&text);
}

static int list_datasets(struct lister *l, struct dv_err *err)
{
	int rc;

	rc = dv_catalog_versions(l->conn, NULL, NULL, count_version, l, err);
	if (rc >= 0)
		rc = dv_catalog_read_heads(l->conn, NULL, NULL, note_head, l,
					   err);
	if (rc < 0)
		return cannot_list(rc, "<namespace>/<dataset>", err);
	qsort(l->v, l->n, sizeof(*l->v), cmp_rows);
	for (size_t i = 0; i < l->n && rc >= 0; i++) {
		struct row *r = &l->v[i];

		if (*r->id)
			rc = dv_catalog_record(l->conn, r->ns, r->dataset,
					       r->id, &r->record, err);
		r->has_record = *r->id && rc >= 0;
		if (rc >= 0)
			put_dataset(l, r);
	}
	return rc;
}

/* --- versions ------------------------------------------------------------------ */

struct versions {
	struct lister *l;
	struct dv_strlist ids;
};

static int note_id(void *arg, const char *ns, const char *dataset,
		   const char *id, int64_t published, struct dv_err *err)
{
	struct versions *v = arg;
	struct row *r = add_row(v->l, ns, dataset);

	(void)published, (void)err;
	memcpy(r->id, id, strlen(id) + 1);
	dv_strlist_add(&v->ids, id);
	return 0;
}

static int note_record(void *arg, size_t i, const struct dv_record *rec,
		       const void *bytes, size_t n, struct dv_err *err)
{
	struct versions *v = arg;
	struct row *r = &v->l->v[i];

	(void)bytes, (void)n, (void)err;
	if (!rec)
		return 0;
	dv_record_copy(&r->record, rec);
	r->has_record = true;
	return 0;
}

static int note_names(void *arg, const char *ns, const char *dataset,
		      const char *tag, const struct dv_catalog_head *head,
		      struct dv_err *err)
{
	struct lister *l = arg;

	(void)ns, (void)dataset, (void)err;
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].id, head->version))
			continue;
		if (*tag)
			dv_strlist_add(&l->v[i].tags, tag);
		else
			l->v[i].latest = true;
	}
	return 0;
}

static int newer(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->record.time != y->record.time)
		return x->record.time < y->record.time ? 1 : -1;
	return strcmp(x->id, y->id);
}

static void put_names(struct lister *l, const struct row *r)
{
	const char *sep = " (";

	if (r->latest) {
		dv_out("%slatest", sep);
		sep = ", ";
	}
	for (size_t i = 0; i < r->tags.n; i++) {
		const char *tag = r->tags.v[i];

		dv_out("%stag: ", sep);
		dv_out_path(tag, strlen(tag), l->out->eol);
		sep = ", ";
	}
	if (*sep == ',')
		dv_out_char(')');
}

static void put_version(struct lister *l, struct row *r)
{
	struct dv_value *map;

	dv_strlist_sort(&r->tags);
	if (l->out->json) {
		map = dv_lslist_map(l->out);
		dv_jsonout_str(map, "version", r->id);
		dv_jsonout_bool(map, "latest", r->latest);
		json_record(map, r);
		dv_jsonout_str(map, "message", r->record.message);
		dv_jsonout_list(map, "tags", &r->tags);
		return;
	}
	put_record(l, r);
	dv_out("%s", r->id);
	put_names(l, r);
	dv_out_char(' ');
	dv_display_subject(r->record.message);
	dv_out_char(l->out->eol);
}

static int list_versions(struct lister *l, const char *own_ns,
			 const char *text, struct dv_err *err)
{
	struct versions v = { .l = l };
	struct dv_rspec spec = { .ns = NULL };
	int rc;

	rc = dv_rspec_dataset(&spec, l->conn, own_ns, text, err);
	if (rc >= 0)
		rc = dv_catalog_versions(l->conn, spec.ns, spec.dataset,
					 note_id, &v, err);
	if (rc >= 0)
		rc = dv_catalog_records(l->conn, spec.ns, spec.dataset, &v.ids,
					note_record, &v, err);
	if (rc >= 0)
		rc = dv_catalog_read_heads(l->conn, spec.ns, spec.dataset,
					   note_names, l, err);
	rc = cannot_list(rc, text, err);
	if (rc >= 0 && l->n)
		qsort(l->v, l->n, sizeof(*l->v), newer);
	for (size_t i = 0; i < l->n && rc >= 0; i++)
		if (l->v[i].has_record)
			put_version(l, &l->v[i]);
	dv_strlist_release(&v.ids);
	dv_rspec_release(&spec);
	return rc;
}

/* --- inside one ------------------------------------------------------------------ */

static int list_files(struct lister *l, const char *own_ns, const char *text,
		      struct dv_odb *odb, struct dv_err *err)
{
	struct dv_rspec spec = { .ns = NULL };
	struct dv_rmanifest m = { .m = NULL };
	char *name = NULL;
	int rc;

	rc = dv_rspec_resolve(&spec, l->conn, own_ns, text, err);
	if (rc >= 0)
		rc = dv_rmanifest_open(&m, l->conn, odb,
				       &spec.record.manifest, err);
	if (rc >= 0) {
		name = dv_asprintf("%s/%s", spec.ns, spec.dataset);
		rc = dv_lslist_manifest(l->out, m.m, name, spec.path, err);
	}
	dv_rmanifest_close(&m);
	dv_rspec_release(&spec);
	free(name);
	return rc;
}

int dv_lsremote(struct dv_lslist *out, struct dv_remotecmd *remote,
		const char *where, int argc, const char **argv,
		struct dv_err *err)
{
	struct lister l = { .out = out };
	struct dv_repo *repo = NULL;
	struct dv_odb *odb = NULL;
	int rc;

	rc = dv_remotepart_open_any(remote, &repo, where, err);
	if (rc >= 0 && repo)
		rc = dv_repo_odb(repo, &odb, err);
	l.conn = remote->conn;
	if (rc >= 0 && !argc)
		rc = list_datasets(&l, err);
	for (int i = 0; rc >= 0 && i < argc; i++) {
		const char *own_ns = repo ? repo->name_space : NULL;

		if (strpbrk(argv[i], "@:"))
			rc = list_files(&l, own_ns, argv[i], odb, err);
		else
			rc = list_versions(&l, own_ns, argv[i], err);
		drop_rows(&l);
	}
	drop_rows(&l);
	dv_remotecmd_close(remote);
	dv_repo_close(repo);
	return rc;
}
