/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/rfsck-parts.h"
#include "remote/rkey.h"
#include "remote/rmark.h"

/* --- location records ---------------------------------------------------- */

static int cmp_manifest(const void *id, const void *m)
{
	return dv_digest_cmp(id, &((const struct dv_rfsck_manifest *)m)->id);
}

static struct dv_rfsck_manifest *find_manifest(struct dv_rfsck_job *j,
					       const struct dv_digest *id)
{
	return j->manifests_n ?
	       bsearch(id, j->manifests, j->manifests_n,
		       sizeof(*j->manifests), cmp_manifest) : NULL;
}

static int note_manifest(void *arg, const struct dv_rmark_manifest *found,
			 struct dv_err *err)
{
	struct dv_rfsck_job *j = arg;
	struct dv_rfsck_manifest *m = find_manifest(j, &found->id);
	struct dv_buf key = DV_BUF_INIT;

	(void)err;
	if (!m)
		return 0;
	m->last = found->last;
	if (found->first != 1 || found->count != found->last)
		dv_rfsck_tell(j, dv_rfsck_location_key(&key, m),
			      "there are %" PRIu64 " numbers and not %" PRIu64,
			      found->count, found->last);
	dv_buf_release(&key);
	return 0;
}

static void note_stray(void *arg, const char *key)
{
	dv_rfsck_tell(arg, key, "dv makes no such key");
}

static void tell_unplaced(struct dv_rfsck_job *j,
			  const struct dv_rfsck_manifest *m)
{
	char id[DV_DIGEST_TEXT];

	for (size_t i = 0; i < m->n; i++)
		dv_rfsck_tell(j, j->keys.v[j->versions[m->version + i].key],
			      "there is no record of where its manifest %s "
			      "lies", dv_digest_format(id, &m->id));
}

static int cmp_places(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void add_packs(struct dv_rfsck_job *j, struct dv_rfsck_manifest *m,
		      const struct dv_location *l, const char *key)
{
	m->packs.v = dv_reallocarray(NULL, (size_t)l->packs + 1,
				     sizeof(*m->packs.v));
	for (uint32_t i = 0; i < l->packs; i++) {
		struct dv_location_pack p;
		const struct dv_rpack *known;
		char hex[DV_DIGEST_TEXT];

		dv_location_pack(l, i, &p);
		m->packs.v[i] = dv_rpacks_add(j->packs, &p);
		dv_idmap_add(&j->places, &p.id, m->packs.v[i]);
		known = dv_rpacks_get(j->packs, m->packs.v[i]);
		if (known->info.size != p.size || known->info.kind != p.kind ||
		    known->info.idx_size != p.idx_size)
			dv_rfsck_tell(j, key, "it says of the pack %s what "
				      "another record says otherwise",
				      dv_digest_hex(hex, &p.id));
	}
	m->packs.n = l->packs;
	j->uses += l->packs;
	qsort(m->packs.v, m->packs.n, sizeof(*m->packs.v), cmp_places);
}

/* The configuration of each version is in no manifest, so it is named. */
static void check_configs(struct dv_rfsck_job *j,
			  const struct dv_rfsck_manifest *m,
			  const struct dv_location *l, const char *key)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct dv_rfsck_version *v;
		struct dv_location_object o;
		char id[DV_DIGEST_TEXT];

		v = &j->versions[m->version + i];
		if (!dv_location_find(l, &v->config, &o))
			dv_rfsck_tell(j, j->keys.v[v->key], "'%s' does not "
				      "tell where its configuration %s lies",
				      key, dv_digest_format(id, &v->config));
	}
}

static int check_packs(const struct dv_rfsck_job *j, struct dv_err *err)
{
	if (dv_rpacks_count(j->packs) <= DV_RFSCK_PACKS_MAX &&
	    j->uses <= DV_RFSCK_USES_MAX)
		return dv_rfsck_check_faults(j, err);
	dv_err_set(err, DV_E_LIMIT, "remote '%s': its versions need more than "
		   "%d packs, or %d of all manifests together, which is more "
		   "than can be checked at once", j->c->name,
		   DV_RFSCK_PACKS_MAX, DV_RFSCK_USES_MAX);
	return dv_err_hint(err, "to put small ones together: dv repack "
			   "--remote");
}

struct locations {
	struct dv_rfsck_job *j;
	struct dv_strlist keys;
	size_t *places;			/* of the manifest of each key */
};

