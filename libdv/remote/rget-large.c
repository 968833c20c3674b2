/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "format/recipe.h"
#include "remote/rget-parts.h"

/*
 * Large objects are brought some at a time: their recipes are in memory,
 * and what they make up is better hashed while the kernel still has it.
 */
#define RECIPES_BYTES (8u << 20)
#define CONTENT_BYTES (UINT64_C(1) << 30)
/* Chunks asked for in one run. */
#define WANTED 65536

struct wanted {
	struct dv_rget_item *v;
	size_t n, cap;
};

static int run(struct dv_rget *g, struct wanted *w, struct dv_err *err)
{
	int rc = w->n ? dv_rget_run(g, w->v, w->n, err) : 0;

	w->n = 0;
	return rc;
}

/*
 * What is nowhere, or a large object itself, is told when the object
 * cannot be put together.
 */
static int want(struct dv_rget *g, struct wanted *w,
		const struct dv_recipe_item *item, bool chunk,
		struct dv_err *err)
{
	const struct dv_digest *id = &item->id;
	struct dv_err why = DV_ERR_INIT;
	struct dv_rget_object x;
	struct dv_rget_item it;
	int rc = 0;

	if (dv_odb_txn_has(g->txn, id)) {
		g->stats->here += chunk ? item->size : 0;
		return 0;
	}
	if (dv_rget_find(&g->source, id, &it, &why) <= 0 ||
	    dv_rget_describe(&g->source, &it, &x, &why) < 0 ||
	    x.o.type != DV_PACK_PLAIN)
		return 0;
	dv_grow(&w->v, &w->cap, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = it;
	if (w->n == WANTED)
		rc = run(g, w, err);
	return rc;
}

static int want_items(struct dv_rget *g, struct wanted *w,
		      const struct dv_recipe *r, struct dv_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && i < r->n; i++) {
		struct dv_recipe_item item;

		dv_recipe_get(r, i, &item);
		rc = want(g, w, &item, !r->depth, err);
	}
	return rc;
}

static int want_chunks(struct dv_rget *g, struct wanted *w,
		       const struct dv_buf *bytes, struct dv_idmap *seen,
		       struct dv_err *err);

/* Parts of a long recipe: first all of them, then what each of them lists. */
static int want_parts(struct dv_rget *g, struct wanted *w,
		      const struct dv_recipe *r, struct dv_idmap *seen,
		      struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	int rc = want_items(g, w, r, err);

	if (!rc)
		rc = run(g, w, err);
	if (!rc)
		rc = dv_rget_publish(g, err);
	for (uint32_t i = 0; !rc && i < r->n; i++) {
		struct dv_err why = DV_ERR_INIT;
		struct dv_recipe_item item;

		dv_recipe_get(r, i, &item);
		if (!dv_idmap_add(seen, &item.id, 0))
			continue;
		dv_buf_reset(&bytes);
		if (!dv_odb_read(g->odb, &item.id, &bytes,
				 DV_RECIPE_BYTES_MAX, &why))
			rc = want_chunks(g, w, &bytes, seen, err);
	}
	dv_buf_release(&bytes);
	return rc;
}

/* Each is one level nearer to the chunks, or it leads nowhere. */
static int want_chunks(struct dv_rget *g, struct wanted *w,
		       const struct dv_buf *bytes, struct dv_idmap *seen,
		       struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_recipe r;

	if (dv_recipe_decode(&r, bytes->data, bytes->len, &why) < 0)
		return 0;
	return r.depth ? want_parts(g, w, &r, seen, err) :
			 want_items(g, w, &r, err);
}

static int bring_chunks(struct dv_rget *g, struct dv_err *err)
{
	struct wanted w = { .n = 0 };
	struct dv_idmap seen;
	int rc = 0;

	dv_idmap_init(&seen, dv_odb_algo(g->odb));
	g->chunks = true;
	for (size_t i = 0; !rc && i < g->recipes_n; i++)
		rc = want_chunks(g, &w, &g->recipes[i].bytes, &seen, err);
	if (!rc)
		rc = run(g, &w, err);
	g->chunks = false;
	dv_idmap_release(&seen);
	free(w.v);
	return rc;
}

/* Is it a fault of what came, and not of the store? */
static bool is_theirs(int rc)
{
	return rc == -DV_E_DIGEST || rc == -DV_E_FORMAT ||
	       rc == -DV_E_MISSING || rc == -DV_E_UNSUPPORTED;
}

/* Without a file for it its digest is compared all the same. */
static void begin_whole(struct dv_rget *g, struct dv_rget_recipe *r)
{
	struct dv_err ignored = DV_ERR_INIT;

	if (g->ready && r->kind == DV_ODB_DATA)
		r->fd = dv_wtready_begin(g->ready, r->size);
	dv_odb_whole_open(&r->whole, g->odb, &r->id, r->size, r->bytes.data,
			  r->bytes.len, r->fd, &ignored);
}

static void release(struct dv_rget *g, struct dv_rget_recipe *r)
{
	dv_odb_whole_close(r->whole);
	if (r->fd >= 0)
		dv_wtready_drop(g->ready, r->size, r->fd);
	dv_buf_release(&r->bytes);
}

