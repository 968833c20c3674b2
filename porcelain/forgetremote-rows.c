/* SPDX-License-Identifier: MIT */
#include "porcelain/forgetremote-parts.h"

#include <stdlib.h>

#include "remote/rmark.h"

/* --- versions ----------------------------------------------------------- */

#define BYTES_MAX (512u << 20)	/* of what is held of them */

/* Those of a dataset come one behind the other. */
static const char *place_of(struct dv_forgetremote_job *job,
			    const struct dv_rmark_version *v)
{
	const struct dv_forgetremote_row *last;

	last = job->n ? &job->rows[job->n - 1] : NULL;
	if (last && last->ns_len == strlen(v->ns) &&
	    !strncmp(last->place, v->ns, last->ns_len) &&
	    !strcmp(last->place + last->ns_len + 1, v->dataset))
		return last->place;
	dv_strlist_take(&job->places, dv_asprintf("%s/%s", v->ns,
						  v->dataset));
	return job->places.v[job->places.n - 1];
}

static void add_texts(struct dv_forgetremote_job *job, struct dv_strlist *to,
		      const struct dv_strlist *from)
{
	for (size_t i = 0; i < from->n; i++) {
		dv_strlist_add(to, from->v[i]);
		job->bytes += strlen(from->v[i]) + sizeof(char *);
	}
}

static int take_version(void *arg, const struct dv_rmark_version *v,
			struct dv_err *err)
{
	struct dv_forgetremote_job *job = arg;
	const char *place = place_of(job, v);
	struct dv_forgetremote_row *r;

	dv_grow(&job->rows, &job->cap, job->n + 1, sizeof(*job->rows));
	r = &job->rows[job->n++];
	*r = (struct dv_forgetremote_row){
		.place = place,
		.name = dv_asprintf("%s@%s", place, v->id),
		.ns_len = strlen(v->ns),
		.time = v->rec->time
	};
	add_texts(job, &r->parents, &v->rec->parents);
	add_texts(job, &r->inputs, &v->rec->inputs);
	job->bytes += sizeof(*r) + strlen(r->name);
	if (job->bytes <= BYTES_MAX)
		return 0;
	return dv_err_set(err, DV_E_LIMIT, "what the versions of remote '%s' "
			  "name is longer than %u MiB", job->cmd->conn->name,
			  BYTES_MAX >> 20);
}

const char *dv_forgetremote_id(const struct dv_forgetremote_row *r)
{
	return r->name + strlen(r->place) + 1;
}

static int cmp_rows(const void *a, const void *b)
{
	const struct dv_forgetremote_row *x = a, *y = b;
	int c = strcmp(x->place, y->place);

	if (c)
		return c;
	return x->time != y->time ? (x->time < y->time ? 1 : -1) :
	       strcmp(x->name, y->name);
}

static bool is_parent(const struct dv_forgetremote_row *r,
		      const struct dv_forgetremote_row *of)
{
	return dv_strlist_has(&of->parents, dv_forgetremote_id(r));
}

/* Of the same second a child comes before its parent. */
static void order_children(struct dv_forgetremote_row *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t moves = 0;	/* the records may go round in circles */

		for (size_t k = i + 1; k < n && v[k].time == v[i].time &&
		     !strcmp(v[k].place, v[i].place); k++)
			if (is_parent(&v[i], &v[k]) && moves++ < n) {
				struct dv_forgetremote_row child = v[k];

				memmove(&v[i + 1], &v[i],
					(k - i) * sizeof(*v));
				v[i] = child;
				k = i;
			}
	}
}

static int cmp_names(const void *a, const void *b)
{
	return strcmp((*(struct dv_forgetremote_row *const *)a)->name,
		      (*(struct dv_forgetremote_row *const *)b)->name);
}

static int cmp_name(const void *name, const void *r)
{
	return strcmp(name, (*(struct dv_forgetremote_row *const *)r)->name);
}

