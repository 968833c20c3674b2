/* SPDX-License-Identifier: MIT */
#include "remote/obtain.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/catalog-parts.h"
#include "remote/obtain-parts.h"
#include "remote/rkey.h"

#define BATCH 1024		/* records in memory at once, where listed */
#define ANCESTORS_MAX 100000	/* where not */
#define BYTES_MAX (128u << 20)	/* of them */

/* A record that has come, and the place of its dataset. */
struct arrived {
	struct dv_record rec;
	size_t of;
};

struct job {
	struct dv_conn *c;
	struct dv_repo *repo;
	struct dv_odb *odb;
	struct dv_obtain_many *m;
	struct dv_obtain_look look;
	struct arrived *recs;
	size_t n, cap;
	uint64_t bytes;
	uint64_t written;
	bool lacking;			/* a configuration is not here */

	/* of one round of questions */
	struct dv_strlist keys;
	struct dv_conn_ask *asks;
	size_t asks_n, asks_cap;
};

/* --- questions ------------------------------------------------------------ */

/* Keys move while more are added: they are set at the end. */
static void add_ask(struct job *j, const char *key, size_t max,
		    dv_conn_object_fn *fn, size_t i)
{
	dv_strlist_add(&j->keys, key);
	dv_grow(&j->asks, &j->asks_cap, j->asks_n + 1, sizeof(*j->asks));
	j->asks[j->asks_n++] = (struct dv_conn_ask){ NULL, max, fn, j, i };
}

static int ask(struct job *j, struct dv_err *err)
{
	int rc;

	for (size_t i = 0; i < j->asks_n; i++)
		j->asks[i].key = j->keys.v[i];
	rc = dv_conn_read_some(j->c, j->asks, j->asks_n, err);
	dv_strlist_release(&j->keys);
	j->asks_n = 0;
	return rc;
}

static int keep_record(struct job *j, const struct dv_obtain_ask *a,
		       struct dv_record *rec, size_t n, struct dv_err *err)
{
	dv_catalog_note(j->c, rec);
	j->bytes += n;
	if (j->bytes > BYTES_MAX) {
		dv_record_release(rec);
		return dv_err_set(err, DV_E_LIMIT, "remote '%s': records of "
				  "versions are larger than %u MiB together",
				  j->c->name, BYTES_MAX >> 20);
	}
	dv_grow(&j->recs, &j->cap, j->n + 1, sizeof(*j->recs));
	j->recs[j->n++] = (struct arrived){ *rec, a->of };
	return 0;
}

/* One that is gone since it was named is none. */
static int on_record(void *arg, size_t i, const void *data, size_t n,
		     struct dv_err *err)
{
	struct job *j = arg;
	const struct dv_obtain_ask *a = &j->look.asks[i];
	const char *ns = j->repo->name_space;
	const char *dataset = j->m->datasets.v[a->of];
	struct dv_buf key = DV_BUF_INIT;
	struct dv_record rec;
	int rc;

	if (!data)
		return 0;
	rc = dv_rkey_version(&key, ns, dataset, a->id, err);
	if (!rc)
		rc = dv_catalog_parse(j->c, key.data, ns, dataset, a->id,
				      data, n, &rec, err);
	if (!rc)
		rc = keep_record(j, a, &rec, n, err);
	dv_buf_release(&key);
	return rc;
}

static int add_record(struct job *j, size_t i, struct dv_err *err)
{
	const struct dv_obtain_ask *a = &j->look.asks[i];
	struct dv_buf key = DV_BUF_INIT;
	int rc = dv_rkey_version(&key, j->repo->name_space,
				 j->m->datasets.v[a->of], a->id, err);

	if (!rc)
		add_ask(j, key.data, DV_RECORD_MAX, on_record, i);
	dv_buf_release(&key);
	return rc;
}

/* --- what is asked for with the first records ------------------------------ */

static int tag_key(struct job *j, size_t i, struct dv_buf *key,
		   struct dv_err *err)
{
	const struct dv_obtain_tag *t = &j->look.tags[i];
	int rc = dv_rkey_head(key, j->repo->name_space,
			      j->m->datasets.v[t->of], t->tag, err);

	if (!rc)
		dv_rkey_add_number(key, t->n);
	return rc;
}

static int on_tag(void *arg, size_t i, const void *data, size_t n,
		  struct dv_err *err)
{
	struct job *j = arg;
	struct dv_buf key = DV_BUF_INIT;
	struct dv_headrec h;
	int rc = tag_key(j, i, &key, err);

	if (!rc && !data)
		rc = dv_err_set(err, DV_E_MISSING, "remote '%s': '%s' has "
				"gone while it was read", j->c->name,
				key.data);
	else if (!rc && dv_headrec_parse(&h, data, n, err) < 0)
		rc = dv_catalog_refuse(j->c, key.data, err);
	else if (!rc)
		memcpy(j->look.tags[i].version, h.version, sizeof(h.version));
	dv_buf_release(&key);
	return rc;
}