void dv_rget_forget_recipes(struct dv_rget *g)
{
	for (size_t i = 0; i < g->recipes_n; i++)
		release(g, &g->recipes[i]);
	g->recipes_n = 0;
}

/* Its content is compared, of which most was hashed as it came. */
static int check(struct dv_rget *g, struct dv_rget_recipe *r,
		 struct dv_err *err)
{
	bool filled;
	int rc;

	if (!r->whole)
		return dv_odb_txn_check_recipe(g->txn, &r->id, r->size,
					       r->bytes.data, r->bytes.len,
					       NULL, err);
	rc = dv_odb_whole_check(r->whole, &filled, err);
	if (!rc && filled) {
		dv_wtready_add(g->ready, &r->id, r->size, r->fd);
		r->fd = -1;
	}
	return rc;
}

static int compare(struct dv_rget *g, struct dv_rget_recipe *r, bool last,
		   struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc;

	rc = check(g, r, &why);
	r->compared = !rc;
	if (rc == -DV_E_MISSING && !last)
		return 0;
	if (is_theirs(rc)) {
		r->done = true;
		dv_rget_fault(g, "%s", why.msg);
		return 0;
	}
	if (rc < 0)
		*err = why;
	return rc;
}

/* Where a chunk has gone since it was compared, it is not added yet. */
static int add(struct dv_rget *g, struct dv_rget_recipe *r,
	       struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc;

	rc = dv_odb_txn_add_recipe(g->txn, r->kind, &r->id, r->size,
				   r->bytes.data, r->bytes.len, &why);
	if (rc == -DV_E_MISSING)
		return 0;
	if (rc < 0) {
		*err = why;
		return rc;
	}
	r->done = true;
	g->stats->objects++;
	dv_progress_add(g->progress, 1, 0);
	return 0;
}

static int add_compared(struct dv_rget *g, struct dv_err *err)
{
	int rc = dv_odb_txn_lock(g->txn, err);

	for (size_t i = 0; !rc && i < g->recipes_n; i++)
		if (g->recipes[i].compared)
			rc = add(g, &g->recipes[i], err);
	if (!rc)
		rc = dv_odb_txn_sync(g->txn, err);
	dv_odb_txn_unlock(g->txn);
	return rc;
}

static void drop_done(struct dv_rget *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->recipes_n; i++)
		if (g->recipes[i].done)
			release(g, &g->recipes[i]);
		else
			g->recipes[n++] = g->recipes[i];
	g->recipes_n = n;
}

/* Chunks, then the recipes of those that are whole; the others stay. */
static int complete(struct dv_rget *g, uint64_t *gone, bool last,
		    struct dv_err *err)
{
	int rc = bring_chunks(g, err);

	if (!rc)
		rc = dv_rget_publish(g, err);
	if (!rc)
		rc = dv_rget_has_gone(g, gone, err);
	last |= !rc;
	for (size_t i = 0; rc >= 0 && i < g->recipes_n; i++)
		if (!g->recipes[i].compared)
			rc = compare(g, &g->recipes[i], last, err);
	if (rc >= 0)
		rc = add_compared(g, err);
	drop_done(g);
	return rc;
}

static int bring(struct dv_rget *g, struct dv_rget_item *items, size_t n,
		 struct dv_err *err)
{
	uint64_t gone = 0;
	int rc = dv_rget_has_gone(g, &gone, err);

	if (rc >= 0)
		rc = dv_rget_run(g, items, n, err);
	for (size_t i = 0; !rc && i < g->recipes_n; i++)
		begin_whole(g, &g->recipes[i]);
	for (int i = 1; !rc && g->recipes_n && i <= DV_RGET_TRIES; i++)
		rc = complete(g, &gone, i == DV_RGET_TRIES, err);
	for (size_t i = 0; !rc && i < g->recipes_n; i++)
		dv_rget_fault(g, "chunks of a large object were removed as "
			      "they came");
	dv_rget_forget_recipes(g);
	return rc;
}

/* Of all objects; more than there can be is as good as too much. */
static int measure(struct dv_rget *g, const struct dv_rget_item *items,
		   size_t n, uint64_t *out, struct dv_err *err)
{
	struct dv_rget_object x;

	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (dv_rget_describe(&g->source, &items[i], &x, err) < 0)
			return -err->code;
		*out = x.o.size > UINT64_MAX - *out ? UINT64_MAX :
						      *out + x.o.size;
	}
	return 0;
}

int dv_rget_large(struct dv_rget *g, struct dv_rget_item *items, size_t n,
		  struct dv_err *err)
{
	uint64_t left = 0;
	size_t i = 0;
	int rc = 0;

	if (g->ready)
		rc = measure(g, items, n, &left, err);
	while (!rc && i < n) {
		uint64_t recipes = 0, content = 0;
		size_t first = i;

		while (i < n && recipes < RECIPES_BYTES &&
		       content < CONTENT_BYTES) {
			struct dv_rget_object x;

			rc = dv_rget_describe(&g->source, &items[i++], &x,
					      err);
			if (rc < 0)
				return rc;
			recipes += x.o.length;
			content += x.o.size;
		}
		if (g->ready)
			dv_wtready_expect(g->ready, left);
		rc = bring(g, items + first, i - first, err);
		left -= content < left ? content : left;
	}
	return rc;
}
