/* SPDX-License-Identifier: MIT */
#include "remote/obtain-parts.h"

#include <string.h>

#include "base/buf.h"

static void fault(struct dv_obtain_tags *t, const char *tag,
		  const struct dv_err *why)
{
	struct dv_buf text = DV_BUF_INIT;

	dv_buf_printf(&text, "tag '%s@%s' of remote '%s': %s", t->dataset, tag,
		      t->c->name, why->msg);
	dv_obtain_fault(t->o, text.data);
	dv_buf_release(&text);
}

static int on_head(void *arg, const char *ns, const char *dataset,
		   const char *tag, const struct dv_catalog_head *head,
		   struct dv_err *err)
{
	struct dv_obtain_tags *t = arg;

	(void)ns, (void)dataset, (void)err;
	if (*tag && *head->version) {
		dv_strlist_add(&t->names, tag);
		dv_strlist_add(&t->ids, head->version);
	}
	return 0;
}

int dv_obtain_tags_read(struct dv_obtain_tags *t, struct dv_err *err)
{
	return dv_catalog_read_heads(t->c, t->repo->name_space, t->dataset,
				     on_head, t, err);
}

/* One that names no version that there is names nothing. */
static int check(struct dv_obtain_tags *t, const char *tag, const char *id,
		 struct dv_err *why)
{
	struct dv_version v;
	int rc;

	rc = dv_version_tag_check(tag, why);
	if (rc >= 0)
		rc = dv_versions_find(t->versions, t->dataset, id, &v, why);
	if (rc >= 0)
		dv_version_release(&v);
	return rc;
}

static int take(struct dv_obtain_tags *t, const char *tag, const char *id,
		struct dv_err *err)
{
	char is[DV_VERSION_ID_MAX];
	int rc;

	rc = dv_version_tag_get(t->repo, t->dataset, tag, is, err);
	if (rc < 0 || (rc && !strcmp(is, id)))
		return rc;
	if (rc && !t->force) {
		dv_strlist_add(&t->o->moved, tag);
		return 0;
	}
	rc = dv_version_tag_set(t->repo, t->dataset, tag, id, t->force, err);
	if (rc >= 0)
		t->o->tags++;
	return rc;
}

int dv_obtain_tags_write(struct dv_obtain_tags *t, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < t->names.n && rc >= 0; i++) {
		struct dv_err why = DV_ERR_INIT;

		if (check(t, t->names.v[i], t->ids.v[i], &why) < 0)
			fault(t, t->names.v[i], &why);
		else
			rc = take(t, t->names.v[i], t->ids.v[i], err);
	}
	return rc < 0 ? rc : 0;
}
