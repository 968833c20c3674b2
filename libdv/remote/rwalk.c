/* SPDX-License-Identifier: MIT */
#include "remote/rwalk.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "format/pack.h"
#include "format/recipe.h"
#include "remote/rblocks.h"

/* A recipe whose items are to be looked for. */
struct recipe {
	struct dv_rplace at;
	struct dv_digest id;
	uint64_t size;
};

/* The manifest that is walked now. */
struct walk {
	struct dv_rwalk *w;
	const struct dv_rwalk_set *set;
	const struct dv_rlocation *where;
	uint32_t number;		/* its place and 1 */
	uint32_t covered;		/* number of one known to need no pack
					   that this one does not name */
	uint32_t not_covered;		/* and of one that does */
	struct recipe *recipes;
	size_t recipes_n, recipes_cap;
};

void dv_rwalk_init(struct dv_rwalk *w)
{
	w->n = dv_rpacks_count(w->packs);
	w->seen = dv_calloc((size_t)w->n + 1, sizeof(*w->seen));
	w->holds = dv_calloc((size_t)w->n + 1, sizeof(*w->holds));
}

void dv_rwalk_release(struct dv_rwalk *w)
{
	for (uint32_t i = 0; w->seen && i < w->n; i++)
		free(w->seen[i]);
	free(w->seen);
	free(w->holds);
	w->seen = NULL;
	w->holds = NULL;
}

/* --- looking up ---------------------------------------------------------- */

/* In one of the packs that this manifest's location record names. */
static bool find(struct walk *x, const struct dv_digest *id,
		 struct dv_rplace *out)
{
	struct dv_rwalk *w = x->w;

	if (!dv_rpacks_find(w->packs, id, false, out))
		return false;
	if (w->holds[out->pack] == x->number)
		return true;
	for (uint32_t k = 0; k < x->set->n; k++) {
		const struct dv_rpack *p;

		p = dv_rpacks_get(w->packs, x->set->v[k]);
		if (p->loaded && dv_packidx_find(&p->idx, id, &out->i)) {
			out->pack = x->set->v[k];
			return true;
		}
	}
	return false;
}

/* Does this manifest name every pack that the one of that number does? */
static bool covers(struct walk *x, uint32_t number)
{
	const struct dv_rwalk_set *b = &x->w->sets[number - 1];
	bool all = true;

	if (number == x->number || number == x->covered)
		return true;
	if (number == x->not_covered)
		return false;
	for (uint32_t k = 0; all && k < b->n; k++)
		all = x->w->holds[b->v[k]] == x->number;
	if (all)
		x->covered = number;
	else
		x->not_covered = number;
	return all;
}

/* Was all below the object at p found, in packs that are named here? */
static bool is_done(struct walk *x, const struct dv_rplace *p)
{
	uint32_t **seen = &x->w->seen[p->pack];

	if (!*seen)
		*seen = dv_calloc((size_t)dv_rpacks_get(x->w->packs,
							p->pack)->idx.n + 1,
				  sizeof(**seen));
	if ((*seen)[p->i] && covers(x, (*seen)[p->i]))
		return true;
	(*seen)[p->i] = x->number;
	return false;
}

/* --- objects ------------------------------------------------------------- */

static int object_at(struct walk *x, const struct dv_rplace *p,
		     struct dv_pack_object *o, struct dv_err *err)
{
	return dv_packidx_object(&dv_rpacks_get(x->w->packs, p->pack)->idx,
				 p->i, o, err);
}

static void add_recipe(struct recipe **v, size_t *n, size_t *cap,
		       const struct dv_rplace *at, const struct dv_digest *id,
		       uint64_t size)
{
	dv_grow(v, cap, *n + 1, sizeof(**v));
	(*v)[(*n)++] = (struct recipe){ *at, *id, size };
}

static int take_data(struct walk *x, const struct dv_digest *id,
		     const struct dv_entry *e, struct dv_err *err)
{
	struct dv_pack_object o;
	struct dv_rplace p;
	int rc;

	if (!find(x, id, &p)) {
		x->w->missing(x->w->arg, id, e);
		return 0;
	}
	rc = object_at(x, &p, &o, err);
	if (rc < 0)
		return rc;
	if (o.size != e->size && e->mode != DV_MODE_VALUE) {
		x->w->missing(x->w->arg, id, e);
		return 0;
	}
	if (o.type == DV_PACK_RECIPE) {
		if (is_done(x, &p))
			return 0;
		add_recipe(&x->recipes, &x->recipes_n, &x->recipes_cap, &p,
			   id, o.size);
	}
	x->w->found(x->w->arg, id, &p, &o, e);
	return 0;
}

static int take_object(void *arg, const struct dv_digest *id, bool meta,
		       const struct dv_entry *e, struct dv_err *err)
{
	struct walk *x = arg;
	struct dv_location_object there;
	struct dv_pack_object o;
	struct dv_rplace p;
	int rc;

	if (!meta)
		return take_data(x, id, e, err);
	/* The location record has the root itself. */
	if (dv_digest_eq(id, &x->where->l.manifest))
		return 0;
	if (!dv_location_find(&x->where->l, id, &there) || !find(x, id, &p)) {
		x->w->missing(x->w->arg, id, NULL);
		return 1;
	}
	if (is_done(x, &p))
		return 1;
	rc = object_at(x, &p, &o, err);
	if (!rc)
		x->w->found(x->w->arg, id, &p, &o, NULL);
	return rc;
}

