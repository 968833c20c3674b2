/* SPDX-License-Identifier: MIT */
#include "remote/rget.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "format/mtree.h"
#include "remote/rget-parts.h"

struct places {
	struct dv_rget_item *v;
	size_t n, cap;
};

/* What is to be asked for, and what cannot. */
struct plan {
	struct places plain, large;
	struct dv_digest nowhere;	/* the first of them */
	uint64_t nowhere_n;
};

static void add_place(struct places *p, const struct dv_rget_item *it)
{
	dv_grow(&p->v, &p->cap, p->n + 1, sizeof(*p->v));
	p->v[p->n++] = *it;
}

static void locate(struct dv_rget *g, const struct dv_rget_want *want,
		   struct plan *plan)
{
	const struct dv_digest *id = &want->id;
	struct dv_err err = DV_ERR_INIT;
	char text[DV_DIGEST_TEXT];
	struct dv_rget_object x;
	struct dv_rget_item it;
	int rc;

	if (dv_odb_txn_has(g->txn, id))
		return;
	rc = dv_rget_find(&g->source, id, &it, &err);
	if (rc > 0)
		rc = dv_rget_describe(&g->source, &it, &x, &err) < 0 ? -1 : 1;
	dv_digest_format(text, id);
	if (rc < 0)
		dv_rget_fault(g, "object %s: %s", text, err.msg);
	else if (!rc && !plan->nowhere_n++)
		plan->nowhere = *id;
	else if (!rc)
		;
	else if (want->size != DV_RGET_ANY_SIZE && x.o.size != want->size)
		dv_rget_fault(g, "object %s has %" PRIu64 " bytes there, and "
			      "%" PRIu64 " by its manifest", text, x.o.size,
			      want->size);
	else
		add_place(x.o.type == DV_PACK_RECIPE ? &plan->large :
			  &plan->plain, &it);
}

/* Where an index is damaged that may be a million: one sentence. */
static void tell_nowhere(struct dv_rget *g, const struct plan *plan)
{
	char text[DV_DIGEST_TEXT];

	dv_digest_format(text, &plan->nowhere);
	if (plan->nowhere_n == 1)
		dv_rget_fault(g, "object %s is in none of its packs", text);
	else
		dv_rget_fault(g, "object %s and %" PRIu64 " more are in none "
			      "of its packs", text, plan->nowhere_n - 1);
	g->stats->missing += plan->nowhere_n - 1;
}

/* What of it is not here. */
static int bring(struct dv_rget *g, const struct dv_rget_want *want, size_t n,
		 struct dv_err *err)
{
	struct plan plan = { .nowhere_n = 0 };
	int rc;

	for (size_t i = 0; i < n; i++)
		locate(g, &want[i], &plan);
	if (plan.nowhere_n)
		tell_nowhere(g, &plan);
	rc = dv_rget_run(g, plan.plain.v, plan.plain.n, err);
	if (!rc)
		rc = dv_rget_large(g, plan.large.v, plan.large.n, err);
	free(plan.plain.v);
	free(plan.large.v);
	return rc;
}

/* 1: the disk was full, and now there is more room than there was. */
static int bring_all(struct dv_rget *g, const struct dv_rget_want *want,
		     size_t n, dv_rpacks_bad_fn *bad, void *arg,
		     struct dv_err *err)
{
	int rc = dv_rget_begin(g, err);

	if (!rc)
		rc = bring(g, want, n, err);
	if (!rc)
		rc = dv_odb_txn_sync(g->txn, err);
	if (rc == -DV_E_SPACE && g->ready && dv_wtready_empty(g->ready))
		rc = 1;
	dv_rget_end(g, rc > 0 ? NULL : bad, arg);
	return rc;
}

/* What was published in the first attempt has come. */
static void count_again(struct dv_rget_stats *stats,
			const struct dv_rget_stats *before,
			struct dv_odb *odb, const struct dv_rget_want *want,
			size_t n)
{
	struct dv_err ignored = DV_ERR_INIT;

	stats->objects = before->objects;
	stats->missing = before->missing;
	for (size_t i = 0; i < n; i++)
		stats->objects += dv_odb_stat(odb, &want[i].id, NULL,
					      &ignored) > 0;
}

int dv_rget_contents(struct dv_conn *c, struct dv_rpacks *s,
		     struct dv_odb *odb, const struct dv_rget_want *want,
		     size_t n, struct dv_wtready *ready,
		     struct dv_rget_stats *stats, dv_rpacks_bad_fn *bad,
		     void *arg, struct dv_progress *p, struct dv_err *err)
{
	struct dv_rget first = { .c = c, .source = { .packs = s }, .odb = odb,
				 .ready = ready, .stats = stats,
				 .progress = p };
	struct dv_rget_stats before = *stats;
	struct dv_rget g = first;
	int rc = bring_all(&g, want, n, bad, arg, err);

	if (rc <= 0)
		return rc;
	*err = (struct dv_err)DV_ERR_INIT;
	count_again(stats, &before, odb, want, n);
	g = first;
	return bring_all(&g, want, n, bad, arg, err);
}

