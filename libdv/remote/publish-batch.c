/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"
#include "remote/rkey.h"

#define TRIES 100		/* others write locations meanwhile */

/* --- where manifests lie ---------------------------------------------------- */

/* A manifest of the batch, and the configurations it was recorded with. */
struct place {
	struct dv_digest manifest;
	struct dv_digest *configs;
	size_t n, cap;
};

struct places {
	struct dv_pub *x;
	struct dv_idmap by_manifest;
	struct place *v;
	size_t n, cap;
	size_t *todo, todo_n, next;	/* of this round */
	size_t *lost, lost_n;		/* others were there before us */
	uint64_t below;			/* numbers to fill of the last one */
	struct dv_buf key, bytes;
};

#define FILLING SIZE_MAX		/* of an object: it is such a number */
#define FILL_MAX 1000			/* more is a lie */

static struct place *place_of(struct places *p,
			      const struct dv_digest *manifest)
{
	uint64_t i;

	if (dv_idmap_get(&p->by_manifest, manifest, &i))
		return &p->v[i];
	dv_idmap_add(&p->by_manifest, manifest, p->n);
	dv_grow(&p->v, &p->cap, p->n + 1, sizeof(*p->v));
	p->v[p->n] = (struct place){ .manifest = *manifest };
	return &p->v[p->n++];
}

static void add_config(struct place *p, const struct dv_digest *config)
{
	if (!dv_digest_isset(config))
		return;
	for (size_t i = 0; i < p->n; i++)
		if (dv_digest_eq(&p->configs[i], config))
			return;
	dv_grow(&p->configs, &p->cap, p->n + 1, sizeof(*p->configs));
	p->configs[p->n++] = *config;
}

static int add_places(struct places *p, size_t first, size_t end,
		      struct dv_err *err)
{
	for (size_t i = first; i < end; i++) {
		struct dv_version v;
		int rc;

		if (dv_pub_is_out(p->x, i))
			continue;
		rc = dv_pub_version(p->x, i, &v, err);
		if (rc < 0)
			return rc;
		add_config(place_of(p, &v.rec.manifest), &v.rec.config);
		dv_version_release(&v);
	}
	return 0;
}

/* Behind what is there, and what a gc may delete that has gone already. */
static uint64_t next_number(const struct places *p, const struct place *at,
			    const struct dv_pub_known *theirs)
{
	uint64_t n = dv_rpacks_doomed_number(p->x->packs, &at->manifest);

	return theirs && theirs->location.n > n ? theirs->location.n + 1 :
	       n + 1;
}

/*
 * Who cannot list counts from 1.  Where a gc deletes that once more, one
 * that comes later fills it.
 */
static int fill_below(struct places *p, struct dv_conn_object *o)
{
	const struct place *at = &p->v[p->todo[p->next - 1]];

	dv_rkey_manifest(&p->key, &at->manifest);
	dv_rkey_add_number(&p->key, p->below--);
	*o = (struct dv_conn_object){ FILLING, p->key.data, p->bytes.data,
				      p->bytes.len };
	return 1;
}

/* The next whose location is not there yet. */
static int next_place(void *arg, struct dv_conn_object *o, struct dv_err *err)
{
	struct places *p = arg;
	const struct dv_pub_known *theirs;
	int rc = 0;

	if (p->below)
		return fill_below(p, o);

	while (!rc && p->next < p->todo_n) {
		const struct place *at = &p->v[p->todo[p->next]];
		uint64_t n;

		theirs = dv_pub_known_find(p->x, &at->manifest);
		rc = dv_pub_where_record(p->x->where, &at->manifest,
					 at->configs, at->n, theirs,
					 &p->bytes, err);
		dv_rkey_manifest(&p->key, &at->manifest);
		n = next_number(p, at, theirs);
		dv_rkey_add_number(&p->key, n);
		o->i = p->todo[p->next++];
		p->below = rc > 0 && !theirs && n < FILL_MAX ? n - 1 : 0;
	}
	o->key = p->key.data;
	o->data = p->bytes.data;
	o->n = p->bytes.len;
	return rc;
}

static int place_created(void *arg, size_t i, bool ours, const void *theirs,
			 size_t n, struct dv_err *err)
{
	struct places *p = arg;

	(void)theirs, (void)n, (void)err;
	if (!ours && i != FILLING)
		p->lost[p->lost_n++] = i;
	return 0;
}

/* What the others wrote; then it is our turn again. */
static int read_lost(struct places *p, struct dv_err *err)
{
	struct dv_digest *ids = dv_calloc(p->lost_n, sizeof(*ids));
	int rc;

	for (size_t k = 0; k < p->lost_n; k++)
		ids[k] = p->v[p->lost[k]].manifest;
	rc = dv_pub_known_read(p->x, ids, p->lost_n, err);
	memcpy(p->todo, p->lost, p->lost_n * sizeof(*p->todo));
	p->todo_n = p->lost_n;
	free(ids);
	return rc;
}

static int write_places(struct places *p, struct dv_err *err)
{
	p->todo = dv_calloc(p->n + 1, sizeof(*p->todo));
	p->lost = dv_calloc(p->n + 1, sizeof(*p->lost));
	for (p->todo_n = 0; p->todo_n < p->n; p->todo_n++)
		p->todo[p->todo_n] = p->todo_n;
	for (int i = 0; i < TRIES; i++) {
		int rc;

		p->next = p->lost_n = 0;
		p->below = 0;
		rc = dv_conn_create_all(p->x->c, next_place, place_created, p,
					0, err);
		if (!rc && p->lost_n)
			rc = read_lost(p, err);
		if (rc < 0 || !p->lost_n)
			return rc;
	}
	return dv_err_set(err, DV_E_CONFLICT, "others write where the "
			  "manifest lies all the time; try again later");
}

