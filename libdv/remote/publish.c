/* SPDX-License-Identifier: MIT */
#include "remote/publish.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/manifest.h"
#include "remote/publish-parts.h"

/*
 * Versions are published in batches, so that what a long push has sent is
 * of use before its end, and its memory has an end.
 */
#define BATCH_BYTES (4ull << 30)
#define BATCH_OBJECTS (1u << 20)

void dv_publish_release(struct dv_publish *p)
{
	dv_strlist_release(&p->published);
	dv_strlist_release(&p->forgotten);
}

/* --- what a version needs -------------------------------------------------- */

struct gather {
	struct dv_pub *x;
	struct dv_idmap blocks;		/* that were read in this batch */
	struct dv_idmap lost;		/* of large objects, the parts */
	uint64_t lacking;		/* entries of the version */
	struct dv_err first;
};

/* All that a version lacks is counted: what is told is the first. */
static int lack(struct gather *g, const struct dv_entry *e,
		struct dv_err *err)
{
	dv_err_prefix(err, "'%.*s'", (int)e->path_len, e->path);
	if (!g->lacking++)
		g->first = *err;
	err->code = 0;
	return 0;
}

static int want_object(void *arg, const struct dv_digest *id, bool meta,
		       const struct dv_entry *e, struct dv_err *err)
{
	struct gather *g = arg;
	int rc;

	if (meta && !dv_idmap_add(&g->blocks, id, 0))
		return 1;
	rc = dv_rput_want(g->x->put, id, meta ? DV_ODB_META : DV_ODB_DATA,
			  err);
	if (rc == -DV_E_MISSING && e)
		dv_err_hint(err, "nor is it known to be on the remote; where "
			    "another remote has it: dv pull --remote=<name>");
	if (rc > 0 || (!rc && dv_idmap_get(&g->lost, id, NULL)))
		rc = dv_pub_where_check(g->x->where, id, err);
	if (rc == -DV_E_MISSING && e) {
		dv_idmap_add(&g->lost, id, 0);
		return lack(g, e, err);
	}
	if (rc < 0 && e)
		dv_err_prefix(err, "'%.*s'", (int)e->path_len, e->path);
	return rc;
}

static int tell_lacking(const struct gather *g, struct dv_err *err)
{
	if (g->lacking > 1)
		dv_err_set(err, DV_E_MISSING, "%" PRIu64 " files are lacking, "
			   "the first is %s", g->lacking, g->first.msg);
	else
		dv_err_set(err, DV_E_MISSING, "%s", g->first.msg);
	return dv_err_hint(err, "%s", g->first.hint);
}

int dv_pub_version(struct dv_pub *x, size_t i, struct dv_version *out,
		   struct dv_err *err)
{
	const struct dv_pub_item *item = &x->todo[i];

	return dv_versions_find(x->v, x->datasets[item->dataset].name,
				item->id, out, err);
}

/*
 * Configurations that the remote has in packs that a gc has named, or that
 * are damaged, of other versions of the manifest: those that are recorded here, too, are sent
 * again, so that the next location record names them elsewhere.
 */
struct theirs {
	struct dv_pub *x;
	const struct dv_digest *manifest;
	const struct dv_location *where;
};

static int want_config(struct theirs *t, const struct dv_digest *id,
		       struct dv_err *err)
{
	struct dv_location_object o;
	struct dv_location_pack info;
	int rc;

	if (!dv_digest_isset(id) || !dv_location_find(t->where, id, &o))
		return 0;
	dv_location_pack(t->where, o.pack, &info);
	if (dv_pub_is_sound(t->x, &info))
		return 0;
	rc = dv_rput_want(t->x->put, id, DV_ODB_META, err);
	if (rc == -DV_E_MISSING)
		err->code = rc = 0;
	return rc < 0 ? rc : 0;
}

static int on_version(void *arg, const struct dv_version_row *row,
		      struct dv_err *err)
{
	struct theirs *t = arg;
	struct dv_version v;
	int rc;

