/* SPDX-License-Identifier: MIT */
#include "remote/obtain.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "format/manifest.h"
#include "remote/obtain-parts.h"
#include "remote/rmanifest.h"

#define BATCH (1u << 18)	/* objects asked for at once */

struct job {
	struct dv_conn *c;
	struct dv_odb *odb;
	struct dv_rpacks *packs;
	const struct dv_digest *manifest;
	struct dv_obtain *o;
	bool located;
	struct dv_rlocation where;
	struct dv_rget_want *v;		/* not here */
	size_t n, cap;
	uint64_t bytes;			/* of them */

	uint64_t missed, faults;	/* of o, at first */
	bool lost;			/* something that was here */
};

void dv_obtain_release(struct dv_obtain *o)
{
	dv_strlist_release(&o->moved);
}

void dv_obtain_fault(void *obtain, const char *sentence)
{
	struct dv_obtain *o = obtain;

	o->faults++;
	if (o->bad)
		o->bad(o->bad_arg, sentence);
}

/* --- where it lies ---------------------------------------------------- */

static int locate(struct job *j, struct dv_err *err)
{
	int rc;

	if (j->located)
		return 0;
	if (dv_obtain_where_take(j->o->where, j->manifest, &j->where)) {
		j->located = true;
		return dv_rcache_published_flush(j->c->cache, err);
	}
	rc = dv_rmanifest_locate(&j->where, j->c, j->manifest, err);
	j->located = rc >= 0;
	/* Killed later, what came names what did not. */
	return rc < 0 ? rc : dv_rcache_published_flush(j->c->cache, err);
}

/* 1 where there is a newer location record than the one we had. */
static int relocate(struct job *j, struct dv_err *err)
{
	uint64_t before = j->where.n;

	dv_rlocation_release(&j->where);
	j->where = (struct dv_rlocation){ .n = 0 };
	j->located = false;
	if (locate(j, err) < 0)
		return -err->code;
	return j->where.n > before;
}

/* --- content ------------------------------------------------------------ */

static int cmp_wants(const void *a, const void *b)
{
	const struct dv_rget_want *x = a, *y = b;

	return dv_digest_cmp(&x->id, &y->id);
}

/* Each once, and only what is not here. */
static int sift(struct job *j, struct dv_err *err)
{
	size_t n = 0;
	int rc;

	if (j->n)
		qsort(j->v, j->n, sizeof(*j->v), cmp_wants);
	for (size_t i = 0; i < j->n; i++) {
		if (n && dv_digest_eq(&j->v[n - 1].id, &j->v[i].id))
			continue;
		rc = dv_odb_stat(j->odb, &j->v[i].id, NULL, err);
		if (rc < 0)
			return rc;
		if (!rc)
			j->v[n++] = j->v[i];
	}
	j->n = n;
	return 0;
}

static void keep_sentence(void *arg, const char *sentence)
{
	dv_strlist_add(arg, sentence);
}

static int try_objects(struct job *j, struct dv_strlist *said,
		       struct dv_err *err)
{
	struct dv_obtain *o = j->o;
	int rc;

	dv_rpacks_add_location(j->packs, &j->where.l);
	rc = dv_rpacks_load(j->packs, 1u << DV_PACK_DATA, keep_sentence, said,
			    err);
	if (rc < 0)
		return rc;
	return dv_rget_contents(j->c, j->packs, j->odb, j->v, j->n, o->ready,
				&o->stats, keep_sentence, said, o->progress,
				err);
}

/*
 * Bring what was collected.  Where something is missing the packs may have
 * been rewritten meanwhile; a newer location record says so.
 */
static int flush(struct job *j, struct dv_err *err)
{
	struct dv_strlist said = DV_STRLIST_INIT;
	uint64_t missed = j->o->stats.missing, here = j->o->stats.here;
	int rc = j->n ? locate(j, err) : 0;

	if (rc < 0 || !j->n)
		return rc;
	dv_progress_phase(j->o->progress, "receiving", j->n, j->bytes);
	dv_progress_count(j->o->progress, "objects");
	rc = try_objects(j, &said, err);
	if (rc >= 0 && j->o->stats.missing > missed) {
		rc = relocate(j, err);
		if (rc > 0) {	/* what the first has brought was not here */
			uint64_t first = j->o->stats.here;

			j->o->stats.missing = missed;
			dv_strlist_release(&said);
			rc = sift(j, err);
			if (!rc)
				rc = try_objects(j, &said, err);
			j->o->stats.here = first;
		}
	}
	if (rc >= 0 && j->o->stats.missing > missed)
		for (size_t i = 0; i < said.n; i++)
			dv_obtain_fault(j->o, said.v[i]);
	j->o->here += j->o->stats.here - here;
	dv_strlist_release(&said);
	j->n = 0;
	j->bytes = 0;
	return rc < 0 ? rc : 0;
}

static int add_object(struct job *j, const struct dv_entry *e,
		      struct dv_err *err)
{
	int rc = dv_odb_stat(j->odb, &e->id, NULL, err);

	if (rc < 0)
		return rc;
	if (rc) {
		j->o->here += e->size;
		return 0;
	}
	j->bytes += e->size;
	dv_grow(&j->v, &j->cap, j->n + 1, sizeof(*j->v));
	j->v[j->n++] = (struct dv_rget_want){ e->id, e->size };
	if (j->n < BATCH)
		return 0;
	rc = sift(j, err);
	return rc < 0 ? rc : flush(j, err);
}

static int on_entry(struct job *j, const struct dv_entry *e,
		    struct dv_err *err)
{
	struct dv_obtain *o = j->o;

