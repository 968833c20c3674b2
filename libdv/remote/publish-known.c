/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"

#define HEADS_MAX 16		/* datasets that are looked at */
#define ALL_KINDS (1u << DV_PACK_DATA | 1u << DV_PACK_META)

struct dv_pub_known *dv_pub_known_find(struct dv_pub *x,
				       const struct dv_digest *manifest)
{
	for (size_t i = 0; i < x->known_n; i++)
		if (dv_digest_eq(&x->known[i].manifest, manifest))
			return &x->known[i];
	return NULL;
}

int dv_pub_known_read(struct dv_pub *x, const struct dv_digest *manifest,
		      struct dv_pub_known **out, struct dv_err *err)
{
	struct dv_rlocation l = { .n = 0 };
	struct dv_pub_known *k;
	int rc = dv_rlocation_read(&l, x->c, manifest, err);

	if (rc <= 0)
		return rc;
	k = dv_pub_known_find(x, manifest);
	if (k) {
		dv_rlocation_release(&k->location);
	} else {
		dv_grow(&x->known, &x->known_cap, x->known_n + 1,
			sizeof(*x->known));
		k = &x->known[x->known_n++];
	}
	k->manifest = *manifest;
	k->location = l;
	dv_rpacks_add_location(x->packs, &k->location.l);
	*out = k;
	return 1;
}

/* --- heads ---------------------------------------------------------------- */

/* The newest versions of a few datasets. */
struct heads {
	struct dv_strlist datasets, versions;
};

static int keep_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *head,
		     struct dv_err *err)
{
	struct heads *h = arg;

	(void)ns;
	(void)err;
	if (*tag || !*head->version || h->datasets.n == HEADS_MAX)
		return 0;
	dv_strlist_add(&h->datasets, dataset);
	dv_strlist_add(&h->versions, head->version);
	return 0;
}

static int learn_head(struct dv_pub *x, const char *ns, const char *dataset,
		      const char *id, struct dv_err *err)
{
	struct dv_pub_known *k;
	struct dv_record rec;
	int rc = dv_catalog_record(x->c, ns, dataset, id, &rec, err);

	if (rc < 0)
		return rc;
	rc = dv_pub_known_read(x, &rec.manifest, &k, err);
	dv_record_release(&rec);
	return rc;
}

/* What cannot be read of others' datasets is no reason not to push ours. */
static int learn_heads(struct dv_pub *x, const char *ns, struct dv_err *err)
{
	struct heads h = { DV_STRLIST_INIT, DV_STRLIST_INIT };
	int rc = dv_catalog_read_heads(x->c, ns, NULL, keep_head, &h, err);

	for (size_t i = 0; rc >= 0 && i < h.datasets.n; i++) {
		rc = learn_head(x, ns, h.datasets.v[i], h.versions.v[i], err);
		if (rc == -DV_E_MISSING || rc == -DV_E_FORMAT) {
			err->code = 0;
			rc = 0;
		}
	}
	dv_strlist_release(&h.datasets);
	dv_strlist_release(&h.versions);
	return rc < 0 ? rc : 0;
}

/* --- all ------------------------------------------------------------------ */

void dv_pub_unlearn(struct dv_pub *x)
{
	for (size_t i = 0; i < x->known_n; i++)
		dv_rlocation_release(&x->known[i].location);
	x->known_n = 0;
	dv_pub_where_free(x->where);
	dv_rput_free(x->put);
	dv_rpacks_free(x->packs);
	x->where = NULL;
	x->put = NULL;
	x->packs = NULL;
}

int dv_pub_learn(struct dv_pub *x, struct dv_err *err)
{
	struct dv_pub_known *k;
	int rc = 0;

	dv_pub_unlearn(x);
	x->known_since = (int64_t)time(NULL);
	x->packs = dv_rpacks_new(x->c);
	x->put = dv_rput_new(x->c, x->packs, x->odb, x->p->level,
			     &x->p->stats, x->p->progress);
	x->where = dv_pub_where_new(x);
	if (!x->c->fresh)
		rc = dv_rpacks_read_dooms(x->packs, err);
	for (size_t i = 0; rc >= 0 && !x->c->fresh && i < x->look_n; i++)
		rc = dv_pub_known_read(x, &x->look[i], &k, err);
	if (rc >= 0 && !x->c->fresh && !x->known_n)
		rc = learn_heads(x, x->datasets[0].ns, err);
	if (rc >= 0)
		rc = dv_rput_resume(x->c, x->packs, err);
	if (rc >= 0)
		rc = dv_rpacks_load(x->packs, ALL_KINDS, NULL, NULL, err);
	return rc < 0 ? rc : 0;
}
