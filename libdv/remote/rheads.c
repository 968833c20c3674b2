/* SPDX-License-Identifier: MIT */
#include "remote/rheads.h"

#include "base/strlist.h"
#include "remote/catalog.h"

struct heads {
	struct dv_conn *c;
	dv_rheads_fn *fn;
	void *arg;
	struct dv_strlist datasets, versions;
};

static int keep_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *head,
		     struct dv_err *err)
{
	struct heads *h = arg;

	(void)ns;
	(void)err;
	if (*tag || !*head->version || h->datasets.n == DV_RHEADS_MAX)
		return 0;
	dv_strlist_add(&h->datasets, dataset);
	dv_strlist_add(&h->versions, head->version);
	return 0;
}

struct manifests {
	struct dv_digest v[DV_RHEADS_MAX];
	size_t n;
};

static int keep_manifest(void *arg, size_t i, const struct dv_record *rec,
			 const void *bytes, size_t n, struct dv_err *err)
{
	struct manifests *m = arg;

	(void)i, (void)bytes, (void)n, (void)err;
	if (rec)
		m->v[m->n++] = rec->manifest;
	return 0;
}

static int take_some(struct heads *h, const struct dv_catalog_name *names,
		     size_t n, struct dv_err *err)
{
	struct manifests m = { .n = 0 };
	int rc = dv_catalog_records_of(h->c, names, n, keep_manifest, &m,
				       err);

	return rc < 0 ? rc : h->fn(h->arg, m.v, m.n, err);
}

static bool is_unreadable(int rc)
{
	return rc == -DV_E_MISSING || rc == -DV_E_FORMAT;
}

static int take(struct heads *h, const struct dv_catalog_name *names,
		size_t n, struct dv_err *err)
{
	int rc = take_some(h, names, n, err);

	if (!is_unreadable(rc))
		return rc;
	err->code = rc = 0;
	for (size_t i = 0; i < n && !rc; i++) {
		rc = take_some(h, &names[i], 1, err);
		if (is_unreadable(rc))
			err->code = rc = 0;
	}
	return rc;
}

int dv_rheads_manifests(struct dv_conn *c, const char *ns, dv_rheads_fn *fn,
			void *arg, struct dv_err *err)
{
	struct heads h = { .c = c, .fn = fn, .arg = arg };
	struct dv_catalog_name names[DV_RHEADS_MAX];
	int rc = dv_catalog_read_heads(c, ns, NULL, keep_head, &h, err);

	for (size_t i = 0; i < h.datasets.n; i++)
		names[i] = (struct dv_catalog_name){ ns, h.datasets.v[i],
						     h.versions.v[i] };
	if (rc >= 0)
		rc = take(&h, names, h.datasets.n, err);
	dv_strlist_release(&h.datasets);
	dv_strlist_release(&h.versions);
	return rc < 0 ? rc : 0;
}
