/* SPDX-License-Identifier: MIT */
#include "remote/rheld-parts.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "remote/catalog.h"
#include "remote/rkey.h"
#include "remote/rpacks.h"

/* --- versions ------------------------------------------------------------ */

static int take_version(void *arg, const char *ns, const char *dataset,
			const char *id, int64_t published,
			struct dv_err *err)
{
	(void)ns;
	(void)dataset;
	(void)published;
	(void)err;
	dv_strlist_add(arg, id);
	return 0;
}

int dv_rheld_versions(struct dv_conn *c, const char *ns, const char *dataset,
		      struct dv_strlist *out, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc;

	rc = dv_catalog_versions(c, ns, dataset, take_version, out, &why);
	dv_strlist_uniq(out);
	if (rc < 0 && rc != -DV_E_UNSUPPORTED) {
		*err = why;
		return rc;
	}
	return 0;
}

static int is_same(void *arg, size_t i, const struct dv_record *rec,
		   const void *bytes, size_t n, struct dv_err *err)
{
	(void)i;
	(void)bytes;
	(void)n;
	(void)err;
	return rec && dv_digest_eq(&rec->manifest, arg);
}

int dv_rheld_manifest(struct dv_conn *c, const char *ns, const char *dataset,
		      const struct dv_strlist *ids,
		      const struct dv_digest *manifest, struct dv_err *err)
{
	struct dv_digest want = *manifest;

	return ids->n ? dv_catalog_records(c, ns, dataset, ids, is_same,
					   &want, err) : 0;
}

/* --- where they lie ------------------------------------------------------- */

static int take_location(void *arg, size_t i, struct dv_rlocation *x,
			 struct dv_err *err)
{
	struct dv_rheld *h = arg;
	struct dv_rheld_at *at = &h->at[i];

	(void)err;
	at->located = x != NULL;
	if (x)
		at->packs = dv_calloc(x->l.packs + 1, sizeof(*at->packs));
	for (uint32_t k = 0; x && k < x->l.packs; k++) {
		struct dv_location_pack p;

		dv_location_pack(&x->l, k, &p);
		if (p.kind == DV_PACK_DATA)
			at->packs[at->n++] = dv_rpacks_add(h->packs, &p);
	}
	return 0;
}

struct head {
	struct dv_rheld *h;
	uint32_t pack;
	char *key;
};

static void got_head(void *arg, const struct dv_transport_result *r)
{
	struct head *x = arg;
	struct dv_rheld *h = x->h;
	struct dv_err *why = &h->faults[x->pack];

	if (r->class == DV_WIRE_MISSING)
		dv_err_set(why, DV_E_MISSING, "'%s' is not there", x->key);
	else if (r->class != DV_WIRE_OK && !h->failed.code)
		h->failed = *r->err;
	else if (r->class == DV_WIRE_OK && r->size >= 0 &&
		 (uint64_t)r->size !=
		 dv_rpacks_get(h->packs, x->pack)->info.size)
		dv_err_set(why, DV_E_MISSING, "'%s' has not the size that it "
			   "should have", x->key);
	free(x->key);
	free(x);
}

/* An index may be of the cache, and its pack gone. */
static int check_packs(struct dv_rheld *h, struct dv_err *err)
{
	uint32_t n = dv_rpacks_count(h->packs);
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	h->faults = dv_calloc(n + 1, sizeof(*h->faults));
	for (uint32_t i = 0; i < n && rc >= 0; i++) {
		struct head *x = dv_calloc(1, sizeof(*x));

		x->h = h;
		x->pack = i;
		x->key = dv_strdup(dv_rkey_pack(
			&key, &dv_rpacks_get(h->packs, i)->info.id, ".pack"));
		dv_transport_head(h->c->t, x->key, got_head, x);
		rc = dv_transport_wait(h->c->t, DV_CONN_REQUESTS, err);
	}
	if (rc >= 0)
		rc = dv_transport_wait(h->c->t, 1, err);
	dv_buf_release(&key);
	if (rc >= 0 && h->failed.code) {
		*err = h->failed;
		rc = -err->code;
	}
	return rc < 0 ? rc : 0;
}

