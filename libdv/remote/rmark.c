/* SPDX-License-Identifier: MIT */
#include "remote/rmark.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/catalog.h"
#include "remote/rkey.h"

/* Versions that are listed and not there; forgotten meanwhile, or a lie. */
#define GONE_MAX 10000

/* --- versions ------------------------------------------------------------ */

struct walk {
	struct dv_conn *c;
	dv_rmark_version_fn *fn;
	void *arg;
	struct dv_progress *progress;
	/* Of this page.  Names are held once for those that are side by side. */
	struct dv_catalog_name *names;
	size_t n, cap;
	struct dv_strlist texts;
	struct dv_buf ns, dataset;
	uint64_t read, gone;
};

static int note_version(void *arg, const char *key, int64_t size,
			int64_t modified, struct dv_err *err)
{
	struct walk *w = arg;
	struct dv_catalog_name *last = w->n ? &w->names[w->n - 1] : NULL;
	struct dv_catalog_name now = { NULL, NULL, NULL };
	char id[DV_VERSION_ID_MAX];

	(void)size, (void)modified, (void)err;
	if (!dv_rkey_parse_version(key, &w->ns, &w->dataset, id))
		return 0;
	if (last && !strcmp(last->ns, w->ns.data) &&
	    !strcmp(last->dataset, w->dataset.data)) {
		now = *last;
	} else {
		dv_strlist_add(&w->texts, w->ns.data);
		now.ns = w->texts.v[w->texts.n - 1];
		dv_strlist_add(&w->texts, w->dataset.data);
		now.dataset = w->texts.v[w->texts.n - 1];
	}
	dv_strlist_add(&w->texts, id);
	now.what = w->texts.v[w->texts.n - 1];
	dv_grow(&w->names, &w->cap, w->n + 1, sizeof(*w->names));
	w->names[w->n++] = now;
	return 0;
}

static int take_record(void *arg, size_t i, const struct dv_record *rec,
		       const void *bytes, size_t n, struct dv_err *err)
{
	struct walk *w = arg;
	const struct dv_catalog_name *name = &w->names[i];
	struct dv_rmark_version v = { name->ns, name->dataset, name->what,
				      rec };

	(void)bytes;
	(void)n;
	dv_progress_add(w->progress, 1, 0);
	if (rec) {
		w->read++;
		return w->fn(w->arg, &v, err);
	}
	if (++w->gone < GONE_MAX || w->gone < w->read)
		return 0;
	return dv_err_set(err, DV_E_LIMIT, "remote '%s' lists %" PRIu64
			  " versions that are not there", w->c->name,
			  w->gone);
}

static int read_versions(void *arg, struct dv_err *err)
{
	struct walk *w = arg;
	int rc;

	rc = dv_catalog_records_of(w->c, w->names, w->n, take_record, w, err);
	dv_strlist_release(&w->texts);
	w->n = 0;
	return rc;
}

int dv_rmark_versions(struct dv_conn *c, dv_rmark_version_fn *fn, void *arg,
		      struct dv_progress *p, struct dv_err *err)
{
	struct walk w = { .c = c, .fn = fn, .arg = arg, .progress = p };
	int rc;

	dv_rcache_published_off(c->cache);
	dv_progress_phase(p, "reading versions", 0, 0);
	rc = dv_conn_each_page(c, DV_RKEY_VERSIONS, DV_CATALOG_KEYS_MAX,
			       note_version, read_versions, &w, err);
	dv_strlist_release(&w.texts);
	dv_buf_release(&w.ns);
	dv_buf_release(&w.dataset);
	free(w.names);
	return rc;
}

/* --- what is reached ------------------------------------------------------ */

void dv_rmark_init(struct dv_rmark *m, enum dv_algo algo)
{
	dv_idmap_init(&m->manifests, algo);
	dv_idmap_init(&m->packs, algo);
}

void dv_rmark_release(struct dv_rmark *m)
{
	dv_idmap_release(&m->manifests);
	dv_idmap_release(&m->packs);
}

struct marking {
	struct dv_rmark *m;
	struct dv_conn *c;
	dv_rmark_location_fn *fn;
	dv_rmark_manifest_fn *others;
	dv_conn_rest_fn *rest;
	void *arg;
	struct dv_progress *progress;
	uint64_t placed;		/* of those reached */
	/* Of this page: the newest records of those reached. */
	struct dv_strlist keys;
	struct dv_digest *ids;		/* of each key */
	uint64_t *numbers;
	size_t ids_cap, numbers_cap;
	size_t *gone, gone_n, gone_cap;	/* places of keys to read again */
};

static int too_many(const struct dv_conn *c, int max, const char *what,
		    struct dv_err *err)
{
	return dv_err_set(err, DV_E_LIMIT, "remote '%s': versions need more "
			  "than %d %s", c->name, max, what);
}

static int mark_version(void *arg, const struct dv_rmark_version *v,
			struct dv_err *err)
{
	struct marking *k = arg;

	if (dv_idmap_add(&k->m->manifests, &v->rec->manifest, 0) &&
	    k->m->manifests.n > DV_RMARK_MANIFESTS_MAX)
		return too_many(k->c, DV_RMARK_MANIFESTS_MAX, "manifests",
				err);
	return 0;
}

static int mark_manifest(void *arg, const struct dv_rmark_manifest *m,
			 struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	struct marking *k = arg;
	size_t n = k->keys.n;

	if (!dv_idmap_get(&k->m->manifests, &m->id, NULL))
		return k->others ? k->others(k->arg, m, err) : 0;
	k->placed++;
	dv_grow(&k->ids, &k->ids_cap, n + 1, sizeof(*k->ids));
	dv_grow(&k->numbers, &k->numbers_cap, n + 1, sizeof(*k->numbers));
	k->ids[n] = m->id;
	k->numbers[n] = m->last;
	dv_rkey_manifest(&key, &m->id);
	dv_strlist_add(&k->keys, dv_rkey_add_number(&key, m->last));
	dv_buf_release(&key);
	return 0;
}