/* --- recipes ------------------------------------------------------------- */

/* The recipes that lie in one pack, by place. */
struct recipes {
	struct walk *x;
	const struct dv_packidx *idx;
	const struct recipe *v;
	size_t n;
	struct recipe *more;		/* parts that are to be read */
	size_t more_n, more_cap;
};

static int cmp_recipes(const void *a, const void *b)
{
	const struct recipe *x = a, *y = b;

	if (x->at.pack != y->at.pack)
		return x->at.pack < y->at.pack ? -1 : 1;
	return (x->at.i > y->at.i) - (x->at.i < y->at.i);
}

static int take_item(struct recipes *r, const struct dv_recipe *list,
		     uint32_t k, struct dv_err *err)
{
	struct dv_rwalk *w = r->x->w;
	struct dv_recipe_item item;
	struct dv_pack_object o;
	struct dv_rplace p;
	int rc;

	dv_recipe_get(list, k, &item);
	if (!find(r->x, &item.id, &p)) {
		w->missing(w->arg, &item.id, NULL);
		return 0;
	}
	if (list->depth) {
		if (is_done(r->x, &p))
			return 0;
		add_recipe(&r->more, &r->more_n, &r->more_cap, &p, &item.id,
			   item.size);
	}
	rc = object_at(r->x, &p, &o, err);
	if (!rc)
		w->found(w->arg, &item.id, &p, &o, NULL);
	return rc;
}

static int take_recipe(struct recipes *r, const struct recipe *v,
		       const struct dv_pack_object *o, const char *plain,
		       struct dv_err *err)
{
	struct dv_rwalk *w = r->x->w;
	struct dv_err why = DV_ERR_INIT;
	struct dv_recipe list;
	int rc = 0;

	if (dv_recipe_decode(&list, plain + o->offset, o->length, &why) < 0)
		w->broken(w->arg, &v->id, why.msg);
	else if (list.size != v->size)
		w->broken(w->arg, &v->id, "it is of another size");
	else
		for (uint32_t k = 0; !rc && k < list.n; k++)
			rc = take_item(r, &list, k, err);
	return rc;
}

static int take_block(void *arg, uint32_t b, const struct dv_pack_block *k,
		      const void *stored, const char *why, struct dv_err *err)
{
	struct recipes *r = arg;
	struct dv_err bad = DV_ERR_INIT;
	struct dv_buf plain = DV_BUF_INIT;
	struct dv_pack_object o;
	int rc = 0;

	if (!why && dv_pack_unblock(&plain, k, stored, &bad) < 0)
		why = bad.msg;
	for (size_t i = 0; !rc && i < r->n; i++) {
		rc = dv_packidx_object(r->idx, r->v[i].at.i, &o, err);
		if (rc < 0 || o.block != b)
			continue;
		if (why)
			r->x->w->broken(r->x->w->arg, &r->v[i].id, why);
		else
			rc = take_recipe(r, &r->v[i], &o, plain.data, err);
	}
	dv_buf_release(&plain);
	return rc;
}

/* All of them, which are in one pack. */
static int read_pack(struct recipes *r, struct dv_err *err)
{
	const struct dv_rpack *p = dv_rpacks_get(r->x->w->packs,
						 r->v->at.pack);
	uint8_t *want = dv_calloc((size_t)p->idx.m + 1, 1);
	struct dv_pack_object o;
	int rc = 0;

	r->idx = &p->idx;
	for (size_t i = 0; !rc && i < r->n; i++) {
		rc = dv_packidx_object(r->idx, r->v[i].at.i, &o, err);
		if (!rc)
			want[o.block] = 1;
	}
	if (!rc)
		rc = dv_rblocks_read(r->x->w->c, &p->info.id, r->idx, want,
				     take_block, r, err);
	free(want);
	return rc;
}

/* Parts of recipes are recipes again, of one depth less. */
static int follow(struct walk *x, struct dv_err *err)
{
	int rc = 0;

	for (int depth = 0; !rc && x->recipes_n &&
	     depth <= DV_RECIPE_DEPTH_MAX; depth++) {
		struct recipes r = { .x = x };

		qsort(x->recipes, x->recipes_n, sizeof(*x->recipes),
		      cmp_recipes);
		for (size_t i = 0; !rc && i < x->recipes_n; i += r.n) {
			r.v = &x->recipes[i];
			for (r.n = 1; i + r.n < x->recipes_n &&
			     r.v[r.n].at.pack == r.v->at.pack; r.n++)
				;
			rc = read_pack(&r, err);
		}
		free(x->recipes);
		x->recipes = r.more;
		x->recipes_n = r.more_n;
		x->recipes_cap = r.more_cap;
	}
	return rc;
}

int dv_rwalk_manifest(struct dv_rwalk *w, uint32_t k,
		      const struct dv_rlocation *where,
		      struct dv_rget_reader *reader, struct dv_err *err)
{
	struct walk x = { .w = w, .set = &w->sets[k], .where = where,
			  .number = k + 1 };
	int rc;

	for (uint32_t i = 0; i < x.set->n; i++)
		w->holds[x.set->v[i]] = x.number;
	rc = dv_manifest_each_object(&where->l.manifest, dv_rget_read, reader,
				     take_object, &x, err);
	if (!rc)
		rc = follow(&x, err);
	free(x.recipes);
	return rc;
}
