/* SPDX-License-Identifier: MIT */
#include "porcelain/lsrows.h"

#include <stdlib.h>

#include "plumbing/common/command.h"
#include "porcelain/display.h"
#include "porcelain/human.h"
#include "porcelain/jsonout.h"
#include "remote/catalog.h"

#define SUBJECT_MAX 500
#define SECOND_MAX 1000		/* versions of one second that are ordered */

/* A dataset, or a version of one. */
struct row {
	char *ns, *dataset;
	char id[DV_VERSION_ID_MAX];	/* of a dataset: its latest, or "" */
	struct dv_strlist tags;
	bool latest;
	uint64_t versions;
	char *subject;			/* NULL: there is no record */
	char *parent;			/* of a version: the first one, or NULL */
	int64_t time;
	int tz;
	uint64_t files, size;
	struct dv_digest manifest;
};

struct rows {
	struct dv_lslist *out;
	struct dv_conn *c;
	struct row *v;
	size_t n, cap;
};

static int add_row(struct rows *l, const char *ns, const char *dataset,
		   struct row **out, struct dv_err *err)
{
	struct row *r;

	if (l->n == DV_LSROWS_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s' has more than "
				  "%d to list", l->c->name, DV_LSROWS_MAX);
	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	r = &l->v[l->n++];
	memset(r, 0, sizeof(*r));
	r->ns = dv_strdup(ns);
	r->dataset = dv_strdup(dataset);
	*out = r;
	return 0;
}

static void free_row(struct row *r)
{
	free(r->ns);
	free(r->dataset);
	dv_strlist_release(&r->tags);
	free(r->subject);
	free(r->parent);
}

static void free_rows(struct rows *l)
{
	for (size_t i = 0; i < l->n; i++)
		free_row(&l->v[i]);
	free(l->v);
}

/* No more of it than is shown: there may be many. */
static void set_record(struct row *r, const struct dv_record *rec)
{
	const char *message = rec->message ? rec->message : "";
	size_t n = strcspn(message, "\n");

	r->subject = dv_strndup(message, n < SUBJECT_MAX ? n : SUBJECT_MAX);
	r->time = rec->time;
	r->tz = rec->tz;
	r->files = rec->files;
	r->size = rec->size;
	r->manifest = rec->manifest;
}

/* --- a line ----------------------------------------------------------------- */

/* What a line about a dataset and one about a version have in common. */
static void put_record(struct rows *l, const struct row *r)
{
	char date[DV_HUMAN_MAX] = "-";

	if (r->subject)
		dv_human_iso_date(date, r->time, r->tz);
	dv_out("%-10.10s %8" PRIu64, date, r->files);
	dv_lslist_size(l->out, r->size);
}

static void json_record(struct dv_value *map, const struct row *r)
{
	char date[DV_HUMAN_MAX];

	dv_jsonout_list(map, "tags", &r->tags);
	if (!r->subject)
		return;
	dv_human_iso_date(date, r->time, r->tz);
	dv_jsonout_str(map, "date", date);
	dv_jsonout_uint(map, "files", r->files);
	dv_jsonout_uint(map, "size", r->size);
	dv_jsonout_id(map, "manifest", &r->manifest);
	dv_jsonout_str(map, "subject", r->subject);
}

/* --- datasets ---------------------------------------------------------------- */

static int cmp_names(const struct row *r, const char *ns, const char *dataset)
{
	int rc = strcmp(r->ns, ns);

	return rc ? rc : strcmp(r->dataset, dataset);
}

static int cmp_datasets(const void *a, const void *b)
{
	const struct row *y = b;

	return cmp_names(a, y->ns, y->dataset);
}

/* The last row, if it is of this dataset, or a new one. */
static int row_of(struct rows *l, const char *ns, const char *dataset,
		  struct row **out, struct dv_err *err)
{
	struct row *last = l->n ? &l->v[l->n - 1] : NULL;

	if (!last || cmp_names(last, ns, dataset))
		return add_row(l, ns, dataset, out, err);
	*out = last;
	return 0;
}

static int count_version(void *arg, const char *ns, const char *dataset,
			 const char *id, int64_t published,
			 struct dv_err *err)
{
	struct row *r;
	int rc = row_of(arg, ns, dataset, &r, err);

	(void)id, (void)published;
	if (!rc)
		r->versions++;
	return rc;
}

