/* SPDX-License-Identifier: MIT */
#include "porcelain/drop-parts.h"

#include <stdlib.h>

#include "porcelain/bring.h"
#include "porcelain/human.h"
#include "porcelain/worktreelist.h"
#include "remote/catalog.h"
#include "remote/rheld.h"
#include "store/odb-drop.h"
#include "store/worktree.h"
#include "store/wtindex.h"

/* A manifest of which something is here, and a version that has it. */
struct past {
	struct dv_digest manifest;
	char id[DV_VERSION_ID_MAX];
	bool here, published;
	size_t held_as;			/* place among those that are asked */
	uint64_t lost;			/* objects that the remote has not */
};

struct old {
	struct dv_drop_job *job;
	struct dv_drop_part *part;
	struct dv_idmap manifests;	/* that were met, place in v */
	struct dv_idmap walked;		/* parts of manifests */
	struct past *v;
	size_t n, cap;
	size_t at;			/* the one that is walked */
	/* what is here of them, with who has it */
	struct dv_idmap ids, pieces;
	struct dv_strlist versions;	/* that the remote is asked for */
	struct dv_rheld *held;
	struct dv_idmap *out;
};

/* --- what lies in work trees ----------------------------------------------- */

static int keep_index(void *arg, struct dv_repo *there, const char *dataset,
		      struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct dv_drop_job *job = arg;
	int rc = dv_wtindex_open(&x, there, dataset, err);

	if (rc > 0 && x.ix.algo == job->stay.algo)
		dv_idmap_add(&job->stay, &x.ix.manifest, 0);
	dv_wtindex_release(&x);
	return rc < 0 ? rc : 0;
}

static int keep_pointers(struct dv_drop_job *job, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pointer ptr;
	int rc;

	if (!job->s.repo->workdir)
		return 0;
	rc = dv_worktree_datasets(job->s.repo, &all, err);
	for (size_t i = 0; rc >= 0 && i < all.n; i++)
		if (dv_worktree_pointer(job->s.repo, all.v[i], &ptr,
					&ignored) > 0 &&
		    ptr.manifest.algo == job->stay.algo)
			dv_idmap_add(&job->stay, &ptr.manifest, 0);
	dv_strlist_release(&all);
	return rc;
}

static int keep_object(void *arg, const struct dv_digest *id, bool meta,
		       const struct dv_entry *e, struct dv_err *err)
{
	struct dv_drop_job *job = arg;
	int rc;

	(void)e;
	if (!dv_idmap_add(&job->kept_ids, id, 0))
		return meta;
	if (!meta)
		return 0;
	rc = dv_odb_stat(job->s.odb, id, NULL, err);
	return rc < 0 ? rc : !rc;
}

struct keep {
	struct dv_drop_job *job;
	struct dv_err *err;
};

static int keep_manifest(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct keep *k = arg;

	(void)value;
	return dv_manifest_each_object(id, dv_odb_read, k->job->s.odb,
				       keep_object, k->job, k->err);
}

int dv_drop_keep(struct dv_drop_job *job, struct dv_err *err)
{
	struct keep k = { job, err };
	int rc;

	rc = dv_worktreelist_indexes(job->s.repo, keep_index, job, err);
	if (rc >= 0)
		rc = keep_pointers(job, err);
	return rc < 0 ? rc : dv_idmap_each(&job->stay, keep_manifest, &k);
}

/* --- what is here of other versions ---------------------------------------- */

static int see(void *arg, const struct dv_digest *id, bool meta,
	       const struct dv_entry *e, struct dv_err *err)
{
	struct old *o = arg;
	int rc;

	if (meta && !dv_idmap_add(&o->walked, id, 0))
		return 1;
	if (!meta && (dv_idmap_get(&o->job->kept_ids, id, NULL) ||
		      dv_idmap_get(&o->ids, id, NULL)))
		return 0;
	rc = dv_odb_stat(o->job->s.odb, id, NULL, err);
	if (rc < 0 || meta)
		return rc < 0 ? rc : !rc;
	if (!rc)
		return 0;
	o->v[o->at].here = true;
	dv_idmap_add(&o->ids, id, o->at);
	return e->size < DV_ODB_LARGE ? 0 :
	       dv_odb_add_pieces(o->job->s.odb, id, o->at, &o->pieces, err);
}

/* Newest first; what a list that is not here names is not known. */
static int take_row(void *arg, const struct dv_version_row *row,
		    struct dv_err *err)
{
	struct old *o = arg;

	if (row->manifest.algo != o->manifests.algo ||
	    dv_idmap_get(&o->job->stay, &row->manifest, NULL) ||
	    !dv_idmap_add(&o->manifests, &row->manifest, o->n))
		return 0;
	dv_grow(&o->v, &o->cap, o->n + 1, sizeof(*o->v));
	o->at = o->n++;
	o->v[o->at] = (struct past){ .manifest = row->manifest };
	snprintf(o->v[o->at].id, DV_VERSION_ID_MAX, "%s", row->id);
	return dv_manifest_each_object(&row->manifest, dv_odb_read,
				       o->job->s.odb, see, o, err);
}