	if (!dv_digest_eq(&row->manifest, t->manifest))
		return 0;
	rc = dv_versions_find(t->x->v, row->dataset, row->id, &v, err);
	if (rc < 0)
		return rc;
	rc = want_config(t, &v.rec.config, err);
	dv_version_release(&v);
	return rc;
}

static int want_theirs(struct dv_pub *x, const struct dv_digest *manifest,
		       struct dv_err *err)
{
	const struct dv_pub_known *k = dv_pub_known_find(x, manifest);
	struct theirs t = { x, manifest, k ? &k->location.l : NULL };
	struct dv_location_pack info;
	bool sound = true;

	for (uint32_t i = 0; k && i < t.where->packs; i++) {
		dv_location_pack(t.where, i, &info);
		sound &= dv_pub_is_sound(x, &info);
	}
	return sound ? 0 :
	       dv_versions_each_row(x->v, NULL, on_version, &t, err);
}

static int gather(struct gather *g, size_t i, struct dv_err *err)
{
	struct dv_pub *x = g->x;
	struct dv_version v;
	int rc = dv_pub_version(x, i, &v, err);

	if (rc < 0)
		return rc;
	g->lacking = 0;
	rc = dv_manifest_each_object(&v.rec.manifest, dv_odb_read, x->odb,
				     want_object, g, err);
	if (!rc && g->lacking)
		rc = tell_lacking(g, err);
	if (!rc && dv_digest_isset(&v.rec.config))
		rc = dv_rput_want(x->put, &v.rec.config, DV_ODB_META, err);
	if (rc >= 0)
		rc = want_theirs(x, &v.rec.manifest, err);
	if (rc == -DV_E_MISSING && !*err->hint)
		dv_err_hint(err, "where a remote has all of it: dv fetch --all "
			    "--data --remote=<name>");
	if (rc < 0)
		dv_err_prefix(err, "version '%s@%s'", v.rec.dataset, v.id);
	dv_version_release(&v);
	return rc < 0 ? rc : 0;
}

static void tell_lack(struct dv_pub *x, const struct dv_err *err)
{
	if (x->p->lack)
		x->p->lack(x->p->arg, err);
}

/*
 * A version that is there cannot be mended from here, or its list of files
 * is not here and nothing is known of it.
 */
static void leave(struct dv_pub *x, size_t i, bool lacking,
		  struct dv_err *err)
{
	x->todo[i].left = true;
	x->left_n++;
	if (lacking) {
		x->lost_n++;
		tell_lack(x, err);
	}
	err->code = 0;
}

/* What a version needs is nowhere: those that descend from it wait, too. */
static void fail(struct dv_pub *x, size_t i, struct dv_err *err)
{
	x->datasets[x->todo[i].dataset].failed = true;
	x->failed_n++;
	if (!x->failed.code)
		x->failed = *err;
	tell_lack(x, err);
	err->code = 0;
}

static bool is_there(const struct dv_pub *x, size_t i)
{
	const struct dv_pub_item *item = &x->todo[i];

	return dv_pub_is_published(&x->datasets[item->dataset], item->id);
}

/* Plan the versions from first on; *end is behind those that make a batch. */
static int plan_batch(struct dv_pub *x, size_t first, size_t *end,
		      struct dv_err *err)
{
	struct gather g = { .x = x };
	uint64_t objects = 0, bytes = 0;
	size_t i = first;
	int rc = 0;

	dv_idmap_init(&g.blocks, dv_odb_algo(x->odb));
	dv_idmap_init(&g.lost, dv_odb_algo(x->odb));
	while (!rc && i < *end && bytes < BATCH_BYTES &&
	       objects < BATCH_OBJECTS) {
		if (!dv_pub_is_out(x, i))
			rc = gather(&g, i, err);
		if (rc == -DV_E_MISSING) {
			if (is_there(x, i))
				leave(x, i, g.lacking, err);
			else
				fail(x, i, err);
			rc = 0;
			/* blocks may be read in part */
			dv_idmap_release(&g.blocks);
			dv_idmap_init(&g.blocks, dv_odb_algo(x->odb));
		}
		i++;
		dv_rput_planned(x->put, &objects, &bytes);
	}
	*end = i;
	dv_idmap_release(&g.blocks);
	dv_idmap_release(&g.lost);
	return rc;
}