static int add_tags(struct job *j, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < j->look.tags_n && !rc; i++) {
		rc = tag_key(j, i, &key, err);
		if (!rc)
			add_ask(j, key.data, DV_HEADREC_MAX, on_tag, i);
	}
	dv_buf_release(&key);
	return rc;
}

/* One that cannot be read is asked for again, alone, and named then. */
static int on_location(void *arg, size_t i, const void *data, size_t n,
		       struct dv_err *err)
{
	struct job *j = arg;
	const struct dv_digest *id = &j->m->manifests[i];
	struct dv_rlocation x = { .n = j->look.newest[i] };
	struct dv_err ignored = DV_ERR_INIT;

	(void)err;
	if (!data)
		return 0;
	dv_buf_add(&x.bytes, data, n);
	if (dv_location_open(&x.l, dv_buf_cstr(&x.bytes), n, &ignored) < 0 ||
	    !dv_digest_eq(&x.l.manifest, id)) {
		dv_rlocation_release(&x);
		return 0;
	}
	dv_rcache_published_add(j->c->cache, id);
	dv_obtain_where_keep(j->m->all.where, &x);
	return 0;
}

static void add_locations(struct job *j)
{
	struct dv_buf key = DV_BUF_INIT;

	for (size_t i = 0; i < j->m->n; i++) {
		if (!j->look.newest[i])
			continue;
		dv_rkey_manifest(&key, &j->m->manifests[i]);
		dv_rkey_add_number(&key, j->look.newest[i]);
		add_ask(j, key.data, DV_LOCATION_MAX, on_location, i);
	}
	dv_buf_release(&key);
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
		all[i] = (struct pair){ j->recs[i].rec.config,
					j->recs[i].rec.manifest };
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
		rc = dv_obtain_configs(j->c, j->odb, j->m->packs, ids,
				       manifests, n, &j->m->all, err);
	free(ids);
	free(manifests);
	return rc;
}

/*
 * A version without its configuration would be taken for here, and the
 * configuration never asked for again.
 */
static int write_record(struct job *j, const struct arrived *a,
			struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX];
	int rc;

	rc = dv_odb_stat(j->odb, &a->rec.config, NULL, err);
	j->lacking |= !rc;
	if (rc <= 0)
		return rc;
	rc = dv_versions_write(j->repo, &a->rec, id, err);
	if (rc > 0) {
		j->m->each[a->of].records++;
		j->written++;
	}
	return rc;
}

/*
 * Until now nothing names the configurations: they are looked up again
 * with the lock that keeps a gc out, and the records written under it.
 * What came last is an ancestor of what came before, if anything.
 */
static int write_locked(struct job *j, struct dv_err *err)
{
	struct dv_odb_txn *t = NULL;
	int rc = dv_odb_txn_begin(&t, j->odb, err);

	j->lacking = false;
	for (size_t i = j->n; i-- > 0 && rc >= 0; )
		rc = write_record(j, &j->recs[i], err);
	dv_odb_txn_end(t);
	return rc < 0 ? rc : 0;
}

/* Where a gc was quicker, once more. */
#define TRIES 5

static int write_records(struct job *j, struct dv_err *err)
{
	uint64_t gone, now;
	int rc = dv_odb_gone(j->odb, &gone, err);

	for (int i = 1; rc >= 0; i++) {
		rc = bring_configs(j, err);
		if (rc >= 0)
			rc = dv_rcache_published_flush(j->c->cache, err);
		if (rc < 0 || !j->n)
			break;
		rc = write_locked(j, err);
		if (rc < 0 || !j->lacking || i == TRIES)
			break;
		rc = dv_odb_gone(j->odb, &now, err);
		if (now == gone)
			break;
		gone = now;
	}
	return rc < 0 ? rc : 0;
}

static void drop_records(struct job *j)
{
	for (size_t i = 0; i < j->n; i++)
		dv_record_release(&j->recs[i].rec);
	j->n = 0;
	j->bytes = 0;
}

/* --- which --------------------------------------------------------------- */

/* A tag may be younger than the list of versions. */
static int ask_tagged(struct job *j, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < j->look.tags_n && !rc; i++) {
		const struct dv_obtain_tag *t = &j->look.tags[i];

		if (*t->version)
			rc = dv_obtain_look_ask(&j->look, t->of, t->version,
						err);
	}
	return rc;
}

/* Indexes that will be needed come together, those of all packs. */
static int bring_indexes(struct job *j, struct dv_err *err)
{
	unsigned kinds = 1u << DV_PACK_META;
	const struct dv_rlocation *x;
	bool any = false;

	if (j->m->data)
		kinds |= 1u << DV_PACK_DATA;
	for (size_t i = 0; i < j->m->n; i++) {
		x = dv_obtain_where_get(j->m->all.where, &j->m->manifests[i]);
		if (!x)
			continue;
		dv_rpacks_add_location(j->m->packs, &x->l);
		any = true;
	}
	return any ? dv_rpacks_try_load(j->m->packs, kinds, err) : 0;
}

