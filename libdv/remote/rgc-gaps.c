/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "remote/rgc-parts.h"
#include "remote/rkey.h"
#include "remote/small.h"

#define GAPS_MAX 100000		/* filled by one gc */

struct gaps {
	struct dv_rmark_manifest *v;
	size_t n, cap;
};

static int note_gap(void *arg, const struct dv_rmark_manifest *m,
		    struct dv_err *err)
{
	struct gaps *g = arg;

	(void)err;
	/* Numbers are made one by one: a lie else. */
	if (m->first == 1 || m->first >= 1000 || g->n == GAPS_MAX)
		return 0;
	dv_grow(&g->v, &g->cap, g->n + 1, sizeof(*g->v));
	g->v[g->n++] = *m;
	return 0;
}

static int fill(struct dv_rgc_job *j, const struct dv_rmark_manifest *m,
		struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT, bytes = DV_BUF_INIT;
	int rc;

	dv_rkey_manifest(&key, &m->id);
	rc = dv_small_read(j->c->t, dv_rkey_add_number(&key, m->last),
			   DV_LOCATION_MAX, &bytes, err);
	for (uint64_t n = m->first - 1; rc >= 0 && n > 0; n--) {
		dv_rkey_manifest(&key, &m->id);
		rc = dv_conn_create(j->c, dv_rkey_add_number(&key, n),
				    bytes.data, bytes.len, NULL, 0, err);
	}
	/* Another gc deleted it, or filled it. */
	if (rc == -DV_E_MISSING)
		rc = 0;
	dv_buf_release(&key);
	dv_buf_release(&bytes);
	return rc < 0 ? rc : 0;
}

int dv_rgc_fill_gaps(struct dv_rgc_job *j, struct dv_err *err)
{
	struct gaps g = { .v = NULL };
	int rc;

	rc = dv_rmark_manifests(j->c, note_gap, NULL, NULL, &g, err);
	for (size_t i = 0; !rc && i < g.n; i++)
		rc = fill(j, &g.v[i], err);
	free(g.v);
	return rc;
}