/* --- publishing ------------------------------------------------------------ */

/* What the remote was seen to have may be gone some day. */
static bool is_old(struct dv_pub *x)
{
	return dv_rclock_age(&x->clock) > DV_PUBLISH_AGE_MAX;
}

static int publish_batch(struct dv_pub *x, size_t first, size_t *end,
			 bool planned, struct dv_err *err)
{
	int rc = planned ? 0 : plan_batch(x, first, end, err);

	if (!rc)
		rc = dv_rput_send(x->put, err);
	while (!rc && is_old(x)) {
		dv_rclock_begin(&x->clock, x->c);
		rc = dv_pub_learn(x, err);
		if (!rc)
			rc = plan_batch(x, first, end, err);
		if (!rc)
			rc = dv_rput_send(x->put, err);
	}
	if (!rc)
		rc = dv_pub_batch(x, first, *end, err);
	return rc < 0 ? rc : dv_pub_where_done(x->where, err);
}

/*
 * Plan all batches, to know what is lacking before anything is sent.  *whole
 * where there is one, which is planned now.
 */
static int plan_all(struct dv_pub *x, bool *whole, struct dv_err *err)
{
	struct dv_rput_stats before = x->p->stats;
	int rc = 0;

	*whole = false;
	for (size_t i = 0, end; !rc && i < x->todo_n && !*whole; i = end) {
		end = x->todo_n;
		rc = plan_batch(x, i, &end, err);
		*whole = !rc && !i && end == x->todo_n && !x->failed_n &&
			 !x->left_n;
		if (!*whole)
			dv_rput_drop(x->put);
	}
	if (!*whole)
		x->p->stats = before;
	return rc;
}

int dv_pub_begin_write(struct dv_conn *c, enum dv_algo algo,
		       struct dv_publish *p, struct dv_err *err)
{
	int rc;

	if (p->begun)
		return 0;
	c->anew = p->force;
	rc = dv_conn_begin_write(c, algo, err);
	p->begun = rc >= 0;
	p->no_create = !rc;
	return rc < 0 ? rc : 0;
}

static bool is_any_left(const struct dv_pub *x)
{
	for (size_t i = 0; i < x->todo_n; i++)
		if (!dv_pub_is_out(x, i))
			return true;
	return false;
}

static int publish_all(struct dv_pub *x, struct dv_err *err)
{
	bool planned = false, fresh = x->c->fresh;
	int rc;

	if (!fresh)
		dv_rclock_begin(&x->clock, x->c);
	rc = dv_pub_learn(x, err);
	if (!rc)
		rc = plan_all(x, &planned, err);
	if (rc < 0 || !is_any_left(x))
		return rc;
	rc = dv_pub_begin_write(x->c, x->r->algo, x->p, err);
	if (!rc && fresh)
		dv_rclock_begin(&x->clock, x->c);
	for (size_t i = 0, end; !rc && i < x->todo_n; i = end) {
		end = x->todo_n;
		rc = publish_batch(x, i, &end, planned, err);
	}
	return rc;
}

/* What would be published, and sent for it. */
static int pretend(struct dv_pub *x, struct dv_err *err)
{
	struct dv_rput_stats *stats = &x->p->stats;
	int rc = dv_pub_learn(x, err);

	for (size_t i = 0, end; !rc && i < x->todo_n; i = end) {
		uint64_t objects, bytes;

		end = x->todo_n;
		rc = plan_batch(x, i, &end, err);
		dv_rput_planned(x->put, &objects, &bytes);
		stats->objects += objects;
		stats->bytes += bytes;
		dv_rput_drop(x->put);
	}
	for (size_t i = 0; i < x->todo_n; i++)
		x->p->versions += !dv_pub_is_out(x, i) && !is_there(x, i);
	return rc;
}

