/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"
#include "remote/rheads.h"
#include "remote/rdamage.h"

#define ALL_KINDS (1u << DV_PACK_DATA | 1u << DV_PACK_META)

struct dv_pub_known *dv_pub_known_find(struct dv_pub *x,
				       const struct dv_digest *manifest)
{
	for (size_t i = 0; i < x->known_n; i++)
		if (dv_digest_eq(&x->known[i].manifest, manifest))
			return &x->known[i];
	return NULL;
}

struct reader {
	struct dv_pub *x;
	const struct dv_digest *manifests;
};

static int keep_known(void *arg, size_t i, struct dv_rlocation *l,
		      struct dv_err *err)
{
	struct reader *r = arg;
	struct dv_pub *x = r->x;
	struct dv_pub_known *k;

	(void)err;
	if (!l)
		return 0;
	k = dv_pub_known_find(x, &r->manifests[i]);
	if (k) {
		dv_rlocation_release(&k->location);
	} else {
		dv_grow(&x->known, &x->known_cap, x->known_n + 1,
			sizeof(*x->known));
		k = &x->known[x->known_n++];
	}
	k->manifest = r->manifests[i];
	k->location = *l;
	memset(l, 0, sizeof(*l));
	dv_rpacks_add_location(x->packs, &k->location.l);
	return 0;
}

int dv_pub_known_read(struct dv_pub *x, const struct dv_digest *manifests,
		      size_t n, struct dv_err *err)
{
	struct reader r = { x, manifests };

	return dv_rlocation_read_all(x->c, manifests, n, keep_known, &r, err);
}

/* --- heads ---------------------------------------------------------------- */

static int read_known(void *arg, const struct dv_digest *manifests, size_t n,
		      struct dv_err *err)
{
	return dv_pub_known_read(arg, manifests, n, err);
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
	int rc = 0;

	dv_pub_unlearn(x);
	x->packs = dv_rpacks_new(x->c);
	x->put = dv_rput_new(x->c, x->packs, x->odb, x->p->level,
			     &x->p->stats, x->p->progress);
	x->where = dv_pub_where_new(x);
	if (!x->c->fresh)
		rc = dv_rpacks_read_dooms(x->packs, err);
	if (rc >= 0 && !x->c->fresh)
		rc = dv_pub_known_read(x, x->look, x->look_n, err);
	if (rc >= 0 && !x->c->fresh && !x->known_n)
		rc = dv_rheads_manifests(x->c, x->datasets[0].ns, read_known,
					 x, err);
	if (rc >= 0)
		rc = dv_rput_resume(x->c, x->packs, err);
	if (rc >= 0 && !x->c->fresh)
		rc = x->p->repair ? dv_rdamage_look(x->packs, x->c, err) :
				    dv_rdamage_mark(x->packs, x->c, err);
	if (rc >= 0)
		rc = dv_rpacks_load(x->packs, ALL_KINDS, NULL, NULL, err);
	return rc < 0 ? rc : 0;
}