	/* a value has no place in the work tree where it could be absent */
	if (e->mode != DV_MODE_VALUE) {
		if (o->want && !o->want(o->want_arg, e->path, e->path_len))
			return 0;
		o->files++;
		o->size += e->size;
	}
	return add_object(j, e, err);
}

/* --- the manifest ------------------------------------------------------- */

static int on_object(void *arg, const struct dv_digest *id, bool meta,
		     const struct dv_entry *e, struct dv_err *err)
{
	(void)id;
	return meta ? 0 : on_entry(arg, e, err);
}

static int on_nothing(void *arg, const struct dv_digest *id, bool meta,
		      const struct dv_entry *e, struct dv_err *err)
{
	(void)arg, (void)id, (void)meta, (void)e, (void)err;
	return 0;
}

/* Is each of its blocks and lists here? */
static int is_whole(struct job *j, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc;

	rc = dv_manifest_each_object(j->manifest, dv_odb_read, j->odb,
				     on_nothing, NULL, &why);
	if (rc == -DV_E_MISSING)
		return 0;
	if (rc < 0)
		*err = why;
	return rc < 0 ? rc : 1;
}

static int bring_manifest(struct job *j, struct dv_err *err)
{
	uint64_t missed = j->o->stats.missing;
	struct dv_err why = DV_ERR_INIT;
	int rc;

	rc = is_whole(j, err);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = locate(j, err);
	if (rc < 0)
		return rc;
	dv_progress_phase(j->o->progress, "receiving the list of files", 0, 0);
	rc = dv_rget_manifest(j->c, &j->where, j->odb, &j->o->stats, err);
	if (rc >= 0)
		return rc;
	if (relocate(j, &why) <= 0)
		return rc;
	j->o->stats.missing = missed;
	return dv_rget_manifest(j->c, &j->where, j->odb, &j->o->stats, err);
}

static int bring(struct job *j, bool data, struct dv_err *err)
{
	int rc = bring_manifest(j, err);

	if (rc >= 0 && data)
		rc = dv_manifest_each_object(j->manifest, dv_odb_read, j->odb,
					     on_object, j, err);
	if (rc >= 0)
		rc = sift(j, err);
	if (rc >= 0)
		rc = flush(j, err);
	return rc;
}

/* --- once more ------------------------------------------------------------- */

/*
 * A gc or a drop beside us may have removed what was here when it was
 * looked for.  Where packs have left the store since, all is looked up once
 * more, with the lock that keeps them out, and what is not here is brought.
 */
#define TRIES 5

static int find_lost(void *arg, const struct dv_digest *id, bool meta,
		     const struct dv_entry *e, struct dv_err *err)
{
	struct job *j = arg;
	struct dv_obtain *o = j->o;
	int rc;

	if (!meta && e->mode != DV_MODE_VALUE && o->want &&
	    !o->want(o->want_arg, e->path, e->path_len))
		return 0;
	rc = dv_odb_stat(j->odb, id, NULL, err);
	j->lost |= !rc;
	return rc < 0 ? rc : !rc || (meta && j->lost);
}

/* 1 where something is not here that was to be. */
static int has_lost(struct job *j, bool data, struct dv_err *err)
{
	struct dv_odb_txn *t = NULL;
	int rc = dv_odb_txn_begin(&t, j->odb, err);

	j->lost = false;
	if (!rc && data)
		rc = dv_manifest_each_object(j->manifest, dv_odb_read, j->odb,
					     find_lost, j, err);
	else if (!rc)
		j->lost = !(rc = is_whole(j, err));
	dv_odb_txn_end(t);
	return rc < 0 ? rc : j->lost;
}

/* What is counted is what the first look found. */
static int bring_again(struct job *j, bool data, struct dv_err *err)
{
	struct dv_obtain *o = j->o;
	uint64_t files = o->files, size = o->size, here = o->here;
	int rc;

	o->stats.missing = j->missed;
	o->faults = j->faults;
	rc = bring(j, data, err);
	o->files = files;
	o->size = size;
	o->here = here;
	return rc;
}

static int bring_all(struct job *j, bool data, struct dv_err *err)
{
	uint64_t gone, now, objects;
	int rc = dv_odb_gone(j->odb, &gone, err);

	j->missed = j->o->stats.missing;
	j->faults = j->o->faults;
	if (rc >= 0)
		rc = bring(j, data, err);
	for (int i = 0; rc >= 0 || rc == -DV_E_MISSING; i++) {
		struct dv_err why = DV_ERR_INIT;

		if (dv_odb_gone(j->odb, &now, &why) < 0 || now == gone)
			break;
		gone = now;
		*err = (struct dv_err)DV_ERR_INIT;
		rc = has_lost(j, data, err);
		if (rc <= 0)
			break;
		if (i == TRIES) {
			dv_err_set(err, DV_E_CONFLICT, "objects are removed "
				   "from the store as fast as they come");
			return dv_err_hint(err, "try again when dv gc, or dv "
					   "drop, is done");
		}
		objects = j->o->stats.objects;
		rc = bring_again(j, data, err);
		/* What cannot be had was told. */
		if (rc >= 0 && j->o->stats.objects == objects)
			break;
	}
	return rc;
}

int dv_obtain_manifest(struct dv_conn *c, struct dv_odb *odb,
		       struct dv_rpacks *s, const struct dv_digest *manifest,
		       bool data, struct dv_obtain *o, struct dv_err *err)
{
	struct job j = { .c = c, .odb = odb, .packs = s, .manifest = manifest,
			 .o = o };
	int rc;

	if (!s)
		j.packs = dv_rpacks_new(c);
	rc = bring_all(&j, data, err);
	if (!s)
		dv_rpacks_free(j.packs);
	dv_rlocation_release(&j.where);
	free(j.v);
	return rc < 0 ? rc : 0;
}
