/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"

/* A version on the way down to its ancestors. */
struct step {
	char id[DV_VERSION_ID_MAX];
	bool entered;		/* its parents are before it, or done */
};

struct walk {
	struct dv_pub *x;
	struct dv_pub_dataset *d;
	uint32_t dataset;
	struct step *stack;
	size_t n, cap;
	struct dv_idmap entered;
};

void dv_pub_key(struct dv_digest *key, const char *id)
{
	dv_digest_of(key, DV_ALGO_XXH128, id, strlen(id));
}

bool dv_pub_is_published(const struct dv_pub_dataset *d, const char *id)
{
	struct dv_digest key;

	dv_pub_key(&key, id);
	return dv_idmap_get(&d->published, &key, NULL);
}

bool dv_pub_is_out(const struct dv_pub *x, size_t i)
{
	return x->todo[i].left || x->datasets[x->todo[i].dataset].failed;
}

/* To be mended, what is there is published once more. */
static bool is_done(const struct dv_pub *x, const struct dv_pub_dataset *d,
		    const char *id)
{
	return !x->p->repair && dv_pub_is_published(d, id);
}

/* --- what is there --------------------------------------------------------- */

/* Datasets that are looked at together, and their places in x->datasets. */
struct look {
	struct dv_pub *x;
	struct dv_catalog_name *names;
	uint32_t *of;
	size_t n;
};

static void look_begin(struct look *l, struct dv_pub *x)
{
	*l = (struct look){ .x = x };
	l->names = dv_calloc(x->datasets_n + 1, sizeof(*l->names));
	l->of = dv_calloc(x->datasets_n + 1, sizeof(*l->of));
}

static void look_add(struct look *l, uint32_t dataset)
{
	const struct dv_pub_dataset *d = &l->x->datasets[dataset];

	l->of[l->n] = dataset;
	l->names[l->n++] = (struct dv_catalog_name){ d->ns, d->name, NULL };
}

static void look_end(struct look *l)
{
	free(l->names);
	free(l->of);
}

static int keep_published(void *arg, size_t i, const char *id,
			  struct dv_err *err)
{
	struct look *l = arg;
	struct dv_digest key;

	(void)err;
	dv_pub_key(&key, id);
	dv_idmap_add(&l->x->datasets[l->of[i]].published, &key, 0);
	return 0;
}

static bool all_is_latest(const struct dv_pub_dataset *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->want[i].id, d->head.version))
			return false;
	return true;
}

/* Is there more to look at than latest, of that dataset? */
static bool is_asked(const struct dv_pub *x, uint32_t dataset)
{
	return x->p->repair || !all_is_latest(&x->datasets[dataset]);
}

int dv_pub_read_latest(struct dv_pub *x, const bool *of, struct dv_err *err)
{
	struct dv_catalog_head *heads;
	struct look l;
	int rc;

	look_begin(&l, x);
	for (uint32_t i = 0; i < x->datasets_n; i++)
		if (!of || of[i])
			look_add(&l, i);
	heads = dv_calloc(l.n + 1, sizeof(*heads));
	rc = dv_catalog_head_all(x->c, l.names, l.n, heads, err);
	for (size_t k = 0; k < l.n && !rc; k++) {
		struct dv_pub_dataset *d = &x->datasets[l.of[k]];

		d->forgotten |= *d->head.version && !*heads[k].version;
		d->head = heads[k];
	}
	free(heads);
	look_end(&l);
	return rc;
}

/* The versions of those of which not only latest is asked for. */
static int read_versions(struct dv_pub *x, struct dv_err *err)
{
	struct look l;
	int rc;

	look_begin(&l, x);
	for (uint32_t i = 0; i < x->datasets_n; i++)
		if (is_asked(x, i))
			look_add(&l, i);
	rc = l.n ? dv_catalog_versions_of(x->c, l.names, l.n, keep_published,
					  &l, err) : 0;
	look_end(&l);
	return rc;
}

/* --- what may share objects ---------------------------------------------- */

static void look_at(struct dv_pub *x, const struct dv_digest *manifest)
{
	for (size_t i = 0; i < x->look_n; i++)
		if (dv_digest_eq(&x->look[i], manifest))
			return;
	dv_grow(&x->look, &x->look_cap, x->look_n + 1, sizeof(*x->look));
	x->look[x->look_n++] = *manifest;
}

