/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"
#include "remote/rkey.h"

struct keep {
	struct dv_strlist keys;
	uint32_t *of;			/* the dataset of each */
	bool *gone;
};

static int take(void *arg, size_t i, const void *data, size_t n,
		struct dv_err *err)
{
	struct keep *k = arg;

	(void)n;
	(void)err;
	k->gone[i] = !data;
	return 0;
}

static int list(struct keep *k, struct dv_pub *x, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (uint32_t i = 0; i < x->datasets_n && !rc; i++) {
		const struct dv_pub_dataset *d = &x->datasets[i];

		if (!d->placed)
			continue;
		k->of[k->keys.n] = i;
		rc = dv_rkey_version(&key, d->ns, d->name, d->head.version,
				     err);
		if (!rc)
			dv_strlist_add(&k->keys, key.data);
	}
	dv_buf_release(&key);
	return rc;
}

/* Its data is there: a gc takes weeks, and sees the record before that. */
static int publish_again(struct dv_pub *x, const struct dv_pub_dataset *d,
			 struct dv_err *err)
{
	struct dv_version v;
	int rc = dv_versions_find(x->v, d->name, d->head.version, &v, err);

	if (rc < 0)
		return rc;
	rc = dv_catalog_publish(x->c, &v.rec, err);
	dv_version_release(&v);
	return rc < 0 ? rc : 0;
}

int dv_pub_keep(struct dv_pub *x, struct dv_err *err)
{
	struct keep k = { DV_STRLIST_INIT, NULL, NULL };
	int rc;

	k.of = dv_calloc(x->datasets_n + 1, sizeof(*k.of));
	k.gone = dv_calloc(x->datasets_n + 1, sizeof(*k.gone));
	rc = list(&k, x, err);
	if (!rc && k.keys.n)
		rc = dv_conn_read_all(x->c, &k.keys, DV_RECORD_MAX, take, &k,
				      err);
	for (size_t i = 0; i < k.keys.n && !rc; i++)
		if (k.gone[i])
			rc = publish_again(x, &x->datasets[k.of[i]], err);
	dv_strlist_release(&k.keys);
	free(k.of);
	free(k.gone);
	return rc;
}
