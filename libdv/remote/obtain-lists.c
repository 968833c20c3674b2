/* SPDX-License-Identifier: MIT */
#include "remote/obtain.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "remote/obtain-parts.h"

/*
 * One manifest after the other takes three round trips each.  So first
 * what all of them consist of is brought together, as any object; then
 * each is put together from what is here, as if it had come alone.
 */
#define BATCH 64		/* manifests */
#define BYTES_MAX (32u << 20)	/* of their location records */

struct lists {
	struct dv_conn *c;
	struct dv_odb *odb;
	struct dv_rpacks *packs;
	struct dv_rlocation *where;	/* those that were read */
	size_t n;
	uint64_t bytes;
	struct dv_rget_want *want;
	size_t want_n, want_cap;
	struct dv_idmap wanted;
	struct dv_obtain *o;
};

static int want_objects(struct lists *x, const struct dv_location *l,
			struct dv_err *err)
{
	struct dv_location_object lo;

	for (uint32_t i = 0; i < l->objects; i++) {
		int rc;

		dv_location_object(l, i, &lo);
		if (dv_digest_eq(&lo.id, &l->manifest) ||
		    !dv_idmap_add(&x->wanted, &lo.id, 0))
			continue;
		rc = dv_odb_stat(x->odb, &lo.id, NULL, err);
		if (rc < 0)
			return rc;
		if (rc)
			continue;
		dv_grow(&x->want, &x->want_cap, x->want_n + 1,
			sizeof(*x->want));
		x->want[x->want_n++] = (struct dv_rget_want){
			lo.id, DV_RGET_ANY_SIZE
		};
	}
	return 0;
}

static int take_location(void *arg, size_t i, struct dv_rlocation *where,
			 struct dv_err *err)
{
	struct lists *x = arg;
	struct dv_location_pack p;

	(void)i;
	if (!where || x->bytes + where->bytes.len > BYTES_MAX)
		return 0;
	x->bytes += where->bytes.len;
	x->where[x->n++] = *where;
	memset(where, 0, sizeof(*where));
	where = &x->where[x->n - 1];
	for (uint32_t k = 0; k < where->l.packs; k++) {
		dv_location_pack(&where->l, k, &p);
		if (p.kind == DV_PACK_META)
			dv_rpacks_add(x->packs, &p);
	}
	return want_objects(x, &where->l, err);
}

/* It is asked for again, alone, and told then. */
static void ignore(void *arg, const char *sentence)
{
	(void)arg, (void)sentence;
}

static int get_objects(struct lists *x, struct dv_err *err)
{
	uint64_t missing = x->o->stats.missing;
	int rc;

	if (!x->want_n)
		return 0;
	rc = dv_rpacks_load(x->packs, 1u << DV_PACK_META, ignore, NULL, err);
	if (rc >= 0)
		rc = dv_rget_objects(x->c, x->packs, x->odb, x->want,
				     x->want_n, &x->o->stats, ignore, NULL,
				     NULL, err);
	x->o->stats.missing = missing;
	return rc < 0 ? rc : 0;
}

static void put_together(struct lists *x)
{
	uint64_t missing = x->o->stats.missing;

	for (size_t i = 0; i < x->n; i++) {
		struct dv_err ignored = DV_ERR_INIT;

		dv_rget_manifest(x->c, &x->where[i], x->odb, &x->o->stats,
				 &ignored);
	}
	x->o->stats.missing = missing;
}

/* Those that were read before, then the others. */
static int read_locations(struct lists *x, const struct dv_digest *manifests,
			  size_t n, struct dv_err *err)
{
	struct dv_digest *others = dv_calloc(n, sizeof(*others));
	struct dv_rlocation where;
	size_t others_n = 0;
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		if (!dv_obtain_where_take(x->o->where, &manifests[i], &where)) {
			others[others_n++] = manifests[i];
			continue;
		}
		rc = take_location(x, i, &where, err);
		dv_rlocation_release(&where);
	}
	if (!rc)
		rc = dv_rlocation_read_all(x->c, others, others_n,
					   take_location, x, err);
	free(others);
	return rc;
}

static int bring_batch(struct lists *x, const struct dv_digest *manifests,
		       size_t n, struct dv_err *err)
{
	int rc;

	dv_idmap_init(&x->wanted, dv_odb_algo(x->odb));
	rc = read_locations(x, manifests, n, err);
	/* one that is bad is named when it is asked for alone */
	if (rc == -DV_E_FORMAT || rc == -DV_E_LIMIT)
		err->code = rc = 0;
	if (!rc)
		rc = get_objects(x, err);
	if (!rc)
		put_together(x);
	for (size_t i = 0; i < x->n; i++)
		dv_obtain_where_keep(x->o->where, &x->where[i]);
	dv_idmap_release(&x->wanted);
	x->n = x->want_n = 0;
	x->bytes = 0;
	return rc;
}

/* Which of them are not here?  A root comes when all else has. */
static int sift(struct dv_odb *odb, const struct dv_digest *manifests,
		size_t n, struct dv_digest *out, size_t *out_n,
		struct dv_err *err)
{
	*out_n = 0;
	for (size_t i = 0; i < n; i++) {
		int rc = dv_odb_stat(odb, &manifests[i], NULL, err);

		if (rc < 0)
			return rc;
		if (!rc)
			out[(*out_n)++] = manifests[i];
	}
	return 0;
}

int dv_obtain_lists(struct dv_conn *c, struct dv_odb *odb,
		    struct dv_rpacks *s, const struct dv_digest *manifests,
		    size_t n, struct dv_obtain *o, struct dv_err *err)
{
	struct lists x = { .c = c, .odb = odb, .packs = s, .o = o };
	struct dv_digest *away = dv_calloc(n + 1, sizeof(*away));
	size_t away_n;
	int rc = sift(odb, manifests, n, away, &away_n, err);

	x.where = dv_calloc(BATCH, sizeof(*x.where));
	if (!rc && away_n)
		dv_progress_phase(o->progress, "receiving lists of files", 0,
				  0);
	for (size_t i = 0; i < away_n && !rc; i += BATCH)
		rc = bring_batch(&x, &away[i],
				 away_n - i < BATCH ? away_n - i : BATCH,
				 err);
	free(x.where);
	free(x.want);
	free(away);
	return rc;
}
