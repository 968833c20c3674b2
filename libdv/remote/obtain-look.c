/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/obtain-parts.h"
#include "remote/rkey.h"

/* Names that are in memory. */
#define LISTED_MAX 1000000
#define DATASETS_MAX 1000000
#define TAGS_MAX 1000000

/* --- what is known ------------------------------------------------------- */

static void make_key(struct dv_digest *key, const char *dataset,
		     const char *id)
{
	char *text = dv_asprintf("%s@%s", dataset, id);

	dv_digest_of(key, DV_ALGO_XXH128, text, strlen(text));
	free(text);
}

/* A record that is here and not known to be there is read again. */
static int on_row(void *arg, const struct dv_version_row *row,
		  struct dv_err *err)
{
	struct dv_obtain_look *l = arg;
	struct dv_digest key;

	(void)err;
	if (!dv_rcache_published_has(l->c->cache, &row->manifest))
		return 0;
	make_key(&key, row->dataset, row->id);
	dv_idmap_add(&l->known, &key, 0);
	return 0;
}

static int list_known(struct dv_obtain_look *l, struct dv_err *err)
{
	const struct dv_strlist *of = &l->m->datasets;
	int rc = 0;

	if (l->m->whole)
		return dv_versions_each_row(l->versions, NULL, on_row, l, err);
	for (size_t i = 0; i < of->n && rc >= 0; i++)
		rc = dv_versions_each_row(l->versions, of->v[i], on_row, l,
					  err);
	return rc;
}

/* --- names ---------------------------------------------------------------- */

/*
 * Keys of versions, of tags and of location records are listed side by
 * side; which datasets there are is known when all have come.
 */
struct row {
	const char *dataset;	/* one of names */
	char *what;		/* version id, or tag */
	uint64_t n;
};

struct rows {
	struct row *v;
	size_t n, cap;
};

struct lister {
	struct dv_obtain_look *l;
	struct dv_strlist prefixes;
	size_t manifests;	/* place of their first prefix */
	struct dv_strlist names;
	struct rows versions, tags;
	struct dv_strlist heads;	/* datasets that have one */
	struct dv_buf ns, name, tag;
};

/* Those of one dataset come one behind the other. */
static const char *name_of(struct lister *x)
{
	struct dv_strlist *s = &x->names;

	if (!s->n || strcmp(s->v[s->n - 1], x->name.data))
		dv_strlist_add(s, x->name.data);
	return s->v[s->n - 1];
}

static struct row *add_row(struct rows *r, const char *dataset,
			   const char *what, uint64_t n)
{
	dv_grow(&r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n] = (struct row){ dataset, dv_strdup(what), n };
	return &r->v[r->n++];
}

static int too_many(const struct dv_obtain_look *l, int max, const char *what,
		    struct dv_err *err)
{
	return dv_err_set(err, DV_E_LIMIT, "remote '%s': there are more than "
			  "%d %s", l->c->name, max, what);
}

static int on_version(struct lister *x, const char *id, struct dv_err *err)
{
	struct dv_digest key;

	make_key(&key, x->name.data, id);
	if (dv_idmap_get(&x->l->known, &key, NULL))
		return 0;
	if (x->versions.n == LISTED_MAX)
		return too_many(x->l, LISTED_MAX, "new versions", err);
	add_row(&x->versions, name_of(x), id, 0);
	return 0;
}

/* Numbers of one head ascend; between pages of them others may come. */
static int on_head(struct lister *x, uint64_t n, struct dv_err *err)
{
	const char *dataset = name_of(x), *tag = dv_buf_cstr(&x->tag);
	struct row *last = x->tags.n ? &x->tags.v[x->tags.n - 1] : NULL;

	if (!x->heads.n || strcmp(x->heads.v[x->heads.n - 1], dataset))
		dv_strlist_add(&x->heads, dataset);
	if (x->heads.n > DATASETS_MAX)
		return too_many(x->l, DATASETS_MAX, "datasets", err);
	if (!*tag)
		return 0;
	if (!last || strcmp(last->dataset, dataset) || strcmp(last->what, tag))
		last = add_row(&x->tags, dataset, tag, 0);
	if (n > last->n)
		last->n = n;
	return x->tags.n > TAGS_MAX ? too_many(x->l, TAGS_MAX, "tags", err) :
				      0;
}

static int on_key(void *arg, size_t i, const char *key, int64_t size,
		  int64_t modified, struct dv_err *err)
{
	struct lister *x = arg;
	const char *prefix = x->prefixes.v[i];
	char id[DV_VERSION_ID_MAX];
	uint64_t n, *newest;

	(void)size, (void)modified;
	x->l->m->seen = true;
	if (i >= x->manifests) {
		newest = &x->l->newest[i - x->manifests];
		if (dv_rkey_parse_number(key, prefix, &n) && n > *newest)
			*newest = n;
		return 0;
	}
	if (strncmp(key, prefix, strlen(prefix)))
		return 0;
	if (dv_rkey_parse_version(key, &x->ns, &x->name, id))
		return on_version(x, id, err);
	if (dv_rkey_parse_head(key, &x->ns, &x->name, &x->tag, &n))
		return on_head(x, n, err);
	return 0;
}

static int add_prefixes(struct lister *x, const char *dataset,
			struct dv_err *err)
{
	const char *ns = x->l->repo->name_space;
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = dv_rkey_below(&prefix, DV_RKEY_HEADS, ns, dataset, err);

	if (!rc) {
		dv_strlist_add(&x->prefixes, prefix.data);
		rc = dv_rkey_below(&prefix, DV_RKEY_VERSIONS, ns, dataset,
				   err);
	}
	if (!rc)
		dv_strlist_add(&x->prefixes, prefix.data);
	dv_buf_release(&prefix);
	return rc;
}