/* --- which of them are there ----------------------------------------------- */

static int ask_row(void *arg, const struct dv_version_row *row,
		   struct dv_err *err)
{
	struct old *o = arg;
	uint64_t i;

	(void)err;
	if (dv_idmap_get(&o->manifests, &row->manifest, &i) && o->v[i].here)
		dv_strlist_add(&o->versions, row->id);
	return 0;
}

static int take_record(void *arg, size_t i, const struct dv_record *rec,
		       const void *bytes, size_t n, struct dv_err *err)
{
	struct old *o = arg;
	uint64_t at;

	(void)i, (void)bytes, (void)n, (void)err;
	if (rec && dv_idmap_get(&o->manifests, &rec->manifest, &at))
		o->v[at].published = true;
	return 0;
}

static int find_published(struct old *o, struct dv_err *err)
{
	struct dv_session *s = &o->job->s;
	int rc = dv_versions_each_row(s->versions, o->part->dataset, ask_row,
				      o, err);

	if (rc >= 0 && o->versions.n)
		rc = dv_catalog_records(o->job->remote.conn,
					s->repo->name_space, o->part->dataset,
					&o->versions, take_record, o, err);
	for (size_t i = 0; i < o->n && rc >= 0; i++)
		o->job->kept += o->v[i].here && !o->v[i].published;
	return rc;
}

/* --- what they hold --------------------------------------------------------- */

static void fail(struct old *o, const struct past *p, struct dv_err *err)
{
	dv_err_prefix(err, "version '%s@%s'", o->part->dataset, p->id);
	dv_err_hint(err, "dv fsck --remote='%s' tells more",
		    o->job->remote.conn->name);
	dv_bring_fail(err);
	o->job->failed = true;
}

static int open_held(struct old *o, struct dv_err *err)
{
	struct dv_digest *ask = dv_calloc(o->n + 1, sizeof(*ask));
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < o->n; i++)
		if (o->v[i].published) {
			o->v[i].held_as = n;
			ask[n++] = o->v[i].manifest;
		}
	rc = dv_rheld_open(&o->held, o->job->remote.conn, ask, n, err);
	for (size_t i = 0; i < o->n && rc >= 0; i++) {
		struct past *p = &o->v[i];
		struct dv_err why = DV_ERR_INIT;

		if (!p->published ||
		    dv_rheld_check(o->held, p->held_as, &why) >= 0)
			continue;
		p->published = false;
		fail(o, p, &why);
	}
	free(ask);
	return rc;
}

static int take_held(const struct dv_digest *id, uint64_t i, void *arg)
{
	struct old *o = arg;
	struct past *p = &o->v[i];

	if (!p->published)
		return 0;
	if (dv_rheld_has(o->held, p->held_as, id))
		dv_idmap_add(o->out, id, 0);
	else
		p->lost++;
	return 0;
}

static int check_held(struct old *o, struct dv_err *err)
{
	int rc = open_held(o, err);

	if (rc < 0)
		return rc;
	o->out = &o->part->pieces;
	dv_idmap_each(&o->pieces, take_held, o);
	if (o->job->verify)
		dv_rheld_set_verify(o->held);
	o->out = &o->part->ids;
	dv_idmap_each(&o->ids, take_held, o);
	for (size_t i = 0; i < o->n; i++) {
		struct past *p = &o->v[i];
		struct dv_err why = DV_ERR_INIT;
		char count[DV_HUMAN_MAX];

		if (p->published && !p->lost)
			dv_idmap_add(&o->job->published, &p->manifest, 0);
		if (!p->lost)
			continue;
		dv_err_set(&why, DV_E_MISSING, "remote '%s' does not hold %s",
			   o->job->remote.conn->name,
			   dv_human_count(count, p->lost, "of its objects",
					  "of its objects"));
		fail(o, p, &why);
	}
	return o->job->verify ?
	       dv_drop_verify(o->job, o->part, o->held, err) : 0;
}

int dv_drop_check_old(struct dv_drop_job *job, struct dv_drop_part *part,
		      struct dv_err *err)
{
	struct old o = { .job = job, .part = part };
	enum dv_algo algo = job->s.repo->algo;
	int rc;

	dv_idmap_init(&o.manifests, algo);
	dv_idmap_init(&o.walked, algo);
	dv_idmap_init(&o.ids, algo);
	dv_idmap_init(&o.pieces, algo);
	rc = dv_versions_each_row(job->s.versions, part->dataset, take_row,
				  &o, err);
	if (rc >= 0)
		rc = find_published(&o, err);
	if (rc >= 0)
		rc = check_held(&o, err);
	dv_rheld_close(o.held);
	dv_strlist_release(&o.versions);
	dv_idmap_release(&o.manifests);
	dv_idmap_release(&o.walked);
	dv_idmap_release(&o.ids);
	dv_idmap_release(&o.pieces);
	free(o.v);
	return rc < 0 ? rc : 0;
}