struct dv_forgetremote_row *
dv_forgetremote_find(const struct dv_forgetremote_job *job, const char *name)
{
	struct dv_forgetremote_row **r;

	r = job->n ? bsearch(name, job->names, job->n, sizeof(*job->names),
			     cmp_name) : NULL;
	return r ? *r : NULL;
}

static void sort_rows(struct dv_forgetremote_job *job)
{
	if (!job->n)
		return;
	qsort(job->rows, job->n, sizeof(*job->rows), cmp_rows);
	order_children(job->rows, job->n);
	job->names = dv_reallocarray(NULL, job->n, sizeof(*job->names));
	for (size_t i = 0; i < job->n; i++)
		job->names[i] = &job->rows[i];
	qsort(job->names, job->n, sizeof(*job->names), cmp_names);
}

/* --- heads -------------------------------------------------------------- */

static int take_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *at,
		     struct dv_err *err)
{
	struct dv_forgetremote_job *job = arg;

	(void)err;
	if (!*at->version)
		return 0;
	dv_grow(&job->heads, &job->heads_cap, job->heads_n + 1,
		sizeof(*job->heads));
	job->heads[job->heads_n++] = (struct dv_forgetremote_head){
		.place = dv_asprintf("%s/%s", ns, dataset),
		.ns_len = strlen(ns), .tag = dv_strdup(tag), .at = *at
	};
	return 0;
}

/* By name; latest comes first. */
static int cmp_heads(const void *a, const void *b)
{
	const struct dv_forgetremote_head *x = a, *y = b;
	int c = strcmp(x->place, y->place);

	return c ? c : strcmp(x->tag, y->tag);
}

struct dv_forgetremote_row *
dv_forgetremote_named(const struct dv_forgetremote_job *job,
		      const struct dv_forgetremote_head *h)
{
	char *name = dv_asprintf("%s@%s", h->place, h->at.version);
	struct dv_forgetremote_row *r = dv_forgetremote_find(job, name);

	free(name);
	return r;
}

bool dv_forgetremote_is_whole(const struct dv_forgetremote_job *job,
			      const char *place)
{
	for (size_t i = 0; i < job->whole_n; i++)
		if (!strcmp(job->whole[i].place, place))
			return true;
	return false;
}

bool dv_forgetremote_is_tagged(const struct dv_forgetremote_job *job,
			       const struct dv_forgetremote_row *r)
{
	const char *id = dv_forgetremote_id(r);

	for (size_t i = 0; i < job->heads_n; i++) {
		const struct dv_forgetremote_head *h = &job->heads[i];

		if (*h->tag && !strcmp(h->at.version, id) &&
		    !strcmp(h->place, r->place))
			return true;
	}
	return false;
}

/* --- both --------------------------------------------------------------- */

int dv_forgetremote_read(struct dv_forgetremote_job *job, struct dv_err *err)
{
	struct dv_conn *c = job->cmd->conn;
	int rc;

	rc = dv_rmark_versions(c, take_version, job, &job->cmd->progress,
			       err);
	sort_rows(job);
	if (!rc)
		rc = dv_catalog_read_heads(c, NULL, NULL, take_head, job,
					   err);
	if (job->heads_n)
		qsort(job->heads, job->heads_n, sizeof(*job->heads),
		      cmp_heads);
	return rc;
}

void dv_forgetremote_release(struct dv_forgetremote_job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		free(job->rows[i].name);
		dv_strlist_release(&job->rows[i].parents);
		dv_strlist_release(&job->rows[i].inputs);
	}
	for (size_t i = 0; i < job->heads_n; i++) {
		free(job->heads[i].place);
		free(job->heads[i].tag);
	}
	for (size_t i = 0; i < job->moves_n; i++)
		free((char *)job->moves[i].name.ns);
	dv_strlist_release(&job->places);
	free(job->rows);
	free(job->names);
	free(job->heads);
	free(job->moves);
	free(job->moves_of);
	for (size_t i = 0; i < job->whole_n; i++)
		free(job->whole[i].place);
	free(job->whole);
}