/* --- datasets -------------------------------------------------------------- */

/* A version is published in the name space that its record names. */
static int add_dataset(struct dv_pub *x, const struct dv_publish_want *want,
		       size_t n, struct dv_err *err)
{
	struct dv_pub_dataset *d;
	struct dv_version v;
	int rc = dv_versions_find(x->v, want->dataset, want->id, &v, err);

	if (rc < 0)
		return rc;
	dv_grow(&x->datasets, &x->datasets_cap, x->datasets_n + 1,
		sizeof(*x->datasets));
	d = &x->datasets[x->datasets_n++];
	*d = (struct dv_pub_dataset){ .name = want->dataset, .want = want,
		.n = n, .ns = dv_strdup(v.rec.name_space) };
	dv_idmap_init(&d->published, DV_ALGO_XXH128);
	dv_idmap_init(&d->todo, DV_ALGO_XXH128);
	dv_version_release(&v);
	return 0;
}

static int add_datasets(struct dv_pub *x, const struct dv_publish_want *want,
			size_t n, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0, k; !rc && i < n; i = k) {
		for (k = i + 1; k < n; k++)
			if (strcmp(want[i].dataset, want[k].dataset))
				break;
		rc = add_dataset(x, &want[i], k - i, err);
	}
	return rc;
}

static void release(struct dv_pub *x)
{
	dv_rclock_end(&x->clock);
	dv_pub_unlearn(x);
	for (size_t i = 0; i < x->datasets_n; i++) {
		dv_idmap_release(&x->datasets[i].published);
		dv_idmap_release(&x->datasets[i].todo);
		free(x->datasets[i].ns);
	}
	free(x->datasets);
	free(x->todo);
	free(x->look);
	free(x->known);
}

/* Why, was told already where somebody was there to be told. */
static int tell_failed(const struct dv_pub *x, struct dv_err *err)
{
	size_t i = 0;

	if (!x->p->lack) {
		*err = x->failed;
		return -err->code;
	}
	if (x->failed_n > 1)
		return dv_err_set(err, DV_E_MISSING, "%zu datasets were not "
				  "pushed: they are not whole", x->failed_n);
	while (!x->datasets[i].failed)
		i++;
	return dv_err_set(err, DV_E_MISSING, "'%s' was not pushed: it is not "
			  "whole", x->datasets[i].name);
}

static int tell_lost(const struct dv_pub *x, struct dv_err *err)
{
	dv_err_set(err, DV_E_MISSING, "%zu version%s cannot be mended from "
		   "here: something of %s is neither here nor sound there",
		   x->lost_n, x->lost_n == 1 ? "" : "s",
		   x->lost_n == 1 ? "it" : "them");
	return dv_err_hint(err, "dv fetch --all --data brings what can still "
			   "be read; then dv push --repair again, or from "
			   "where the data is");
}

int dv_publish_versions(struct dv_conn *c, struct dv_repo *r,
			struct dv_versions *v,
			const struct dv_publish_want *want, size_t n,
			struct dv_publish *p, struct dv_err *err)
{
	struct dv_pub x = { .c = c, .r = r, .v = v, .p = p };
	int rc;

	rc = dv_repo_odb(r, &x.odb, err);
	if (!rc)
		rc = add_datasets(&x, want, n, err);
	dv_progress_phase(p->progress, "comparing", 0, 0);
	if (!rc)
		rc = dv_pub_plan(&x, err);
	if (!rc && x.todo_n)
		rc = p->dry_run ? pretend(&x, err) : publish_all(&x, err);
	if (!rc)
		rc = dv_pub_heads(&x, err);
	if (!rc)
		rc = dv_pub_keep(&x, err);
	p->left += x.left_n - x.lost_n;
	if (!rc && x.failed.code)
		rc = tell_failed(&x, err);
	if (!rc && x.lost_n)
		rc = tell_lost(&x, err);
	release(&x);
	return rc;
}
