/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "remote/conn-parts.h"

#define PAGE 10000

struct pages {
	dv_conn_key_fn *fn;
	void *arg;
	uint64_t n;			/* of this page */
	char last[DV_WIRE_KEY_MAX + 1];
};

static int take(void *arg, size_t i, const char *key, int64_t size,
		int64_t modified, struct dv_err *err)
{
	struct pages *p = arg;
	int rc = p->fn(p->arg, key, size, modified, err);

	(void)i;
	snprintf(p->last, sizeof(p->last), "%s", key);
	return rc ? rc : ++p->n == PAGE;
}

static int too_many(const struct dv_conn *c, const char *prefix,
		    uint64_t max, struct dv_err *err)
{
	return dv_err_set(err, DV_E_LIMIT, "remote '%s': more than %" PRIu64
			  " objects below '%s'", c->name, max, prefix);
}

int dv_conn_each_page(struct dv_conn *c, const char *prefix, uint64_t max,
		      dv_conn_key_fn *fn, dv_conn_rest_fn *rest, void *arg,
		      struct dv_err *err)
{
	struct pages p = { .fn = fn, .arg = arg };
	uint64_t keys = 0;
	int rc = 0;

	if (!dv_transport_caps(c->t)->list)
		return dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' cannot "
				  "list what it holds", c->name);
	while (!rc) {
		char after[DV_WIRE_KEY_MAX + 1];
		struct dv_conn_below b = { 0, prefix, after };

		memcpy(after, p.last, sizeof(after));
		p.n = 0;
		rc = dv_conn_list(c, &b, 1, UINT64_MAX, take, &p, err);
		if (rc && p.n < PAGE)
			return rc;
		keys += p.n;
		rc = keys > max ? too_many(c, prefix, max, err) :
		     rest(arg, err);
		if (p.n < PAGE)
			break;
	}
	return rc;
}
