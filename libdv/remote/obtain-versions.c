/* SPDX-License-Identifier: MIT */
#include "remote/obtain.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/obtain-parts.h"

#define BATCH 1024		/* records in memory at once, where listed */
#define LISTED_MAX 1000000	/* whose names are */
#define ANCESTORS_MAX 100000	/* where not */
#define BYTES_MAX (128u << 20)	/* of them */

struct job {
	struct dv_conn *c;
	struct dv_repo *repo;
	struct dv_odb *odb;
	const char *dataset;
	struct dv_obtain *o;
	struct dv_strlist here;		/* ids of versions, sorted */
	struct dv_strlist ids;		/* to be asked for */
	struct dv_record *recs;		/* that have come */
	size_t n, cap;
	uint64_t bytes;
};

static int cmp_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_here(const struct job *j, const char *id)
{
	return j->here.n && bsearch(&id, j->here.v, j->here.n,
				    sizeof(*j->here.v), cmp_text);
}

/* A record that is here and not known to be there is read again. */
static int on_row(void *arg, const struct dv_version_row *row,
		  struct dv_err *err)
{
	struct job *j = arg;

	(void)err;
	if (dv_rcache_published_has(j->c->cache, &row->manifest))
		dv_strlist_add(&j->here, row->id);
	return 0;
}

/* --- records ------------------------------------------------------------ */

/* One that is gone since it was named is none. */
static int on_record(void *arg, size_t i, const struct dv_record *rec,
		     const void *bytes, size_t n, struct dv_err *err)
{
	struct job *j = arg;

	(void)i, (void)bytes;
	if (!rec)
		return 0;
	j->bytes += n;
	if (j->bytes > BYTES_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s': records of "
				  "'%s' are larger than %u MiB together",
				  j->c->name, j->dataset, BYTES_MAX >> 20);
	dv_grow(&j->recs, &j->cap, j->n + 1, sizeof(*j->recs));
	dv_record_copy(&j->recs[j->n++], rec);
	return 0;
}

static int read_records(struct job *j, const struct dv_strlist *ids,
			struct dv_err *err)
{
	return dv_catalog_records(j->c, j->repo->name_space, j->dataset, ids,
				  on_record, j, err);
}

static void drop_records(struct job *j)
{
	for (size_t i = 0; i < j->n; i++)
		dv_record_release(&j->recs[i]);
	j->n = 0;
	j->bytes = 0;
}

/* --- what they name, and themselves ------------------------------------ */

struct pair {
	struct dv_digest config, manifest;
};

static int cmp_pairs(const void *a, const void *b)
{
	return dv_digest_cmp(&((const struct pair *)a)->config,
			     &((const struct pair *)b)->config);
}

/* Each configuration that is not here, with a manifest that leads to it. */
static int list_configs(struct job *j, struct dv_digest *ids,
			struct dv_digest *manifests, size_t *n,
			struct dv_err *err)
{
	struct pair *all = dv_calloc(j->n + 1, sizeof(*all));
	int rc = 0;

	for (size_t i = 0; i < j->n; i++)
		all[i] = (struct pair){ j->recs[i].config,
					j->recs[i].manifest };
	qsort(all, j->n, sizeof(*all), cmp_pairs);
	*n = 0;
	for (size_t i = 0; i < j->n && rc >= 0; i++) {
		if (i && dv_digest_eq(&all[i].config, &all[i - 1].config))
			continue;
		rc = dv_odb_stat(j->odb, &all[i].config, NULL, err);
		if (rc)
			continue;
		ids[*n] = all[i].config;
		manifests[(*n)++] = all[i].manifest;
	}
	free(all);
	return rc < 0 ? rc : 0;
}

static int bring_configs(struct job *j, struct dv_err *err)
{
	struct dv_digest *ids = dv_calloc(j->n + 1, sizeof(*ids));
	struct dv_digest *manifests = dv_calloc(j->n + 1, sizeof(*manifests));
	size_t n;
	int rc;

	rc = list_configs(j, ids, manifests, &n, err);
	if (!rc)
		rc = dv_obtain_configs(j->c, j->odb, NULL, ids, manifests, n,
				       j->o, err);
	free(ids);
	free(manifests);
	return rc;
}

/*
 * A version without its configuration would be taken for here, and the
 * configuration never asked for again.
 */
static int write_record(struct job *j, const struct dv_record *rec,
			struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX];
	int rc;

	rc = dv_odb_stat(j->odb, &rec->config, NULL, err);
	if (rc <= 0)
		return rc;
	rc = dv_versions_write(j->repo, rec, id, err);
	if (rc > 0)
		j->o->records++;
	return rc;
}