int dv_rget_objects(struct dv_conn *c, struct dv_rpacks *s,
		    struct dv_odb *odb, const struct dv_rget_want *want,
		    size_t n,
		    struct dv_rget_stats *stats, dv_rpacks_bad_fn *bad,
		    void *arg, struct dv_progress *p, struct dv_err *err)
{
	return dv_rget_contents(c, s, odb, want, n, NULL, stats, bad, arg, p,
				err);
}

/* --- manifests ----------------------------------------------------------- */

/* The record has the root; lists are in the store by now. */
static int get_meta(void *arg, const struct dv_digest *id,
		    struct dv_buf *out, size_t max, struct dv_err *err)
{
	struct dv_rget *g = arg;
	const struct dv_location *l = g->source.where;

	if (!dv_digest_eq(id, &l->manifest))
		return dv_odb_read(g->odb, id, out, max, err);
	dv_buf_add(out, l->root, l->root_len);
	return 0;
}

/*
 * Lists are read, and of blocks it is enough that they are there.  From
 * here until the root is published nothing may be removed.
 */
static int check_tree(struct dv_rget *g, struct dv_mtree *t,
		      struct dv_err *err)
{
	const struct dv_mref *ref;
	char id[DV_DIGEST_TEXT];
	int rc = 0;

	while (!rc && (ref = dv_mtree_ref(t))) {
		if (dv_mtree_depth(t))
			rc = dv_mtree_enter(t, err);
		else if (dv_odb_txn_has(g->txn, &ref->id))
			dv_mtree_next(t);
		else
			rc = dv_err_set(err, DV_E_MISSING, "remote '%s': "
					"block %s of a manifest is not where "
					"its location record says",
					g->c->name,
					dv_digest_format(id, &ref->id));
	}
	return rc;
}

/* Lists are to be read; blocks may come with the root. */
static int publish_root(struct dv_rget *g, struct dv_mtree *t,
			struct dv_err *err)
{
	const struct dv_location *l = g->source.where;
	int rc = 0;

	if (dv_mtree_depth(t))
		rc = dv_odb_txn_sync(g->txn, err);
	if (!rc)
		rc = dv_odb_txn_lock(g->txn, err);
	if (!rc)
		rc = check_tree(g, t, err);
	if (!rc)
		rc = dv_odb_txn_put_meta(g->txn, l->root, l->root_len, NULL,
					 err);
	if (!rc)
		rc = dv_odb_txn_sync(g->txn, err);
	dv_odb_txn_unlock(g->txn);
	return rc;
}

static int put_root(struct dv_rget *g, struct dv_err *err)
{
	const struct dv_location *l = g->source.where;
	struct dv_manifest *m;
	struct dv_mtree *t;
	int rc;

	rc = dv_manifest_open(&m, &l->manifest, get_meta, g, err);
	if (rc < 0)
		return rc;
	t = dv_malloc(sizeof(*t));
	dv_mtree_init(t, m);
	rc = publish_root(g, t, err);
	dv_mtree_release(t);
	free(t);
	dv_manifest_close(m);
	return rc;
}

/* What was here and has gone meanwhile is brought after all. */
static int bring_manifest(struct dv_rget *g, const struct dv_rget_want *want,
			  size_t n, struct dv_err *err)
{
	uint64_t gone = 0;
	int rc = dv_rget_has_gone(g, &gone, err), again;

	for (int i = 1; rc >= 0; i++) {
		rc = bring(g, want, n, err);
		if (!rc)
			rc = put_root(g, err);
		if (rc != -DV_E_MISSING || g->faults.n || i == DV_RGET_TRIES)
			return rc;
		again = dv_rget_has_gone(g, &gone, err);
		if (again <= 0)
			return again < 0 ? again : rc;
		err->code = rc = 0;
	}
	return rc;
}

/* Of all faults the first one is the failure. */
static void keep_first(void *arg, const char *sentence)
{
	struct dv_err *err = arg;

	if (!err->code)
		dv_err_set(err, DV_E_FORMAT, "%s", sentence);
}

int dv_rget_manifest(struct dv_conn *c, const struct dv_rlocation *where,
		     struct dv_odb *odb, struct dv_rget_stats *stats,
		     struct dv_err *err)
{
	const struct dv_location *l = &where->l;
	struct dv_rget g = { .c = c, .source = { .where = l }, .odb = odb,
			     .stats = stats };
	struct dv_rget_want *want = dv_calloc((size_t)l->objects + 1,
					      sizeof(*want));
	struct dv_err first = DV_ERR_INIT;
	int rc = dv_rget_begin(&g, err);
	size_t n = 0;

	for (uint32_t i = 0; i < l->objects; i++) {
		struct dv_location_object o;

		dv_location_object(l, i, &o);
		if (!dv_digest_eq(&o.id, &l->manifest))
			want[n++] = (struct dv_rget_want){ o.id, o.size };
	}
	if (!rc)
		rc = bring_manifest(&g, want, n, err);
	dv_rget_end(&g, keep_first, &first);
	if (rc == -DV_E_MISSING && first.code) {
		*err = first;
		rc = -first.code;
	}
	free(want);
	return rc;
}