static int take_location(void *arg, size_t i, const void *data, size_t n,
			 struct dv_err *err)
{
	struct locations *x = arg;
	struct dv_rfsck_manifest *m = &x->j->manifests[x->places[i]];
	struct dv_err why = DV_ERR_INIT;
	struct dv_location l;
	const char *key = x->keys.v[i];

	if (dv_location_open(&l, data, n, &why) < 0) {
		dv_rfsck_tell(x->j, key, "%s", why.msg);
	} else if (!dv_digest_eq(&l.manifest, &m->id)) {
		dv_rfsck_tell(x->j, key, "it is of another manifest");
	} else {
		m->good = true;
		add_packs(x->j, m, &l, key);
		check_configs(x->j, m, &l, key);
	}
	return check_packs(x->j, err);
}

int dv_rfsck_locations(struct dv_rfsck_job *j, struct dv_err *err)
{
	struct locations x = { .j = j };
	struct dv_buf key = DV_BUF_INIT;
	int rc;

	rc = dv_rmark_manifests(j->c, note_manifest, NULL, note_stray, j, err);
	x.places = dv_reallocarray(NULL, j->manifests_n + 1,
				   sizeof(*x.places));
	for (size_t i = 0; !rc && i < j->manifests_n; i++) {
		struct dv_rfsck_manifest *m = &j->manifests[i];

		if (!m->last) {
			tell_unplaced(j, m);
			continue;
		}
		x.places[x.keys.n] = i;
		dv_strlist_add(&x.keys, dv_rfsck_location_key(&key, m));
	}
	dv_progress_phase(j->f->progress, "reading locations", x.keys.n, 0);
	if (!rc)
		rc = dv_rfsck_read_all(j, &x.keys, DV_LOCATION_MAX,
				       take_location, &x, err);
	dv_strlist_release(&x.keys);
	dv_buf_release(&key);
	free(x.places);
	return rc;
}

/* --- packs --------------------------------------------------------------- */

/* A version that needs pack i, for a sentence. */
static const char *needed_by(const struct dv_rfsck_job *j, uint32_t i)
{
	for (size_t k = 0; k < j->manifests_n; k++) {
		const struct dv_rfsck_manifest *m = &j->manifests[k];

		if (m->packs.n && bsearch(&i, m->packs.v, m->packs.n,
					  sizeof(i), cmp_places))
			return j->keys.v[j->versions[m->version].key];
	}
	return "";
}

static void check_size(struct dv_rfsck_job *j, uint32_t i, const char *suffix,
		       int64_t size, uint64_t expect)
{
	const struct dv_rpack *p = dv_rpacks_get(j->packs, i);
	struct dv_buf key = DV_BUF_INIT;

	if (dv_rmark_is_size(size, expect))
		return;
	j->there[i] |= DV_RFSCK_TOLD;
	dv_rkey_pack(&key, &p->info.id, suffix);
	if (size == DV_RMARK_NONE)
		dv_rfsck_tell(j, key.data, "it is not there, and '%s' needs "
			      "it", needed_by(j, i));
	else
		dv_rfsck_tell(j, key.data, "it has %" PRId64 " bytes and "
			      "should have %" PRIu64, size, expect);
	dv_buf_release(&key);
}

static int note_pack(void *arg, const struct dv_rmark_pack *p,
		     struct dv_err *err)
{
	struct dv_rfsck_job *j = arg;
	const struct dv_rpack *known;
	uint64_t i;

	(void)err;
	if (!dv_idmap_get(&j->places, &p->id, &i))
		return 0;
	j->there[i] |= DV_RFSCK_THERE;
	known = dv_rpacks_get(j->packs, (uint32_t)i);
	check_size(j, (uint32_t)i, ".pack", p->size, known->info.size);
	check_size(j, (uint32_t)i, ".idx", p->idx_size, known->info.idx_size);
	return 0;
}

/* --- indexes ------------------------------------------------------------- */

struct fetch {
	struct dv_rfsck_job *j;
	struct dv_err err;		/* what ends it */
};

struct idx {
	struct fetch *f;
	uint32_t i;			/* place of its pack */
	char *file;
};

/* Into the cache, which takes it only where it hashes to its name. */
static void take_idx(struct idx *x)
{
	struct dv_rfsck_job *j = x->f->j;
	const struct dv_digest *pack;
	struct dv_err why = DV_ERR_INIT;
	struct dv_buf key = DV_BUF_INIT;

	pack = &dv_rpacks_get(j->packs, x->i)->info.id;
	if (!dv_rcache_put_idx(j->c->cache, pack, x->file, &why))
		return;
	if (dv_rfsck_is_fault(&why) && why.code != DV_E_MISSING) {
		j->there[x->i] |= DV_RFSCK_TOLD;
		dv_rkey_pack(&key, pack, ".idx");
		dv_rfsck_tell(j, key.data, "%s", why.msg);
		dv_buf_release(&key);
	} else if (!x->f->err.code) {
		x->f->err = why;
	}
}