static int locate(struct dv_pub *x, size_t first, size_t end,
		  struct dv_err *err)
{
	struct places p = { .x = x };
	int rc;

	dv_idmap_init(&p.by_manifest, dv_odb_algo(x->odb));
	rc = add_places(&p, first, end, err);
	if (!rc)
		rc = write_places(&p, err);
	for (size_t i = 0; i < p.n; i++)
		free(p.v[i].configs);
	free(p.v);
	free(p.todo);
	free(p.lost);
	dv_idmap_release(&p.by_manifest);
	dv_buf_release(&p.key);
	dv_buf_release(&p.bytes);
	return rc;
}

/* --- records ------------------------------------------------------------------ */

#define NONE SIZE_MAX

/* A version waits until its parents that are in the batch are there. */
struct waiting {
	size_t parents;			/* that are not there yet */
	size_t children;		/* first of edges, or NONE */
	size_t ready;			/* who comes behind in the queue */
};

struct edge {
	size_t child, next;
};

struct records {
	struct dv_pub *x;
	size_t first, n;
	struct dv_idmap *by_id;		/* of each dataset */
	struct waiting *v;
	struct edge *edges;
	size_t edges_n, edges_cap;
	size_t head, tail;		/* those that are ready */
};

static void make_ready(struct records *r, size_t k)
{
	r->v[k].ready = NONE;
	if (r->head == NONE)
		r->head = k;
	else
		r->v[r->tail].ready = k;
	r->tail = k;
}

/* What comes of a parent is behind it in todo. */
static void add_edges(struct records *r, size_t k, struct dv_idmap *by_id,
		      const struct dv_strlist *parents)
{
	for (size_t i = 0; i < parents->n; i++) {
		struct dv_digest key;
		uint64_t of;

		dv_pub_key(&key, parents->v[i]);
		if (!dv_idmap_get(by_id, &key, &of))
			continue;
		dv_grow(&r->edges, &r->edges_cap, r->edges_n + 1,
			sizeof(*r->edges));
		r->edges[r->edges_n] = (struct edge){ k, r->v[of].children };
		r->v[of].children = r->edges_n++;
		r->v[k].parents++;
	}
}

static int add_record(struct records *r, size_t k, struct dv_err *err)
{
	struct dv_pub_item *item = &r->x->todo[r->first + k];
	struct dv_idmap *by_id = &r->by_id[item->dataset];
	struct dv_digest key;
	struct dv_version v;
	int rc;

	r->v[k].children = NONE;
	if (dv_pub_is_out(r->x, r->first + k) ||
	    dv_pub_is_published(&r->x->datasets[item->dataset], item->id))
		return 0;
	rc = dv_pub_version(r->x, r->first + k, &v, err);
	if (rc < 0)
		return rc;
	add_edges(r, k, by_id, &v.rec.parents);
	dv_version_release(&v);
	dv_pub_key(&key, item->id);
	dv_idmap_add(by_id, &key, k);
	if (!r->v[k].parents)
		make_ready(r, k);
	return 0;
}

static int next_record(void *arg, struct dv_record *rec, size_t *i,
		       struct dv_err *err)
{
	struct records *r = arg;
	struct dv_version v;
	int rc;

	if (r->head == NONE)
		return 0;
	*i = r->head;
	rc = dv_pub_version(r->x, r->first + *i, &v, err);
	if (rc < 0)
		return rc;
	r->head = r->v[*i].ready;
	dv_record_copy(rec, &v.rec);
	dv_version_release(&v);
	return 1;
}

static int record_published(void *arg, size_t i, bool ours,
			    struct dv_err *err)
{
	struct records *r = arg;
	const struct dv_pub_item *item = &r->x->todo[r->first + i];

	(void)err;
	if (ours) {
		dv_strlist_take(&r->x->p->published, dv_asprintf(
			"%s@%s", r->x->datasets[item->dataset].name,
			item->id));
		r->x->p->versions++;
	}
	for (size_t e = r->v[i].children; e != NONE; e = r->edges[e].next)
		if (!--r->v[r->edges[e].child].parents)
			make_ready(r, r->edges[e].child);
	return 0;
}

static int publish(struct dv_pub *x, size_t first, size_t end,
		   struct dv_err *err)
{
	struct records r = { .x = x, .first = first, .n = end - first,
			     .head = NONE };
	int rc = 0;

	r.v = dv_calloc(r.n + 1, sizeof(*r.v));
	r.by_id = dv_calloc(x->datasets_n, sizeof(*r.by_id));
	for (size_t i = 0; i < x->datasets_n; i++)
		dv_idmap_init(&r.by_id[i], DV_ALGO_XXH128);
	for (size_t k = 0; k < r.n && !rc; k++)
		rc = add_record(&r, k, err);
	if (!rc)
		rc = dv_catalog_publish_all(x->c, next_record,
					    record_published, &r, err);
	for (size_t i = 0; i < x->datasets_n; i++)
		dv_idmap_release(&r.by_id[i]);
	free(r.by_id);
	free(r.v);
	free(r.edges);
	return rc;
}

int dv_pub_batch(struct dv_pub *x, size_t first, size_t end,
		 struct dv_err *err)
{
	int rc = locate(x, first, end, err);

	return rc < 0 ? rc : publish(x, first, end, err);
}
