/* SPDX-License-Identifier: MIT */
#include "porcelain/decor.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/worktree.h"

struct tag {
	char *dataset, *name, *id;
};

/* What is asked once a dataset. */
struct place {
	char *dataset;
	char *here;		/* NULL: no version lies here */
	char *latest;
};

struct dv_decor {
	struct dv_session *s;
	struct tag *tags;
	size_t n_tags, cap_tags;
	struct place *places;
	size_t n_places, cap_places;
};

static int add_tag(void *arg, const char *dataset, const char *name,
		   const char *id, struct dv_err *err)
{
	struct dv_decor *d = arg;
	struct tag *t;

	(void)err;
	dv_grow(&d->tags, &d->cap_tags, d->n_tags + 1, sizeof(*d->tags));
	t = &d->tags[d->n_tags++];
	t->dataset = dv_strdup(dataset);
	t->name = dv_strdup(name);
	t->id = dv_strdup(id);
	return 0;
}

int dv_decor_open(struct dv_decor **out, struct dv_session *s,
		  struct dv_err *err)
{
	struct dv_decor *d = dv_calloc(1, sizeof(*d));
	int rc;

	d->s = s;
	rc = dv_version_tag_each(s->repo, NULL, add_tag, d, err);
	if (rc < 0)
		dv_decor_close(d);
	else
		*out = d;
	return rc;
}

void dv_decor_close(struct dv_decor *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_tags; i++) {
		free(d->tags[i].dataset);
		free(d->tags[i].name);
		free(d->tags[i].id);
	}
	for (size_t i = 0; i < d->n_places; i++) {
		free(d->places[i].dataset);
		free(d->places[i].here);
		free(d->places[i].latest);
	}
	free(d->tags);
	free(d->places);
	free(d);
}

/* *id, if not NULL, gets the newest version with that manifest. */
static int newest_id(struct dv_decor *d, const char *dataset,
		     const struct dv_digest *manifest, char **id,
		     struct dv_err *err)
{
	struct dv_version v;
	int rc;

	rc = dv_versions_newest(d->s->versions, dataset, manifest, &v, err);
	if (rc > 0) {
		*id = dv_strdup(v.id);
		dv_version_release(&v);
	}
	return rc < 0 ? rc : 0;
}

/*
 * The version that lies here: the one the work tree descends from if it
 * has the pointer's content, else the newest that has it.
 */
static int find_here(struct dv_decor *d, const char *dataset, char **id,
		     struct dv_err *err)
{
	struct dv_digest base;
	struct dv_pointer ptr;
	char *from = NULL;
	struct dv_version v;
	int rc;

	if (!d->s->repo->workdir)
		return 0;
	/* one that a merge left in pieces names nothing */
	rc = dv_worktree_pointer(d->s->repo, dataset, &ptr, err);
	if (rc == -DV_E_FORMAT || rc == -DV_E_UNSUPPORTED)
		return 0;
	if (rc <= 0)
		return rc;
	rc = dv_worktree_base(d->s->repo, dataset, &base, &from, err);
	if (rc < 0)
		return rc;

	if (from && !dv_versions_find(d->s->versions, dataset, from, &v,
				      err)) {
		if (dv_digest_eq(&v.rec.manifest, &ptr.manifest))
			*id = dv_strdup(v.id);
		dv_version_release(&v);
	}
	free(from);
	return *id ? 0 : newest_id(d, dataset, &ptr.manifest, id, err);
}

static int get_place(struct dv_decor *d, const char *dataset,
		     struct place **out, struct dv_err *err)
{
	struct place *p;
	int rc;

	for (size_t i = 0; i < d->n_places; i++) {
		*out = &d->places[i];
		if (!strcmp(d->places[i].dataset, dataset))
			return 0;
	}
	dv_grow(&d->places, &d->cap_places, d->n_places + 1,
		sizeof(*d->places));
	p = &d->places[d->n_places++];
	memset(p, 0, sizeof(*p));
	p->dataset = dv_strdup(dataset);
	*out = p;

	rc = newest_id(d, dataset, NULL, &p->latest, err);
	return rc < 0 ? rc : find_here(d, dataset, &p->here, err);
}

void dv_decor_tags(struct dv_decor *d, const char *dataset, const char *id,
		   struct dv_strlist *out)
{
	for (size_t i = 0; i < d->n_tags; i++) {
		const struct tag *t = &d->tags[i];

		if (!strcmp(t->id, id) && !strcmp(t->dataset, dataset))
			dv_strlist_add(out, t->name);
	}
}

int dv_decor_list(struct dv_decor *d, const char *dataset, const char *id,
		  struct dv_strlist *out, struct dv_err *err)
{
	struct dv_strlist tags = DV_STRLIST_INIT;
	struct place *p;
	int rc;

	rc = get_place(d, dataset, &p, err);
	if (rc < 0)
		return rc;
	if (p->here && !strcmp(p->here, id))
		dv_strlist_add(out, "here");
	if (p->latest && !strcmp(p->latest, id))
		dv_strlist_add(out, "latest");

	dv_decor_tags(d, dataset, id, &tags);
	for (size_t i = 0; i < tags.n; i++)
		dv_strlist_take(out, dv_asprintf("tag: %s", tags.v[i]));
	dv_strlist_release(&tags);
	return 0;
}
