/* SPDX-License-Identifier: MIT */
#include "remote/obtain-parts.h"

#include <string.h>

#include "base/buf.h"

static void fault(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		  const struct dv_err *why)
{
	struct dv_buf text = DV_BUF_INIT;

	dv_buf_printf(&text, "tag '%s@%s' of remote '%s': %s",
		      l->m->datasets.v[t->of], t->tag, l->c->name, why->msg);
	dv_obtain_fault(&l->m->all, text.data);
	dv_buf_release(&text);
}

/* One that names no version that there is names nothing. */
static int check(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		 struct dv_err *why)
{
	struct dv_version v;
	int rc;

	rc = dv_version_tag_check(t->tag, why);
	if (rc >= 0)
		rc = dv_versions_find(l->versions, l->m->datasets.v[t->of],
				      t->version, &v, why);
	if (rc >= 0)
		dv_version_release(&v);
	return rc;
}

static int take(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		struct dv_err *err)
{
	const char *dataset = l->m->datasets.v[t->of];
	struct dv_obtain *o = &l->m->each[t->of];
	char is[DV_VERSION_ID_MAX];
	int rc;

	rc = dv_version_tag_get(l->repo, dataset, t->tag, is, err);
	if (rc < 0 || (rc && !strcmp(is, t->version)))
		return rc;
	if (rc && !l->m->force) {
		dv_strlist_add(&o->moved, t->tag);
		return 0;
	}
	rc = dv_version_tag_set(l->repo, dataset, t->tag, t->version,
				l->m->force, err);
	if (rc >= 0)
		o->tags++;
	return rc;
}

int dv_obtain_tags_write(struct dv_obtain_look *l, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < l->tags_n && rc >= 0; i++) {
		const struct dv_obtain_tag *t = &l->tags[i];
		struct dv_err why = DV_ERR_INIT;

		if (!*t->version)
			continue;
		if (check(l, t, &why) < 0)
			fault(l, t, &why);
		else
			rc = take(l, t, err);
	}
	return rc < 0 ? rc : 0;
}
