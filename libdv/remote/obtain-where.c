/* SPDX-License-Identifier: MIT */
#include "remote/obtain.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "remote/obtain-parts.h"

/* More is asked for again. */
#define BYTES_MAX (32u << 20)

struct dv_obtain_where {
	struct dv_idmap at;		/* places in v */
	struct dv_rlocation *v;		/* without bytes: taken */
	size_t n, cap;
	uint64_t bytes;
};

struct dv_obtain_where *dv_obtain_where_new(enum dv_algo algo)
{
	struct dv_obtain_where *w = dv_calloc(1, sizeof(*w));

	dv_idmap_init(&w->at, algo);
	return w;
}

void dv_obtain_where_free(struct dv_obtain_where *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		dv_rlocation_release(&w->v[i]);
	dv_idmap_release(&w->at);
	free(w->v);
	free(w);
}

const struct dv_rlocation *
dv_obtain_where_get(const struct dv_obtain_where *w,
		    const struct dv_digest *manifest)
{
	uint64_t i;

	if (!w || !dv_idmap_get(&w->at, manifest, &i) || !w->v[i].bytes.len)
		return NULL;
	return &w->v[i];
}

void dv_obtain_where_keep(struct dv_obtain_where *w, struct dv_rlocation *x)
{
	uint64_t i;

	if (!w || w->bytes + x->bytes.len > BYTES_MAX) {
		dv_rlocation_release(x);
		return;
	}
	if (!dv_idmap_get(&w->at, &x->l.manifest, &i)) {
		dv_grow(&w->v, &w->cap, w->n + 1, sizeof(*w->v));
		i = w->n++;
		w->v[i] = (struct dv_rlocation){ .n = 0 };
		dv_idmap_add(&w->at, &x->l.manifest, i);
	}
	w->bytes = w->bytes - w->v[i].bytes.len + x->bytes.len;
	dv_rlocation_release(&w->v[i]);
	w->v[i] = *x;
	*x = (struct dv_rlocation){ .n = 0 };
}

bool dv_obtain_where_take(struct dv_obtain_where *w,
			  const struct dv_digest *manifest,
			  struct dv_rlocation *out)
{
	uint64_t i;

	if (!dv_obtain_where_get(w, manifest))
		return false;
	dv_idmap_get(&w->at, manifest, &i);
	*out = w->v[i];
	w->v[i] = (struct dv_rlocation){ .n = 0 };
	w->bytes -= out->bytes.len;
	return true;
}
