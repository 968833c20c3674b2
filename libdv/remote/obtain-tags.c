/* SPDX-License-Identifier: MIT */
#include "remote/obtain-parts.h"

#include <string.h>

static void fault(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		  const struct dv_err *why)
{
	struct dv_err text = DV_ERR_INIT;

	/* one line, whatever bytes a remote has in a name */
	dv_err_set(&text, why->code, "tag '%s@%s' of remote '%s': %s",
		   l->m->datasets.v[t->of], t->tag, l->c->name, why->msg);
	dv_obtain_fault(&l->m->all, text.msg);
}

static int find(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		struct dv_err *why)
{
	struct dv_version v;
	int rc;

	rc = dv_versions_find(l->versions, l->m->datasets.v[t->of],
			      t->version, &v, why);
	if (rc >= 0)
		dv_version_release(&v);
	return rc;
}

/*
 * One that names no version that there is names nothing.  Somebody else
 * who fetched at the same time may have written the version; one look
 * behind the last record that came finds all of them.
 */
static int check(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		 bool *fresh, struct dv_err *why)
{
	int rc;

	rc = dv_version_tag_check(t->tag, why);
	if (rc >= 0)
		rc = find(l, t, why);
	if (rc != -DV_E_MISSING || *fresh)
		return rc;
	*fresh = true;
	rc = dv_versions_reload(l->versions, why);
	return rc < 0 ? rc : find(l, t, why);
}

/* 1 where the tag is here and at the version, or where it shall stay. */
static int stays(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		 struct dv_err *err)
{
	struct dv_obtain *o = &l->m->each[t->of];
	char is[DV_VERSION_ID_MAX];
	int rc;

	rc = dv_version_tag_get(l->repo, l->m->datasets.v[t->of], t->tag, is,
				err);
	if (rc <= 0 || !strcmp(is, t->version))
		return rc;
	if (!l->m->force)
		dv_strlist_add(&o->moved, t->tag);
	return !l->m->force;
}

/* Two may fetch at once: who comes second finds the tag. */
static int take(struct dv_obtain_look *l, const struct dv_obtain_tag *t,
		struct dv_err *err)
{
	const char *dataset = l->m->datasets.v[t->of];
	struct dv_err why = DV_ERR_INIT;
	int rc = stays(l, t, err);

	if (rc)
		return rc;
	rc = dv_version_tag_set(l->repo, dataset, t->tag, t->version,
				l->m->force, &why);
	if (rc >= 0)
		l->m->each[t->of].tags++;
	else if (rc != -DV_E_EXISTS || (rc = stays(l, t, err)) == 0)
		rc = -(*err = why).code;
	return rc;
}

int dv_obtain_tags_write(struct dv_obtain_look *l, struct dv_err *err)
{
	bool fresh = false;
	int rc = 0;

	for (size_t i = 0; i < l->tags_n && rc >= 0; i++) {
		const struct dv_obtain_tag *t = &l->tags[i];
		struct dv_err why = DV_ERR_INIT;

		if (!*t->version)
			continue;
		if (check(l, t, &fresh, &why) < 0)
			fault(l, t, &why);
		else
			rc = take(l, t, err);
	}
	return rc < 0 ? rc : 0;
}