/* A version that is there, and perhaps not recorded here. */
static int look_at_version(struct dv_pub *x, const struct dv_pub_dataset *d,
			   const char *id, struct dv_err *err)
{
	struct dv_version v;
	struct dv_record rec;
	int rc;

	rc = dv_versions_find(x->v, d->name, id, &v, err);
	if (!rc) {
		look_at(x, &v.rec.manifest);
		dv_version_release(&v);
		return 0;
	}
	if (rc != -DV_E_MISSING)
		return rc;
	rc = dv_catalog_record(x->c, d->ns, d->name, id, &rec, err);
	if (!rc) {
		look_at(x, &rec.manifest);
		dv_record_release(&rec);
	}
	/* Knowing less costs bytes at most. */
	if (rc == -DV_E_MISSING) {
		err->code = 0;
		rc = 0;
	}
	return rc;
}

/* --- ancestors ----------------------------------------------------------- */

/* One that waits further down is wanted sooner, and left when that comes. */
static void push(struct walk *w, const char *id)
{
	struct dv_digest key;

	dv_pub_key(&key, id);
	if (dv_idmap_get(&w->entered, &key, NULL))
		return;
	dv_grow(&w->stack, &w->cap, w->n + 1, sizeof(*w->stack));
	snprintf(w->stack[w->n].id, DV_VERSION_ID_MAX, "%s", id);
	w->stack[w->n++].entered = false;
}

/*
 * Published ancestors end the way: so does what was forgotten there.  One
 * of another name space is published under that, if at all.
 */
static int enter_parents(struct walk *w, const struct dv_record *rec,
			 struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < rec->parents.n; i++) {
		const char *id = rec->parents.v[i];

		if (is_done(w->x, w->d, id))
			rc = look_at_version(w->x, w->d, id, err);
		else
			push(w, id);
	}
	return rc;
}

static int enter(struct walk *w, const char *id, struct dv_err *err)
{
	struct dv_version v;
	int rc = dv_versions_find(w->x->v, w->d->name, id, &v, err);

	if (rc == -DV_E_MISSING) {	/* a parent that was never here */
		err->code = 0;
		w->n--;
		return 0;
	}
	if (rc < 0)
		return rc;
	if (w->x->p->repair || strcmp(v.rec.name_space, w->d->ns))
		look_at(w->x, &v.rec.manifest);
	if (strcmp(v.rec.name_space, w->d->ns)) {
		w->n--;
	} else {
		rc = enter_parents(w, &v.rec, err);
	}
	dv_version_release(&v);
	return rc;
}

static void leave(struct walk *w)
{
	struct dv_pub *x = w->x;
	struct dv_pub_item *item;
	struct dv_digest key;

	dv_grow(&x->todo, &x->todo_cap, x->todo_n + 1, sizeof(*x->todo));
	item = &x->todo[x->todo_n++];
	item->dataset = w->dataset;
	item->left = false;
	memcpy(item->id, w->stack[--w->n].id, sizeof(item->id));
	dv_pub_key(&key, item->id);
	if (!dv_pub_is_published(w->d, item->id))
		dv_idmap_add(&w->d->todo, &key, 0);
}

static int walk(struct walk *w, const char *id, struct dv_err *err)
{
	int rc = 0;

	push(w, id);
	while (!rc && w->n) {
		struct step *top = &w->stack[w->n - 1];
		char top_id[DV_VERSION_ID_MAX];
		struct dv_digest key;

		if (top->entered) {
			leave(w);
			continue;
		}
		dv_pub_key(&key, top->id);
		if (!dv_idmap_add(&w->entered, &key, 0)) {
			w->n--;
			continue;
		}
		top->entered = true;
		memcpy(top_id, top->id, sizeof(top_id));
		rc = enter(w, top_id, err);
	}
	return rc;
}

static int plan(struct dv_pub *x, uint32_t dataset, struct dv_err *err)
{
	struct dv_pub_dataset *d = &x->datasets[dataset];
	struct walk w = { .x = x, .d = d, .dataset = dataset };
	size_t before = x->todo_n;
	int rc = 0;

	dv_idmap_init(&w.entered, DV_ALGO_XXH128);
	for (size_t i = 0; rc >= 0 && i < d->n; i++) {
		if (is_done(x, d, d->want[i].id))
			continue;
		rc = walk(&w, d->want[i].id, err);
		if (rc >= 0)
			rc = look_at_version(x, d, d->want[i].id, err);
	}
	if (rc >= 0 && x->todo_n > before && *d->head.version)
		rc = look_at_version(x, d, d->head.version, err);
	dv_idmap_release(&w.entered);
	free(w.stack);
	return rc < 0 ? rc : 0;
}

int dv_pub_plan(struct dv_pub *x, struct dv_err *err)
{
	int rc = dv_pub_read_latest(x, NULL, err);

	if (!rc)
		rc = read_versions(x, err);
	for (uint32_t i = 0; i < x->datasets_n && !rc; i++)
		if (is_asked(x, i))
			rc = plan(x, i, err);
	return rc;
}