static int mark_location(struct marking *k, const struct dv_digest *manifest,
			 uint64_t number, const struct dv_location *l,
			 struct dv_err *err)
{
	for (uint32_t i = 0; i < l->packs; i++) {
		struct dv_location_pack p;

		dv_location_pack(l, i, &p);
		dv_idmap_add(&k->m->packs, &p.id, 0);
	}
	dv_progress_add(k->progress, 1, 0);
	if (k->m->packs.n > DV_RMARK_PACKS_MAX)
		return too_many(k->c, DV_RMARK_PACKS_MAX, "packs", err);
	return k->fn ? k->fn(k->arg, manifest, number, l, err) : 0;
}

static int take_location(void *arg, size_t i, const void *data, size_t n,
			 struct dv_err *err)
{
	struct marking *k = arg;
	struct dv_location l;
	int rc;

	if (!data) {
		dv_grow(&k->gone, &k->gone_cap, k->gone_n + 1,
			sizeof(*k->gone));
		k->gone[k->gone_n++] = i;
		return 0;
	}
	rc = dv_location_open(&l, data, n, err);
	if (!rc && !dv_digest_eq(&l.manifest, &k->ids[i]))
		rc = dv_err_set(err, DV_E_FORMAT, "it is of another manifest");
	if (rc < 0)
		return dv_err_prefix(err, "remote '%s': '%s'", k->c->name,
				     k->keys.v[i]);
	return mark_location(k, &k->ids[i], k->numbers[i], &l, err);
}

/* Gone since it was listed: the highest number there is now counts. */
static int read_again(struct marking *k, size_t i, struct dv_err *err)
{
	struct dv_rlocation x = { .n = 0 };
	int rc;

	rc = dv_rlocation_read(&x, k->c, &k->ids[i], err);
	if (rc > 0)
		rc = mark_location(k, &k->ids[i], x.n, &x.l, err);
	else if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "remote '%s': '%s' has "
				"gone while it was read", k->c->name,
				k->keys.v[i]);
	dv_rlocation_release(&x);
	return rc;
}

static int read_locations(void *arg, struct dv_err *err)
{
	struct marking *k = arg;
	int rc;

	rc = dv_conn_read_all(k->c, &k->keys, DV_LOCATION_MAX, take_location,
			      k, err);
	for (size_t i = 0; !rc && i < k->gone_n; i++)
		rc = read_again(k, k->gone[i], err);
	dv_strlist_release(&k->keys);
	k->gone_n = 0;
	return rc || !k->rest ? rc : k->rest(k->arg, err);
}

/* --- versions without a location record ------------------------------------ */

struct finder {
	struct dv_conn *c;
	const struct dv_idmap *wanted;
	struct dv_idmap placed;		/* manifests that have one */
};

static int note_placed(void *arg, const struct dv_rmark_manifest *m,
		       struct dv_err *err)
{
	struct finder *f = arg;

	(void)err;
	dv_idmap_add(&f->placed, &m->id, 0);
	return 0;
}

static int check_placed(void *arg, const struct dv_rmark_version *v,
			struct dv_err *err)
{
	struct finder *f = arg;

	if (dv_idmap_get(&f->placed, &v->rec->manifest, NULL) ||
	    !dv_idmap_get(f->wanted, &v->rec->manifest, NULL))
		return 0;
	dv_err_set(err, DV_E_MISSING, "remote '%s': the version '%s/%s@%s' is "
		   "there, and no record of where its manifest lies",
		   f->c->name, v->ns, v->dataset, v->id);
	return dv_err_hint(err, "push it again, or remove it: dv forget -r "
			   "'%s/%s@%s'", v->ns, v->dataset, v->id);
}

/* There is one: which?  None, where it went meanwhile. */
static int find_unplaced(const struct marking *k, struct dv_err *err)
{
	struct finder f = { .c = k->c, .wanted = &k->m->manifests };
	int rc;

	dv_idmap_init(&f.placed, k->c->algo);
	rc = dv_rmark_manifests(k->c, note_placed, NULL, NULL, &f, err);
	if (!rc)
		rc = dv_rmark_versions(k->c, check_placed, &f, k->progress,
				       err);
	dv_idmap_release(&f.placed);
	if (rc)
		return rc;
	return dv_err_set(err, DV_E_CONFLICT, "remote '%s': versions went "
			  "while they were read; try again", k->c->name);
}

/* --- all of it -------------------------------------------------------------- */

int dv_rmark_all(struct dv_rmark *m, struct dv_conn *c,
		 dv_rmark_location_fn *fn, dv_rmark_manifest_fn *others,
		 dv_conn_rest_fn *rest, void *arg, struct dv_progress *p,
		 struct dv_err *err)
{
	struct marking k = { .m = m, .c = c, .fn = fn, .others = others,
			     .rest = rest, .arg = arg, .progress = p };
	int rc;

	rc = dv_rmark_versions(c, mark_version, &k, p, err);
	dv_progress_phase(p, "reading locations", m->manifests.n, 0);
	if (!rc)
		rc = dv_rmark_manifests(c, mark_manifest, read_locations,
					NULL, &k, err);
	if (!rc && k.placed < m->manifests.n)
		rc = find_unplaced(&k, err);
	dv_strlist_release(&k.keys);
	free(k.ids);
	free(k.numbers);
	free(k.gone);
	return rc;
}
