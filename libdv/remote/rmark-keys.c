/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "remote/answer.h"
#include "remote/catalog.h"
#include "remote/rkey.h"
#include "remote/rmark.h"

/* --- manifests ----------------------------------------------------------- */

struct manifests {
	enum dv_algo algo;
	struct dv_rmark_manifest now;	/* count 0: none yet */
	dv_rmark_manifest_fn *fn;
	dv_conn_rest_fn *rest;
	dv_rmark_stray_fn *stray;
	void *arg;
};

static int tell_manifest(struct manifests *x, struct dv_err *err)
{
	int rc = x->now.count ? x->fn(x->arg, &x->now, err) : 0;

	x->now.count = 0;
	return rc;
}

/* Keys come sorted, and so do the numbers of a manifest. */
static int take_number(void *arg, const char *key, int64_t size,
		       int64_t modified, struct dv_err *err)
{
	struct manifests *x = arg;
	struct dv_digest id;
	uint64_t n;
	int rc = 0;

	(void)size;
	if (!dv_rkey_parse_manifest(key, x->algo, &id, &n)) {
		if (x->stray)
			x->stray(x->arg, key);
		return 0;
	}
	if (x->now.count && !dv_digest_eq(&id, &x->now.id))
		rc = tell_manifest(x, err);
	if (!x->now.count)
		x->now = (struct dv_rmark_manifest){ .id = id, .first = n,
						     .modified = modified };
	x->now.last = n;
	x->now.count++;
	if (modified < 0)
		x->now.modified = -1;
	else if (x->now.modified >= 0 && modified > x->now.modified)
		x->now.modified = modified;
	return rc;
}

static int rest_manifests(void *arg, struct dv_err *err)
{
	struct manifests *x = arg;

	return x->rest ? x->rest(x->arg, err) : 0;
}

int dv_rmark_manifests(struct dv_conn *c, dv_rmark_manifest_fn *fn,
		       dv_conn_rest_fn *rest, dv_rmark_stray_fn *stray,
		       void *arg, struct dv_err *err)
{
	struct manifests x = { .algo = c->algo, .fn = fn, .rest = rest,
			       .stray = stray, .arg = arg };
	int rc;

	rc = dv_conn_each_page(c, DV_RKEY_MANIFESTS, DV_CATALOG_KEYS_MAX,
			       take_number, rest_manifests, &x, err);
	if (!rc)
		rc = tell_manifest(&x, err);
	return rc ? rc : rest_manifests(&x, err);
}

/* --- packs --------------------------------------------------------------- */

struct packs {
	enum dv_algo algo;
	struct dv_rmark_pack now;
	bool any;
	dv_rmark_pack_fn *fn;
	dv_conn_rest_fn *rest;
	dv_rmark_stray_fn *stray;
	void *arg;
};

static int tell_pack(struct packs *x, struct dv_err *err)
{
	int rc = x->any ? x->fn(x->arg, &x->now, err) : 0;

	x->any = false;
	return rc;
}

static int take_pack(void *arg, const char *key, int64_t size,
		     int64_t modified, struct dv_err *err)
{
	struct packs *x = arg;
	struct dv_digest id;
	const char *suffix;
	int rc = 0;

	if (!dv_rkey_parse_pack(key, x->algo, &id, &suffix)) {
		if (x->stray)
			x->stray(x->arg, key);
		return 0;
	}
	if (x->any && !dv_digest_eq(&id, &x->now.id))
		rc = tell_pack(x, err);
	if (!x->any)
		x->now = (struct dv_rmark_pack){ .id = id,
			.size = DV_RMARK_NONE, .idx_size = DV_RMARK_NONE,
			.modified = modified };
	x->any = true;
	if (!strcmp(suffix, ".pack"))
		x->now.size = size;
	else
		x->now.idx_size = size;
	if (modified < 0)
		x->now.modified = -1;
	else if (x->now.modified >= 0 && modified > x->now.modified)
		x->now.modified = modified;
	return rc;
}

static int rest_packs(void *arg, struct dv_err *err)
{
	struct packs *x = arg;

	return x->rest ? x->rest(x->arg, err) : 0;
}

bool dv_rmark_is_size(int64_t size, uint64_t expect)
{
	return size == -1 || (size >= 0 && (uint64_t)size == expect);
}

int dv_rmark_packs(struct dv_conn *c, dv_rmark_pack_fn *fn,
		   dv_conn_rest_fn *rest, dv_rmark_stray_fn *stray, void *arg,
		   struct dv_err *err)
{
	struct packs x = { .algo = c->algo, .fn = fn, .rest = rest,
			   .stray = stray, .arg = arg };
	int rc;

	rc = dv_conn_each_page(c, DV_RKEY_PACKS, 2 * DV_CATALOG_KEYS_MAX,
			       take_pack, rest_packs, &x, err);
	if (!rc)
		rc = tell_pack(&x, err);
	return rc ? rc : rest_packs(&x, err);
}

/* --- requests ------------------------------------------------------------ */

int dv_rmark_time(struct dv_conn *c, const char *key, int64_t *modified,
		  int64_t *now, struct dv_err *err)
{
	struct dv_answer a = DV_ANSWER_INIT;
	int rc;

	dv_transport_head(c->t, key, dv_answer_take, &a);
	rc = dv_answer_wait(c->t, &a, err);
	if (rc < 0)
		return rc;
	if (a.modified < 0 || a.now < 0)
		return dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s': the "
				  "server does not say when '%s' was made and "
				  "what time it is, so nothing there can be "
				  "told to be old enough to go", c->name, key);
	*modified = a.modified;
	*now = a.now;
	return 0;
}

struct deleting {
	struct dv_progress *progress;
	struct dv_err err;		/* the first that failed */
};

static void deleted(void *arg, const struct dv_transport_result *r)
{
	struct deleting *d = arg;

	if (r->class == DV_WIRE_OK)
		dv_progress_add(d->progress, 1, 0);
	else if (!d->err.code)
		d->err = *r->err;
}

int dv_rmark_delete(struct dv_conn *c, const struct dv_strlist *keys,
		    struct dv_progress *p, struct dv_err *err)
{
	struct deleting d = { .progress = p };
	struct dv_err why = DV_ERR_INIT;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && !d.err.code && i < keys->n; i++) {
		dv_transport_delete(c->t, keys->v[i], deleted, &d);
		rc = dv_transport_wait(c->t, DV_CONN_REQUESTS, &why);
	}
	/* Whatever was asked for is answered before d goes away. */
	if (rc >= 0)
		rc = dv_transport_wait(c->t, 1, &why);
	if (d.err.code) {
		*err = d.err;
		return -err->code;
	}
	if (rc < 0)
		*err = why;
	return rc < 0 ? rc : 0;
}