static int note_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *head,
		     struct dv_err *err)
{
	struct row *r;
	int rc;

	if (!*head->version)
		return 0;
	rc = row_of(arg, ns, dataset, &r, err);
	if (!rc && *tag)
		dv_strlist_add(&r->tags, tag);
	else if (!rc)
		memcpy(r->id, head->version, sizeof(r->id));
	return rc;
}

/* Rows of one dataset become one. */
static void merge_rows(struct rows *l)
{
	size_t n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp_datasets);
	for (size_t i = 0; i < l->n; i++) {
		struct row *r = &l->v[i], *to = &l->v[n ? n - 1 : 0];

		if (!n || cmp_datasets(to, r)) {
			l->v[n++] = *r;
			continue;
		}
		to->versions += r->versions;
		if (*r->id)
			memcpy(to->id, r->id, sizeof(to->id));
		for (size_t k = 0; k < r->tags.n; k++)
			dv_strlist_add(&to->tags, r->tags.v[k]);
		free_row(r);
	}
	l->n = n;
}

static void put_dataset(struct rows *l, struct row *r)
{
	struct dv_value *map;
	char *name;

	dv_strlist_sort(&r->tags);
	if (l->out->json) {
		map = dv_lslist_map(l->out);
		dv_jsonout_text(map, "namespace", r->ns, strlen(r->ns));
		dv_jsonout_text(map, "dataset", r->dataset,
				strlen(r->dataset));
		dv_jsonout_uint(map, "versions", r->versions);
		dv_jsonout_str(map, "latest", *r->id ? r->id : NULL);
		json_record(map, r);
		return;
	}
	dv_out("%8" PRIu64 " ", r->versions);
	put_record(l, r);
	name = dv_asprintf("%s/%s", r->ns, r->dataset);
	dv_lslist_name(l->out, name, strlen(name));
	free(name);
}

/* Rows of which the record of latest is to be read. */
struct latest {
	struct rows *l;
	size_t *of;
};

static int note_latest(void *arg, size_t i, const struct dv_record *rec,
		       const void *bytes, size_t n, struct dv_err *err)
{
	struct latest *x = arg;
	struct row *r = &x->l->v[x->of[i]];

	(void)bytes, (void)n;
	if (!rec)
		return dv_err_set(err, DV_E_MISSING, "remote '%s': latest of "
				  "'%s/%s' is at '%s', and there is no such "
				  "version", x->l->c->name, r->ns, r->dataset,
				  r->id);
	set_record(r, rec);
	return 0;
}

static int read_latest(struct rows *l, struct dv_err *err)
{
	struct dv_catalog_name *names = dv_calloc(l->n + 1, sizeof(*names));
	struct latest x = { l, dv_calloc(l->n + 1, sizeof(*x.of)) };
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < l->n; i++) {
		const struct row *r = &l->v[i];

		if (!*r->id)
			continue;
		x.of[n] = i;
		names[n++] = (struct dv_catalog_name){ r->ns, r->dataset,
						       r->id };
	}
	rc = dv_catalog_records_of(l->c, names, n, note_latest, &x, err);
	free(names);
	free(x.of);
	return rc;
}

static int read_datasets(struct rows *l, struct dv_err *err)
{
	int rc;

	rc = dv_catalog_versions(l->c, NULL, NULL, count_version, l, err);
	if (rc >= 0)
		rc = dv_catalog_read_heads(l->c, NULL, NULL, note_head, l,
					   err);
	merge_rows(l);
	return rc < 0 ? rc : read_latest(l, err);
}

/* One that is forgotten meanwhile is named by no head when we look again. */
int dv_lsrows_datasets(struct dv_lslist *out, struct dv_conn *c,
		       struct dv_err *err)
{
	struct rows l = { .out = out, .c = c };
	int rc = read_datasets(&l, err);

	if (rc == -DV_E_MISSING) {
		free_rows(&l);
		l = (struct rows){ .out = out, .c = c };
		err->code = 0;
		rc = read_datasets(&l, err);
	}
	for (size_t i = 0; i < l.n && rc >= 0; i++)
		put_dataset(&l, &l.v[i]);
	free_rows(&l);
	return rc < 0 ? rc : 0;
}

/* --- versions ------------------------------------------------------------------ */

