/* SPDX-License-Identifier: MIT */
#include "remote/rmark.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/catalog.h"
#include "remote/rkey.h"

/* --- versions ------------------------------------------------------------ */

/* Versions of one dataset, whose records are read together. */
struct walk {
	struct dv_conn *c;
	dv_rmark_version_fn *fn;
	void *arg;
	struct dv_progress *progress;
	struct dv_strlist places;	/* "<ns>\n<dataset>", sorted */
	struct dv_strlist *ids;		/* of each */
	size_t cap;
	const char *ns, *dataset;	/* whose records are read now */
	const struct dv_strlist *now;
};

/* They come sorted, so those of a dataset are side by side. */
static int note_version(void *arg, const char *ns, const char *dataset,
			const char *id, int64_t published, struct dv_err *err)
{
	struct walk *w = arg;
	char *place = dv_asprintf("%s\n%s", ns, dataset);
	size_t n = w->places.n;

	(void)published;
	(void)err;
	if (n && !strcmp(w->places.v[n - 1], place)) {
		free(place);
		n--;
	} else {
		dv_strlist_take(&w->places, place);
		dv_grow(&w->ids, &w->cap, n + 1, sizeof(*w->ids));
		w->ids[n] = (struct dv_strlist)DV_STRLIST_INIT;
	}
	dv_strlist_add(&w->ids[n], id);
	dv_progress_add(w->progress, 1, 0);
	return 0;
}

static int take_record(void *arg, size_t i, const struct dv_record *rec,
		       const void *bytes, size_t n, struct dv_err *err)
{
	struct walk *w = arg;
	struct dv_rmark_version v = { w->ns, w->dataset, w->now->v[i], rec };

	(void)bytes;
	(void)n;
	dv_progress_add(w->progress, 1, 0);
	return rec ? w->fn(w->arg, &v, err) : 0;
}

static int read_place(struct walk *w, size_t k, struct dv_err *err)
{
	const char *place = w->places.v[k], *lf = strchr(place, '\n');
	char *ns = dv_strndup(place, (size_t)(lf - place));
	int rc;

	w->ns = ns;
	w->dataset = lf + 1;
	w->now = &w->ids[k];
	rc = dv_catalog_records(w->c, ns, w->dataset, w->now, take_record, w,
				err);
	free(ns);
	return rc;
}

int dv_rmark_versions(struct dv_conn *c, dv_rmark_version_fn *fn, void *arg,
		      struct dv_progress *p, struct dv_err *err)
{
	struct walk w = { .c = c, .fn = fn, .arg = arg, .progress = p };
	uint64_t n = 0;
	int rc;

	dv_rcache_published_off(c->cache);
	dv_progress_phase(p, "listing versions", 0, 0);
	rc = dv_catalog_versions(c, NULL, NULL, note_version, &w, err);
	for (size_t k = 0; k < w.places.n; k++)
		n += w.ids[k].n;
	dv_progress_phase(p, "reading versions", n, 0);
	for (size_t k = 0; !rc && k < w.places.n; k++)
		rc = read_place(&w, k, err);
	for (size_t k = 0; k < w.places.n; k++)
		dv_strlist_release(&w.ids[k]);
	dv_strlist_release(&w.places);
	free(w.ids);
	return rc;
}

/* --- what is reached ------------------------------------------------------ */

void dv_rmark_init(struct dv_rmark *m, enum dv_algo algo)
{
	dv_idmap_init(&m->manifests, algo);
	dv_idmap_init(&m->packs, algo);
	m->names = (struct dv_strlist)DV_STRLIST_INIT;
}

void dv_rmark_release(struct dv_rmark *m)
{
	dv_idmap_release(&m->manifests);
	dv_idmap_release(&m->packs);
	dv_strlist_release(&m->names);
}

struct marking {
	struct dv_rmark *m;
	struct dv_conn *c;
	dv_rmark_location_fn *fn;
	dv_rmark_manifest_fn *others;
	void *arg;
	struct dv_progress *progress;
	struct dv_idmap placed;		/* manifests with a location record */
	struct dv_strlist keys;		/* of the newest of those reached */
	struct dv_digest *ids;		/* of each key */
	uint64_t *numbers;
	size_t ids_cap, numbers_cap;
	size_t *gone, gone_n, gone_cap;	/* places of keys to read again */
};

static int mark_version(void *arg, const struct dv_rmark_version *v,
			struct dv_err *err)
{
	struct marking *k = arg;

	(void)err;
	if (dv_idmap_add(&k->m->manifests, &v->rec->manifest, k->m->names.n))
		dv_strlist_take(&k->m->names,
				dv_asprintf("%s/%s@%s", v->ns, v->dataset,
					    v->id));
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
	dv_idmap_add(&k->placed, &m->id, 0);
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
		dv_idmap_add(&k->m->packs, &p.id, p.size);
	}
	dv_progress_add(k->progress, 1, 0);
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

static int check_placed(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct marking *k = arg;

	return dv_idmap_get(&k->placed, id, NULL) ? 0 : (int)value + 1;
}

/* Is there a location record of each manifest that is reached? */
static int require_all(struct marking *k, struct dv_err *err)
{
	int found = dv_idmap_each(&k->m->manifests, check_placed, k);
	const char *name;

	if (!found)
		return 0;
	name = k->m->names.v[found - 1];
	dv_err_set(err, DV_E_MISSING, "remote '%s': the version '%s' is "
		   "there, and no record of where its manifest lies",
		   k->c->name, name);
	return dv_err_hint(err, "push it again, or remove it: dv forget -r "
			   "'%s'", name);
}

int dv_rmark_all(struct dv_rmark *m, struct dv_conn *c,
		 dv_rmark_location_fn *fn, dv_rmark_manifest_fn *others,
		 void *arg, struct dv_progress *p, struct dv_err *err)
{
	struct marking k = { .m = m, .c = c, .fn = fn, .others = others,
			     .arg = arg, .progress = p };
	int rc;

	dv_idmap_init(&k.placed, c->algo);
	rc = dv_rmark_versions(c, mark_version, &k, p, err);
	if (!rc)
		rc = dv_rmark_manifests(c, mark_manifest, NULL, &k, err);
	if (!rc)
		rc = require_all(&k, err);
	dv_progress_phase(p, "reading locations", k.keys.n, 0);
	if (!rc)
		rc = dv_conn_read_all(c, &k.keys, DV_LOCATION_MAX,
				      take_location, &k, err);
	for (size_t i = 0; !rc && i < k.gone_n; i++)
		rc = read_again(&k, k.gone[i], err);
	dv_idmap_release(&k.placed);
	dv_strlist_release(&k.keys);
	free(k.ids);
	free(k.numbers);
	free(k.gone);
	return rc;
}
