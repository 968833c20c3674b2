/* SPDX-License-Identifier: MIT */
#include "remote/obtain.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "remote/obtain-parts.h"
#include "remote/rkey.h"

/*
 * Configurations lie in the meta packs of the manifests that were recorded
 * with them.  First records are read for all of them at once, as there is
 * hardly ever another; the few whose object is not placed by that are
 * asked for by the newest record, one by one.
 */

struct configs {
	struct dv_conn *c;
	struct dv_odb *odb;
	struct dv_rpacks *packs;
	const struct dv_digest *ids, *manifests;
	size_t n;
	struct dv_obtain *o;
};

static void add_meta(struct dv_rpacks *packs, const struct dv_location *l)
{
	struct dv_location_pack p;

	for (uint32_t i = 0; i < l->packs; i++) {
		dv_location_pack(l, i, &p);
		if (p.kind == DV_PACK_META)
			dv_rpacks_add(packs, &p);
	}
}

/* One that is damaged is named when it is asked for alone. */
static int on_first(void *arg, size_t i, const void *data, size_t n,
		    struct dv_err *err)
{
	struct configs *k = arg;
	struct dv_rlocation x = { .n = 1 };
	struct dv_err why = DV_ERR_INIT;

	(void)i, (void)err;
	if (!data)
		return 0;
	dv_buf_add(&x.bytes, data, n);
	if (dv_location_open(&x.l, dv_buf_cstr(&x.bytes), n, &why) < 0) {
		dv_rlocation_release(&x);
		return 0;
	}
	add_meta(k->packs, &x.l);
	dv_obtain_where_keep(k->o->where, &x);
	return 0;
}

/* What was read before need not be asked for. */
static bool is_read(struct configs *k, size_t i)
{
	const struct dv_rlocation *x = dv_obtain_where_get(k->o->where,
							   &k->manifests[i]);

	if (x)
		add_meta(k->packs, &x->l);
	return x != NULL;
}

static int read_first(struct configs *k, struct dv_err *err)
{
	struct dv_strlist keys = DV_STRLIST_INIT;
	struct dv_buf key = DV_BUF_INIT;
	int rc;

	for (size_t i = 0; i < k->n; i++) {
		if (is_read(k, i))
			continue;
		dv_rkey_manifest(&key, &k->manifests[i]);
		dv_strlist_add(&keys, dv_rkey_add_number(&key, 1));
	}
	dv_strlist_uniq(&keys);
	rc = dv_conn_read_all(k->c, &keys, DV_LOCATION_MAX, on_first, k, err);
	dv_strlist_release(&keys);
	dv_buf_release(&key);
	return rc;
}

static bool placed(struct configs *k, const struct dv_digest *id)
{
	struct dv_rplace place;

	return dv_rpacks_find(k->packs, id, false, &place);
}

static int load(struct configs *k, dv_rpacks_bad_fn *bad, struct dv_err *err)
{
	return dv_rpacks_load(k->packs, 1u << DV_PACK_META, bad, k->o, err);
}

static int get(struct configs *k, struct dv_err *err)
{
	struct dv_rget_want *want = dv_calloc(k->n, sizeof(*want));
	int rc;

	for (size_t i = 0; i < k->n; i++)
		want[i] = (struct dv_rget_want){ k->ids[i],
						 DV_RGET_ANY_SIZE };
	rc = dv_rget_objects(k->c, k->packs, k->odb, want, k->n, &k->o->stats,
			     dv_obtain_fault, k->o, NULL, err);
	free(want);
	return rc;
}

/*
 * Those that are still nowhere, by the newest record of their manifests;
 * one may place several.
 */
static int read_newest(struct configs *k, struct dv_err *err)
{
	struct dv_rlocation where;
	int rc = 0;

	for (size_t i = 0; i < k->n && rc >= 0; i++) {
		if (placed(k, &k->ids[i]))
			continue;
		where = (struct dv_rlocation){ .n = 0 };
		rc = dv_rlocation_read(&where, k->c, &k->manifests[i], err);
		if (rc > 0) {
			add_meta(k->packs, &where.l);
			rc = load(k, dv_obtain_fault, err);
		}
		dv_rlocation_release(&where);
		if (rc == -DV_E_FORMAT || rc == -DV_E_LIMIT) {
			dv_obtain_fault(k->o, err->msg);
			*err = (struct dv_err)DV_ERR_INIT;
			rc = 0;
		}
	}
	return rc < 0 ? rc : 0;
}

static int bring(struct configs *k, struct dv_err *err)
{
	int rc;

	rc = read_first(k, err);
	/* Packs that a first record names may be repacked and gone. */
	if (rc >= 0)
		rc = load(k, NULL, err);
	if (rc >= 0)
		rc = read_newest(k, err);
	if (rc >= 0)
		rc = get(k, err);
	return rc;
}

int dv_obtain_configs(struct dv_conn *c, struct dv_odb *odb,
		      struct dv_rpacks *s, const struct dv_digest *ids,
		      const struct dv_digest *manifests, size_t n,
		      struct dv_obtain *o, struct dv_err *err)
{
	struct configs k = { .c = c, .odb = odb, .packs = s, .ids = ids,
			     .manifests = manifests, .n = n, .o = o };
	int rc;

	if (!n)
		return 0;
	if (!s)
		k.packs = dv_rpacks_new(c);
	rc = bring(&k, err);
	if (!s)
		dv_rpacks_free(k.packs);
	return rc < 0 ? rc : 0;
}