/* One that is missing was told by the list of packs. */
static void got_idx(void *arg, const struct dv_transport_result *r)
{
	struct idx *x = arg;

	if (r->class == DV_WIRE_OK)
		take_idx(x);
	else if (r->class != DV_WIRE_MISSING && !x->f->err.code)
		x->f->err = *r->err;
	dv_progress_add(x->f->j->f->progress, 1, 0);
	unlink(x->file);
	free(x->file);
	free(x);
}

static int fetch_idx(struct fetch *f, uint32_t i, struct dv_err *err)
{
	const struct dv_rpack *p = dv_rpacks_get(f->j->packs, i);
	struct dv_conn *c = f->j->c;
	const char *tmp = dv_rcache_tmp(c->cache, err);
	struct dv_buf key = DV_BUF_INIT;
	struct idx *x;
	char *file;
	int fd, rc;

	rc = tmp ? dv_tmpfile(&fd, &file, tmp, err) : -err->code;
	if (rc < 0)
		return rc;
	close(fd);
	x = dv_calloc(1, sizeof(*x));
	*x = (struct idx){ f, i, file };
	dv_transport_get(c->t, dv_rkey_pack(&key, &p->info.id, ".idx"), 0,
			 p->info.idx_size, file, 0, got_idx, x);
	dv_buf_release(&key);
	rc = dv_transport_wait(c->t, DV_CONN_REQUESTS, err);
	return rc < 0 ? rc : 0;
}

/* Those that are there, from there, whatever the cache has. */
static int fetch_all(struct dv_rfsck_job *j, struct dv_err *err)
{
	struct fetch f = { .j = j };
	struct dv_err why = DV_ERR_INIT, ignored = DV_ERR_INIT;
	uint32_t n = dv_rpacks_count(j->packs);
	int rc = 0;

	dv_progress_phase(j->f->progress, "reading indexes", n, 0);
	for (uint32_t i = 0; !rc && !f.err.code && i < n; i++)
		if (j->there[i] & DV_RFSCK_THERE &&
		    dv_rpacks_get(j->packs, i)->info.idx_size <=
		    DV_RPACKS_IDX_MAX)
			rc = fetch_idx(&f, i, &why);
	/* Callbacks know of f: none may be left. */
	while (dv_transport_in_flight(j->c->t) &&
	       dv_transport_wait(j->c->t, 1, &ignored) >= 0)
		;
	if (f.err.code) {
		*err = f.err;
		return -err->code;
	}
	if (rc < 0)
		*err = why;
	return rc;
}

/* What could not be loaded, unless it was told why. */
static void tell_bad(struct dv_rfsck_job *j)
{
	struct dv_buf key = DV_BUF_INIT;

	for (uint32_t i = 0; i < dv_rpacks_count(j->packs); i++) {
		const struct dv_rpack *p = dv_rpacks_get(j->packs, i);

		if (p->loaded || j->there[i] & DV_RFSCK_TOLD)
			continue;
		dv_rkey_pack(&key, &p->info.id, ".idx");
		dv_rfsck_tell(j, key.data, "it is of another kind or size "
			      "than '%s' needs", needed_by(j, i));
	}
	dv_buf_release(&key);
}

int dv_rfsck_packs(struct dv_rfsck_job *j, struct dv_err *err)
{
	uint32_t n = dv_rpacks_count(j->packs);
	int rc;

	j->there = dv_calloc((size_t)n + 1, 1);
	j->f->packs = n;
	dv_progress_phase(j->f->progress, "listing packs", 0, 0);
	rc = dv_rmark_packs(j->c, note_pack, NULL, note_stray, j, err);
	for (uint32_t i = 0; !rc && i < n; i++)
		if (!(j->there[i] & DV_RFSCK_THERE)) {
			check_size(j, i, ".pack", DV_RMARK_NONE, 0);
			check_size(j, i, ".idx", DV_RMARK_NONE, 0);
		}
	if (!rc)
		rc = fetch_all(j, err);
	if (!rc)
		rc = dv_rpacks_load(j->packs, 1u << DV_PACK_DATA |
				    1u << DV_PACK_META, NULL, NULL, err);
	if (!rc)
		tell_bad(j);
	return rc;
}