static int read_dooms(struct dv_rheld *h, struct dv_err *err)
{
	int rc = dv_rpacks_read_dooms(h->packs, err);

	if (rc != -DV_E_UNSUPPORTED)
		return rc;
	dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' cannot list what it "
		   "holds, so what a gc there is about to remove is not known",
		   h->c->name);
	return dv_err_hint(err, "--remote=<name> asks another one");
}

int dv_rheld_open(struct dv_rheld **out, struct dv_conn *c,
		  const struct dv_digest *manifests, size_t n,
		  struct dv_err *err)
{
	struct dv_rheld *h = dv_calloc(1, sizeof(*h));
	int rc;

	h->c = c;
	h->packs = dv_rpacks_new(c);
	h->at = dv_calloc(n + 1, sizeof(*h->at));
	h->n = n;
	for (size_t i = 0; i < n; i++)
		h->at[i].manifest = manifests[i];
	rc = dv_rlocation_read_all(c, manifests, n, take_location, h, err);
	if (rc >= 0)
		rc = read_dooms(h, err);
	if (rc >= 0)
		rc = dv_rpacks_load(h->packs, 1u << DV_PACK_DATA, NULL, NULL,
				    err);
	if (rc >= 0)
		rc = check_packs(h, err);
	/* What is dropped relies on it. */
	if (rc >= 0)
		rc = dv_rcache_published_flush(c->cache, err);
	if (rc < 0) {
		dv_rheld_close(h);
		return rc;
	}
	*out = h;
	return 0;
}

void dv_rheld_close(struct dv_rheld *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->n; i++)
		free(h->at[i].packs);
	for (uint32_t i = 0; h->want && i < dv_rpacks_count(h->packs); i++)
		free(h->want[i]);
	free(h->want);
	free(h->large);
	free(h->at);
	free(h->faults);
	dv_rpacks_free(h->packs);
	free(h);
}

int dv_rheld_check(const struct dv_rheld *h, size_t i, struct dv_err *err)
{
	const struct dv_rheld_at *at = &h->at[i];
	char text[DV_DIGEST_TEXT];

	if (!at->located)
		return dv_err_set(err, DV_E_MISSING, "no record tells where "
				  "its manifest %s lies",
				  dv_digest_format(text, &at->manifest));
	for (uint32_t k = 0; k < at->n; k++)
		if (h->faults[at->packs[k]].code) {
			*err = h->faults[at->packs[k]];
			return -err->code;
		}
	return 0;
}

/* --- objects ------------------------------------------------------------- */

static bool is_of(const struct dv_rheld_at *at, uint32_t pack)
{
	for (uint32_t k = 0; k < at->n; k++)
		if (at->packs[k] == pack)
			return true;
	return false;
}

/* Another manifest's pack may have it, too, and not be one of these. */
static bool find_among(struct dv_rheld *h, const struct dv_rheld_at *at,
		       const struct dv_digest *id, struct dv_rplace *place)
{
	for (uint32_t k = 0; k < at->n; k++) {
		const struct dv_rpack *p = dv_rpacks_get(h->packs,
							 at->packs[k]);

		if (!p->loaded || p->bad || p->doomed ||
		    !dv_packidx_find(&p->idx, id, &place->i))
			continue;
		place->pack = at->packs[k];
		return true;
	}
	return false;
}

bool dv_rheld_has(struct dv_rheld *h, size_t i, const struct dv_digest *id)
{
	const struct dv_rheld_at *at = &h->at[i];
	struct dv_rplace place;

	if (!dv_rpacks_find(h->packs, id, true, &place))
		return false;
	if (!is_of(at, place.pack) && !find_among(h, at, id, &place))
		return false;
	if (h->verify)
		dv_rheld_note(h, i, id, &place);
	return true;
}
