/* SPDX-License-Identifier: MIT */
#include "remote/rheld.h"

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

/* --- objects ------------------------------------------------------------- */

struct head {
	struct dv_err *err;		/* the first failure */
	uint64_t size;
	char *key;
};

static void got_head(void *arg, const struct dv_transport_result *r)
{
	struct head *h = arg;

	if (h->err->code)
		;
	else if (r->class == DV_WIRE_MISSING)
		dv_err_set(h->err, DV_E_MISSING, "'%s' is not there", h->key);
	else if (r->class != DV_WIRE_OK)
		*h->err = *r->err;
	else if (r->size >= 0 && (uint64_t)r->size != h->size)
		dv_err_set(h->err, DV_E_MISSING, "'%s' has not the size that "
			   "it should have", h->key);
	free(h->key);
	free(h);
}

/* An index may be of the cache, and its pack gone. */
static int check_packs(struct dv_conn *c, const struct dv_location *l,
		       struct dv_err *err)
{
	struct dv_err first = DV_ERR_INIT;
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (uint32_t i = 0; i < l->packs && rc >= 0; i++) {
		struct dv_location_pack p;
		struct head *h;

		dv_location_pack(l, i, &p);
		if (p.kind != DV_PACK_DATA)
			continue;
		h = dv_calloc(1, sizeof(*h));
		h->err = &first;
		h->size = p.size;
		h->key = dv_strdup(dv_rkey_pack(&key, &p.id, ".pack"));
		dv_transport_head(c->t, h->key, got_head, h);
		rc = dv_transport_wait(c->t, DV_CONN_REQUESTS, err);
	}
	if (rc >= 0)
		rc = dv_transport_wait(c->t, 1, err);
	dv_buf_release(&key);
	if (rc >= 0 && first.code) {
		*err = first;
		rc = -err->code;
	}
	return rc < 0 ? rc : 0;
}

struct find {
	struct dv_rpacks *packs;
	dv_rheld_fn *missing;
	void *arg;
};

static int find_one(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct find *f = arg;
	struct dv_rplace place;

	if (!dv_rpacks_find(f->packs, id, true, &place))
		f->missing(f->arg, id, value);
	return 0;
}

int dv_rheld_objects(struct dv_conn *c, const struct dv_digest *manifest,
		     const struct dv_idmap *ids, dv_rheld_fn *missing,
		     void *arg, struct dv_err *err)
{
	struct find f = { dv_rpacks_new(c), missing, arg };
	struct dv_rlocation where = { .n = 0 };
	char text[DV_DIGEST_TEXT];
	int rc;

	rc = dv_rlocation_read(&where, c, manifest, err);
	if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "no record tells where its "
				"manifest %s lies",
				dv_digest_format(text, manifest));
	if (rc < 0)
		goto out;
	dv_rpacks_add_location(f.packs, &where.l);
	rc = dv_rpacks_read_dooms(f.packs, err);
	if (rc >= 0)
		rc = dv_rpacks_load(f.packs, 1u << DV_PACK_DATA, NULL, NULL,
				    err);
	if (rc >= 0)
		rc = check_packs(c, &where.l, err);
	if (rc >= 0)
		dv_idmap_each(ids, find_one, &f);
out:
	dv_rlocation_release(&where);
	dv_rpacks_free(f.packs);
	return rc < 0 ? rc : 0;
}