static int make_prefixes(struct lister *x, struct dv_err *err)
{
	struct dv_obtain_many *m = x->l->m;
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = 0;

	if (m->whole)
		rc = add_prefixes(x, NULL, err);
	for (size_t i = 0; i < m->datasets.n && !m->whole && !rc; i++)
		rc = add_prefixes(x, m->datasets.v[i], err);
	x->manifests = x->prefixes.n;
	for (size_t i = 0; i < m->n; i++)
		dv_strlist_add(&x->prefixes,
			       dv_rkey_manifest(&prefix, &m->manifests[i]));
	dv_buf_release(&prefix);
	return rc;
}

/* --- what was found -------------------------------------------------------- */

static int cmp_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The place of a dataset that is asked for. */
static bool find(const struct dv_strlist *datasets, const char *name,
		 size_t *of)
{
	char **at = NULL;

	if (datasets->n)
		at = bsearch(&name, datasets->v, datasets->n,
			     sizeof(*datasets->v), cmp_text);
	if (at)
		*of = (size_t)(at - datasets->v);
	return at != NULL;
}

int dv_obtain_look_ask(struct dv_obtain_look *l, size_t of, const char *id,
		       struct dv_err *err)
{
	struct dv_digest key;

	make_key(&key, l->m->datasets.v[of], id);
	if (!dv_idmap_add(&l->known, &key, 0))
		return 0;
	if (l->asks_n == LISTED_MAX)
		return too_many(l, LISTED_MAX, "new versions", err);
	dv_grow(&l->asks, &l->asks_cap, l->asks_n + 1, sizeof(*l->asks));
	l->asks[l->asks_n++] = (struct dv_obtain_ask){ of, dv_strdup(id) };
	return 0;
}

static int cmp_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int cmp = strcmp(x->dataset, y->dataset);

	if (!cmp)
		cmp = strcmp(x->what, y->what);
	return cmp ? cmp : (x->n > y->n) - (x->n < y->n);
}

static bool is_same_tag(const struct row *x, const struct row *y)
{
	return !strcmp(x->dataset, y->dataset) && !strcmp(x->what, y->what);
}

static void add_tag(struct dv_obtain_look *l, size_t of, const struct row *row)
{
	dv_grow(&l->tags, &l->tags_cap, l->tags_n + 1, sizeof(*l->tags));
	l->tags[l->tags_n++] = (struct dv_obtain_tag){
		.of = of, .tag = dv_strdup(row->what), .n = row->n
	};
}

/* The newest number of each counts. */
static void take_tags(struct dv_obtain_look *l, struct rows *r)
{
	size_t of;

	if (r->n)
		qsort(r->v, r->n, sizeof(*r->v), cmp_rows);
	for (size_t i = 0; i < r->n; i++) {
		if (i + 1 < r->n && is_same_tag(&r->v[i], &r->v[i + 1]))
			continue;
		if (find(&l->m->datasets, r->v[i].dataset, &of))
			add_tag(l, of, &r->v[i]);
	}
}

static int take_rows(struct lister *x, struct dv_err *err)
{
	struct dv_obtain_look *l = x->l;
	struct dv_strlist *datasets = &l->m->datasets;
	size_t of;
	int rc = 0;

	if (l->m->whole)
		for (size_t i = 0; i < x->heads.n; i++)
			dv_strlist_add(datasets, x->heads.v[i]);
	dv_strlist_uniq(datasets);
	for (size_t i = 0; i < x->versions.n && !rc; i++)
		if (find(datasets, x->versions.v[i].dataset, &of))
			rc = dv_obtain_look_ask(l, of, x->versions.v[i].what,
						err);
	take_tags(l, &x->tags);
	return rc;
}

static void release_rows(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].what);
	free(r->v);
}

static int list(struct dv_obtain_look *l, struct dv_err *err)
{
	struct lister x = { .l = l };
	int rc = make_prefixes(&x, err);

	if (!rc)
		rc = dv_conn_each_key_below(l->c, &x.prefixes,
					    DV_CATALOG_KEYS_MAX, on_key, &x,
					    err);
	if (!rc)
		rc = take_rows(&x, err);
	release_rows(&x.versions);
	release_rows(&x.tags);
	dv_strlist_release(&x.prefixes);
	dv_strlist_release(&x.names);
	dv_strlist_release(&x.heads);
	dv_buf_release(&x.ns);
	dv_buf_release(&x.name);
	dv_buf_release(&x.tag);
	return rc;
}

int dv_obtain_look(struct dv_obtain_look *l, struct dv_err *err)
{
	int rc;

	l->newest = dv_calloc(l->m->n + 1, sizeof(*l->newest));
	dv_idmap_init(&l->known, DV_ALGO_XXH128);
	dv_strlist_uniq(&l->m->datasets);
	rc = list_known(l, err);
	if (rc >= 0 && dv_transport_caps(l->c->t)->list)
		rc = list(l, err);
	/* We were refused: what has no list is found by its number. */
	if (rc < 0 && l->m->datasets.n &&
	    !dv_transport_caps(l->c->t)->list) {
		err->code = 0;
		rc = 0;
	}
	return rc < 0 ? rc : 0;
}

void dv_obtain_look_release(struct dv_obtain_look *l)
{
	for (size_t i = 0; i < l->asks_n; i++)
		free(l->asks[i].id);
	for (size_t i = 0; i < l->tags_n; i++)
		free(l->tags[i].tag);
	free(l->asks);
	free(l->tags);
	free(l->newest);
	dv_idmap_release(&l->known);
}
