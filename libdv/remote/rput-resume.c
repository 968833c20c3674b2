/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "format/pack.h"
#include "remote/rkey.h"
#include "remote/rput.h"

/* A pack of the journal: is it there? */
struct ask {
	struct resume *r;
	struct dv_location_pack info;
	bool there;
};

struct resume {
	struct dv_conn *c;
	struct ask *v;
	size_t n, cap;
	struct dv_err failed;		/* code 0: nothing did */
};

/* One whose index is not here any more is sent again. */
static int add_pack(void *arg, const struct dv_digest *id, struct dv_err *err)
{
	struct resume *r = arg;
	struct dv_location_pack *info;
	struct dv_map map = DV_MAP_INIT;
	struct dv_packidx x;
	int rc;

	rc = dv_rcache_get_idx(r->c->cache, id, &map, &x, err);
	if (rc <= 0)
		return rc;
	dv_grow(&r->v, &r->cap, r->n + 1, sizeof(*r->v));
	info = &r->v[r->n++].info;
	info->id = *id;
	info->kind = x.kind;
	info->idx_size = x.len;
	info->size = x.end + x.len + DV_PACK_TRAILER;
	dv_map_release(&map);
	return 0;
}

static void answered(void *arg, const struct dv_transport_result *res)
{
	struct ask *a = arg;

	a->there = res->class == DV_WIRE_OK &&
		(res->size < 0 || (uint64_t)res->size == a->info.idx_size);
	if (res->class != DV_WIRE_OK && res->class != DV_WIRE_MISSING &&
	    !a->r->failed.code)
		a->r->failed = *res->err;
}

/* The remote may have been emptied meanwhile. */
static int ask_all(struct resume *r, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < r->n; i++) {
		r->v[i].r = r;
		r->v[i].there = false;
		rc = dv_transport_wait(r->c->t, DV_CONN_REQUESTS, err);
		if (rc >= 0)
			dv_transport_head(r->c->t,
					  dv_rkey_pack(&key, &r->v[i].info.id,
						       ".idx"),
					  answered, &r->v[i]);
	}
	if (rc >= 0)
		rc = dv_transport_wait(r->c->t, 1, err);
	dv_buf_release(&key);
	if (rc >= 0 && r->failed.code) {
		*err = r->failed;
		rc = -err->code;
	}
	return rc < 0 ? rc : 0;
}

int dv_rput_resume(struct dv_conn *c, struct dv_rpacks *s,
		   struct dv_err *err)
{
	struct resume r = { .c = c };
	int rc = dv_rcache_journal_each(c->cache, add_pack, &r, err);

	if (rc >= 0)
		rc = ask_all(&r, err);
	for (size_t i = 0; rc >= 0 && i < r.n; i++) {
		if (r.v[i].there)
			dv_rpacks_add(s, &r.v[i].info);
		else
			rc = dv_rcache_journal_done(c->cache, &r.v[i].info.id,
						    1, err);
	}
	free(r.v);
	return rc < 0 ? rc : 0;
}