static int note_id(void *arg, const char *ns, const char *dataset,
		   const char *id, int64_t published, struct dv_err *err)
{
	struct row *r;
	int rc = add_row(arg, ns, dataset, &r, err);

	(void)published;
	if (!rc)
		memcpy(r->id, id, strlen(id) + 1);
	return rc;
}

static int note_record(void *arg, size_t i, const struct dv_record *rec,
		       const void *bytes, size_t n, struct dv_err *err)
{
	struct rows *l = arg;

	(void)bytes, (void)n, (void)err;
	if (!rec)
		return 0;
	set_record(&l->v[i], rec);
	if (rec->parents.n)
		l->v[i].parent = dv_strdup(rec->parents.v[0]);
	return 0;
}

static int cmp_id(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->id, ((const struct row *)b)->id);
}

static int newer(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return strcmp(x->id, y->id);
}

/*
 * n versions of one second: a child goes before its parent.  There are no
 * more moves than versions, as records may go round in circles.
 */
static void put_children_first(struct row *v, size_t n)
{
	for (size_t i = 0, moves = 0; i < n; i++) {
		for (size_t k = i + 1; k < n && moves <= n; k++) {
			struct row child = v[k];

			if (!child.parent || strcmp(child.parent, v[i].id))
				continue;
			memmove(&v[i + 1], &v[i], (k - i) * sizeof(*v));
			v[i] = child;
			moves++;
			k = i;
		}
	}
}

static void sort_newest_first(struct rows *l)
{
	size_t end;

	qsort(l->v, l->n, sizeof(*l->v), newer);
	for (size_t i = 0; i < l->n; i = end) {
		end = i + 1;
		while (end < l->n && l->v[end].time == l->v[i].time)
			end++;
		if (end - i <= SECOND_MAX)
			put_children_first(&l->v[i], end - i);
	}
}

static int note_names(void *arg, const char *ns, const char *dataset,
		      const char *tag, const struct dv_catalog_head *head,
		      struct dv_err *err)
{
	struct rows *l = arg;
	struct row key = { .ns = NULL }, *r;

	(void)ns, (void)dataset, (void)err;
	memcpy(key.id, head->version, sizeof(key.id));
	r = l->n ? bsearch(&key, l->v, l->n, sizeof(key), cmp_id) : NULL;
	if (r && *tag)
		dv_strlist_add(&r->tags, tag);
	else if (r)
		r->latest = true;
	return 0;
}

static int read_records(struct rows *l, const char *ns, const char *dataset,
			struct dv_err *err)
{
	struct dv_strlist ids = DV_STRLIST_INIT;
	int rc;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp_id);
	for (size_t i = 0; i < l->n; i++)
		dv_strlist_add(&ids, l->v[i].id);
	rc = dv_catalog_records(l->c, ns, dataset, &ids, note_record, l, err);
	dv_strlist_release(&ids);
	return rc;
}

static void put_names(struct rows *l, const struct row *r)
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

static void put_version(struct rows *l, struct row *r)
{
	struct dv_value *map;

	if (!r->subject)	/* it has gone since it was listed */
		return;
	dv_strlist_sort(&r->tags);
	if (l->out->json) {
		map = dv_lslist_map(l->out);
		dv_jsonout_str(map, "version", r->id);
		dv_jsonout_bool(map, "latest", r->latest);
		json_record(map, r);
		return;
	}
	put_record(l, r);
	dv_out("%s", r->id);
	put_names(l, r);
	dv_out_char(' ');
	dv_display_subject(r->subject);
	dv_out_char(l->out->eol);
}

int dv_lsrows_versions(struct dv_lslist *out, struct dv_conn *c,
		       const char *ns, const char *dataset,
		       struct dv_err *err)
{
	struct rows l = { .out = out, .c = c };
	int rc;

	rc = dv_catalog_versions(c, ns, dataset, note_id, &l, err);
	if (rc >= 0)
		rc = read_records(&l, ns, dataset, err);
	if (rc >= 0)
		rc = dv_catalog_read_heads(c, ns, dataset, note_names, &l,
					   err);
	if (rc >= 0 && l.n)
		sort_newest_first(&l);
	for (size_t i = 0; i < l.n && rc >= 0; i++)
		put_version(&l, &l.v[i]);
	free_rows(&l);
	return rc < 0 ? rc : 0;
}
