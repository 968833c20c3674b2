/* SPDX-License-Identifier: MIT */
#include "remote/catalog-parts.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "remote/rkey.h"
#include "remote/small.h"

#define DOOMS_MAX 100000

struct doom {
	uint64_t n;
	int64_t modified;
};

struct dooms {
	struct doom *v;
	size_t n, cap;
};

static int list_doom(void *arg, const char *key, int64_t size,
		     int64_t modified, struct dv_err *err)
{
	struct dooms *l = arg;
	struct doom d = { .modified = modified };

	(void)size;
	(void)err;
	if (!dv_rkey_parse_number(key, DV_RKEY_GC, &d.n))
		return 0;
	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = d;
	return 0;
}

static int count(const struct dv_conn *c, uint64_t *ids,
		 const struct dv_doomrec *rec, struct dv_err *err)
{
	*ids += rec->packs_n + rec->manifests_n;
	if (*ids <= DV_CATALOG_DOOMED_MAX)
		return 0;
	return dv_err_set(err, DV_E_LIMIT, "remote '%s': the records below "
			  "'%s' name more than %d packs and manifests",
			  c->name, DV_RKEY_GC, DV_CATALOG_DOOMED_MAX);
}

/* One that has gone since it was listed was carried out. */
static int read_doom(struct dv_conn *c, const struct doom *d, uint64_t *ids,
		     dv_catalog_doom_fn *fn, void *arg, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT, bytes = DV_BUF_INIT;
	struct dv_doomrec rec;
	int rc;

	dv_buf_str(&key, DV_RKEY_GC);
	dv_rkey_add_number(&key, d->n);
	rc = dv_small_read(c->t, key.data, DV_DOOMREC_MAX, &bytes, err);
	if (rc == -DV_E_MISSING) {
		rc = 0;
	} else if (!rc) {
		rc = dv_doomrec_parse(&rec, c->algo, dv_buf_cstr(&bytes),
				      bytes.len, err);
		if (rc < 0) {
			dv_catalog_refuse(c, key.data, err);
		} else {
			rc = count(c, ids, &rec, err);
			if (!rc)
				rc = fn(arg, d->n, &rec, d->modified, err);
			dv_doomrec_release(&rec);
		}
	}
	dv_buf_release(&key);
	dv_buf_release(&bytes);
	return rc;
}

int dv_catalog_dooms(struct dv_conn *c, dv_catalog_doom_fn *fn, void *arg,
		     struct dv_err *err)
{
	struct dooms l = { NULL, 0, 0 };
	uint64_t ids = 0;
	int rc;

	rc = dv_conn_each_key(c, DV_RKEY_GC, DOOMS_MAX, list_doom, &l, err);
	for (size_t i = 0; i < l.n && !rc; i++)
		rc = read_doom(c, &l.v[i], &ids, fn, arg, err);
	free(l.v);
	return rc;
}
