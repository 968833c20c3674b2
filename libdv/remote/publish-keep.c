/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"
#include "remote/rkey.h"

/* A version that is to be there. */
struct one {
	uint32_t dataset;
	char id[DV_VERSION_ID_MAX];
	bool gone;
};

struct keep {
	struct dv_pub *x;
	struct dv_strlist keys;
	struct one *v;			/* of each */
	size_t cap;
};

static int take(void *arg, size_t i, const void *data, size_t n,
		struct dv_err *err)
{
	struct keep *k = arg;

	(void)n;
	(void)err;
	k->v[i].gone = !data;
	return 0;
}

static int add(struct keep *k, uint32_t dataset, const char *id,
	       struct dv_err *err)
{
	const struct dv_pub_dataset *d = &k->x->datasets[dataset];
	struct dv_buf key = DV_BUF_INIT;
	int rc = dv_rkey_version(&key, d->ns, d->name, id, err);

	if (!rc) {
		dv_grow(&k->v, &k->cap, k->keys.n + 1, sizeof(*k->v));
		k->v[k->keys.n] = (struct one){ .dataset = dataset };
		memcpy(k->v[k->keys.n].id, id, strlen(id) + 1);
		dv_strlist_add(&k->keys, key.data);
	}
	dv_buf_release(&key);
	return rc;
}

static int list(struct keep *k, struct dv_err *err)
{
	struct dv_pub *x = k->x;
	int rc = 0;

	for (size_t i = 0; i < x->todo_n && !rc; i++) {
		const struct dv_pub_dataset *d;

		d = &x->datasets[x->todo[i].dataset];
		if (d->forgotten && !d->failed)
			rc = add(k, x->todo[i].dataset, x->todo[i].id, err);
	}
	for (uint32_t i = 0; i < x->datasets_n && !rc; i++) {
		const struct dv_pub_dataset *d = &x->datasets[i];

		if (d->forgotten)
			dv_strlist_add(&x->p->forgotten, d->name);
		if (d->placed)
			rc = add(k, i, d->head.version, err);
	}
	return rc;
}

/* Its data is there: a gc takes weeks, and sees the record before that. */
static int publish_again(struct dv_pub *x, const struct one *o,
			 struct dv_err *err)
{
	struct dv_version v;
	int rc = dv_versions_find(x->v, x->datasets[o->dataset].name, o->id,
				  &v, err);

	if (rc < 0)
		return rc;
	rc = dv_catalog_publish(x->c, &v.rec, err);
	dv_version_release(&v);
	return rc < 0 ? rc : 0;
}

int dv_pub_keep(struct dv_pub *x, struct dv_err *err)
{
	struct keep k = { .x = x };
	int rc = list(&k, err);

	if (!rc && k.keys.n)
		rc = dv_conn_read_all(x->c, &k.keys, DV_RECORD_MAX, take, &k,
				      err);
	for (size_t i = 0; i < k.keys.n && !rc; i++)
		if (k.v[i].gone)
			rc = publish_again(x, &k.v[i], err);
	dv_strlist_release(&k.keys);
	free(k.v);
	return rc;
}