/* What came last is an ancestor of what came before, if anything. */
static int write_records(struct job *j, struct dv_err *err)
{
	int rc;

	rc = bring_configs(j, err);
	if (rc >= 0)
		rc = dv_rcache_published_flush(j->c->cache, err);
	for (size_t i = j->n; i-- > 0 && rc >= 0; )
		rc = write_record(j, &j->recs[i], err);
	return rc < 0 ? rc : 0;
}

/* --- which --------------------------------------------------------------- */

static int too_many(const struct job *j, int max, struct dv_err *err)
{
	return dv_err_set(err, DV_E_LIMIT, "remote '%s': '%s' has more than "
			  "%d versions", j->c->name, j->dataset, max);
}

static int on_version(void *arg, const char *ns, const char *dataset,
		      const char *id, int64_t published, struct dv_err *err)
{
	struct job *j = arg;

	(void)ns, (void)dataset, (void)published;
	if (is_here(j, id))
		return 0;
	if (j->ids.n == LISTED_MAX)
		return too_many(j, LISTED_MAX, err);
	dv_strlist_add(&j->ids, id);
	return 0;
}

/* All that are published, so many at a time. */
static int take_listed(struct job *j, struct dv_err *err)
{
	struct dv_strlist some;
	int rc;

	rc = dv_catalog_versions(j->c, j->repo->name_space, j->dataset,
				 on_version, j, err);
	for (size_t i = 0; i < j->ids.n && rc >= 0; i += BATCH) {
		some = j->ids;
		some.v += i;
		some.n = j->ids.n - i < BATCH ? j->ids.n - i : BATCH;
		rc = read_records(j, &some, err);
		if (rc >= 0)
			rc = write_records(j, err);
		drop_records(j);
	}
	return rc;
}

/* Parents of what came at place first and behind, but for the known. */
static void name_parents(struct job *j, size_t first, struct dv_strlist *known,
			 struct dv_strlist *out)
{
	for (size_t i = first; i < j->n; i++) {
		const struct dv_strlist *parents = &j->recs[i].parents;

		for (size_t k = 0; k < parents->n; k++)
			if (!is_here(j, parents->v[k]) &&
			    !dv_strlist_has(known, parents->v[k])) {
				dv_strlist_add(out, parents->v[k]);
				dv_strlist_add(known, parents->v[k]);
			}
	}
}

/*
 * From latest to its ancestors, a generation at a time.  All are written
 * at the end, ancestors first, so that what is here always has what is
 * behind it.
 */
static int take_ancestors(struct job *j, struct dv_err *err)
{
	struct dv_catalog_head latest;
	struct dv_strlist next = DV_STRLIST_INIT;
	size_t first;
	int rc;

	rc = dv_catalog_head(j->c, j->repo->name_space, j->dataset, NULL,
			     &latest, err);
	if (rc <= 0)
		return rc;
	if (!is_here(j, latest.version)) {
		dv_strlist_add(&next, latest.version);
		dv_strlist_add(&j->ids, latest.version);
	}
	while (next.n && rc >= 0) {
		first = j->n;
		rc = read_records(j, &next, err);
		dv_strlist_release(&next);
		name_parents(j, first, &j->ids, &next);
		if (rc >= 0 && j->ids.n > ANCESTORS_MAX)
			rc = too_many(j, ANCESTORS_MAX, err);
	}
	dv_strlist_release(&next);
	return rc < 0 ? rc : write_records(j, err);
}

static int take_versions(struct job *j, struct dv_versions *v,
			 struct dv_err *err)
{
	uint64_t before = j->o->records;
	int rc;

	rc = dv_repo_odb(j->repo, &j->odb, err);
	if (rc >= 0)
		rc = dv_versions_each_row(v, j->dataset, on_row, j, err);
	dv_strlist_sort(&j->here);
	if (rc >= 0)
		rc = dv_transport_caps(j->c->t)->list ? take_listed(j, err) :
		     take_ancestors(j, err);
	if (rc >= 0 && j->o->records > before)
		rc = dv_versions_reload(v, err);
	drop_records(j);
	free(j->recs);
	dv_strlist_release(&j->here);
	dv_strlist_release(&j->ids);
	return rc;
}

int dv_obtain_versions(struct dv_conn *c, struct dv_repo *r,
		       struct dv_versions *v, const char *dataset,
		       bool force, struct dv_obtain *o, struct dv_err *err)
{
	struct job j = { .c = c, .repo = r, .dataset = dataset, .o = o };
	struct dv_obtain_tags tags = { .c = c, .repo = r, .versions = v,
				       .dataset = dataset, .force = force,
				       .o = o };
	int rc = 0;

	if (dv_transport_caps(c->t)->list)
		rc = dv_obtain_tags_read(&tags, err);
	if (rc >= 0)
		rc = take_versions(&j, v, err);
	if (rc >= 0)
		rc = dv_obtain_tags_write(&tags, err);
	dv_strlist_release(&tags.names);
	dv_strlist_release(&tags.ids);
	return rc < 0 ? rc : 0;
}