/* All that are published, so many at a time. */
static int take_listed(struct job *j, struct dv_err *err)
{
	struct dv_obtain_look *l = &j->look;
	size_t next = 0;
	int rc = add_tags(j, err);

	add_locations(j);
	while (!rc && (j->asks_n || next < l->asks_n)) {
		bool first = !next;
		size_t end = next + BATCH < l->asks_n ? next + BATCH :
							l->asks_n;

		while (next < end && !rc)
			rc = add_record(j, next++, err);
		if (!rc)
			rc = ask(j, err);
		if (!rc && first)
			rc = ask_tagged(j, err);
		if (!rc && first)
			rc = bring_indexes(j, err);
		if (!rc)
			rc = write_records(j, err);
		drop_records(j);
	}
	return rc;
}

/* Parents of what came at place first and behind. */
static int ask_parents(struct job *j, size_t first, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = first; i < j->n; i++) {
		const struct arrived *a = &j->recs[i];

		for (size_t k = 0; k < a->rec.parents.n && !rc; k++)
			rc = dv_obtain_look_ask(&j->look, a->of,
						a->rec.parents.v[k], err);
	}
	return rc;
}

static int ask_latest(struct job *j, struct dv_err *err)
{
	size_t n = j->m->datasets.n;
	struct dv_catalog_name *names = dv_calloc(n + 1, sizeof(*names));
	struct dv_catalog_head *heads = dv_calloc(n + 1, sizeof(*heads));
	int rc;

	for (size_t i = 0; i < n; i++)
		names[i] = (struct dv_catalog_name){ j->repo->name_space,
						     j->m->datasets.v[i],
						     NULL };
	rc = dv_catalog_head_all(j->c, names, n, heads, err);
	for (size_t i = 0; i < n && !rc; i++)
		if (*heads[i].version)
			rc = dv_obtain_look_ask(&j->look, i, heads[i].version,
						err);
	free(names);
	free(heads);
	return rc;
}

/*
 * From latest to its ancestors, a generation of all datasets at a time.
 * All are written at the end, ancestors first, so that what is here always
 * has what is behind it.
 */
static int take_ancestors(struct job *j, struct dv_err *err)
{
	size_t next = 0, first;
	int rc = ask_latest(j, err);

	while (next < j->look.asks_n && !rc) {
		first = j->n;
		for (size_t end = j->look.asks_n; next < end && !rc; )
			rc = add_record(j, next++, err);
		if (!rc)
			rc = ask(j, err);
		if (!rc)
			rc = ask_parents(j, first, err);
		if (!rc && j->look.asks_n > ANCESTORS_MAX)
			rc = dv_err_set(err, DV_E_LIMIT, "remote '%s': there "
					"are more than %d new versions",
					j->c->name, ANCESTORS_MAX);
	}
	return rc < 0 ? rc : write_records(j, err);
}

/* --- all -------------------------------------------------------------------- */

static int take_versions(struct job *j, struct dv_err *err)
{
	int rc;

	j->m->each = dv_calloc(j->m->datasets.n + 1, sizeof(*j->m->each));
	rc = dv_repo_odb(j->repo, &j->odb, err);
	if (rc >= 0)
		rc = dv_transport_caps(j->c->t)->list ? take_listed(j, err) :
		     take_ancestors(j, err);
	if (rc >= 0 && j->written)
		rc = dv_versions_reload(j->look.versions, err);
	if (rc >= 0)
		rc = dv_obtain_tags_write(&j->look, err);
	drop_records(j);
	return rc < 0 ? rc : 0;
}

int dv_obtain_versions_all(struct dv_conn *c, struct dv_repo *r,
			   struct dv_versions *v, struct dv_obtain_many *m,
			   struct dv_err *err)
{
	struct job j = { .c = c, .repo = r, .m = m,
			 .look = { .c = c, .repo = r, .versions = v,
				   .m = m } };
	int rc;

	rc = dv_obtain_look(&j.look, err);
	if (!rc)
		rc = take_versions(&j, err);
	dv_obtain_look_release(&j.look);
	dv_strlist_release(&j.keys);
	free(j.asks);
	free(j.recs);
	return rc;
}

void dv_obtain_many_release(struct dv_obtain_many *m)
{
	for (size_t i = 0; m->each && i < m->datasets.n; i++)
		dv_obtain_release(&m->each[i]);
	free(m->each);
	m->each = NULL;
	dv_strlist_release(&m->datasets);
	dv_obtain_release(&m->all);
}

int dv_obtain_versions(struct dv_conn *c, struct dv_repo *r,
		       struct dv_versions *v, const char *dataset,
		       bool force, struct dv_obtain *o, struct dv_err *err)
{
	struct dv_obtain_many m = { .force = force, .all = *o };
	int rc;

	dv_strlist_add(&m.datasets, dataset);
	rc = dv_obtain_versions_all(c, r, v, &m, err);
	*o = m.all;
	m.all = (struct dv_obtain){ .records = 0 };
	if (m.each) {
		o->records += m.each->records;
		o->tags += m.each->tags;
		for (size_t i = 0; i < m.each->moved.n; i++)
			dv_strlist_add(&o->moved, m.each->moved.v[i]);
	}
	dv_obtain_many_release(&m);
	return rc;
}
