/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"

#define TRIES 1000		/* races that may be lost for one head */
#define ASKED_MAX 1000		/* records that are read from there */

/* --- ancestry -------------------------------------------------------------- */

struct search {
	struct dv_pub *x;
	const struct dv_pub_dataset *d;
	struct dv_strlist open;
	struct dv_idmap seen;
	unsigned asked;
};

static void add_parents(struct search *s, const struct dv_record *rec)
{
	for (size_t i = 0; i < rec->parents.n; i++) {
		struct dv_digest key;

		dv_pub_key(&key, rec->parents.v[i]);
		if (dv_idmap_add(&s->seen, &key, 0))
			dv_strlist_add(&s->open, rec->parents.v[i]);
	}
}

/* The parents of id, from its record here, else from the one there. */
static int parents_of(struct search *s, const char *id, struct dv_err *err)
{
	const struct dv_pub_dataset *d = s->d;
	struct dv_version v;
	struct dv_record rec;
	int rc = dv_versions_find(s->x->v, d->name, id, &v, err);

	if (!rc) {
		add_parents(s, &v.rec);
		dv_version_release(&v);
		return 0;
	}
	if (rc != -DV_E_MISSING)
		return rc;
	err->code = 0;
	if (s->asked++ >= ASKED_MAX)
		return 0;
	rc = dv_catalog_record(s->x->c, d->ns, d->name, id, &rec, err);
	if (rc == -DV_E_MISSING) {
		err->code = 0;
		return 0;
	}
	if (rc < 0)
		return rc;
	add_parents(s, &rec);
	dv_record_release(&rec);
	return 0;
}

/* Does the version from descend from to?  1 or 0. */
static int descends(struct dv_pub *x, const struct dv_pub_dataset *d,
		    const char *from, const char *to, struct dv_err *err)
{
	struct search s = { .x = x, .d = d };
	int rc = 0;

	dv_idmap_init(&s.seen, DV_ALGO_XXH128);
	dv_strlist_add(&s.open, from);
	while (!rc && s.open.n) {
		char *id = s.open.v[--s.open.n];

		if (!strcmp(id, to))
			rc = 1;
		else
			rc = parents_of(&s, id, err);
		free(id);
	}
	dv_strlist_release(&s.open);
	dv_idmap_release(&s.seen);
	return rc;
}

/* As dv_catalog_move(), perhaps the first thing that is written. */
static int move_head(struct dv_conn *c, const char *ns, const char *dataset,
		     const char *tag, const char *id, struct dv_publish *p,
		     struct dv_catalog_head *head, struct dv_err *err)
{
	int rc = dv_pub_begin_write(c, c->algo, p, err);

	return rc < 0 ? rc : dv_catalog_move(c, ns, dataset, tag, id, head,
					     err);
}

/* --- latest ---------------------------------------------------------------- */

/* Where latest stays, is it behind the version, or beside it? */
static int stays(struct dv_pub *x, struct dv_pub_dataset *d, const char *id,
		 enum dv_publish_outcome *out, struct dv_err *err)
{
	int rc = descends(x, d, d->head.version, id, err);

	*out = rc > 0 ? DV_PUBLISH_BEHIND : DV_PUBLISH_BESIDE;
	return rc < 0 ? rc : 0;
}

/* Move latest to id unless it may not.  Who loses a race looks again. */
static int move(struct dv_pub *x, struct dv_pub_dataset *d, const char *id,
		enum dv_publish_outcome *out, struct dv_err *err)
{
	for (int i = 0; i < TRIES; i++) {
		bool was = *d->head.version;
		int rc = 1;

		if (!strcmp(d->head.version, id)) {
			*out = d->moved ? DV_PUBLISH_MOVED :
					  DV_PUBLISH_NOTHING;
			d->moved = NULL;
			return 0;
		}
		if (*d->head.version && !x->p->force)
			rc = descends(x, d, id, d->head.version, err);
		if (!rc)
			return stays(x, d, id, out, err);
		*out = DV_PUBLISH_MOVED;
		if (rc > 0 && !x->p->dry_run)
			rc = move_head(x->c, d->ns, d->name, NULL, id, x->p,
				       &d->head, err);
		d->forgotten |= was && !*d->head.version;
		if (rc)
			return rc < 0 ? rc : 0;
	}
	return dv_err_set(err, DV_E_CONFLICT, "'%s': others move latest all "
			  "the time; try again later", d->name);
}

static int tell(struct dv_pub *x, uint32_t dataset,
		const struct dv_publish_want *want, struct dv_err *err)
{
	struct dv_pub_dataset *d = &x->datasets[dataset];
	enum dv_publish_outcome what = DV_PUBLISH_ALONE;
	struct dv_publish_told told = { .name_space = d->ns,
		.dataset = d->name, .id = want->id };
	struct dv_digest key;
	int rc = 0;

	if (want->head)
		rc = move(x, d, want->id, &what, err);
	if (rc < 0)
		return rc;
	d->placed |= what == DV_PUBLISH_MOVED && !x->p->dry_run;
	dv_pub_key(&key, want->id);
	told.fresh = dv_idmap_get(&d->todo, &key, NULL);
	told.outcome = told.fresh && (what == DV_PUBLISH_MOVED ||
				 what == DV_PUBLISH_NOTHING) ?
		DV_PUBLISH_NEW : what;
	told.there = x->p->dry_run && what == DV_PUBLISH_MOVED ? want->id :
		d->head.version;
	if (x->p->told)
		x->p->told(x->p->arg, &told);
	return 0;
}

/* --- of all datasets at once ------------------------------------------------ */

/*
 * Where latest of a dataset may move to the first version that it is asked
 * to be at: that, else NULL.
 */
static int first_move(struct dv_pub *x, struct dv_pub_dataset *d,
		      const char **id, struct dv_err *err)
{
	int rc = 1;

	*id = NULL;
	for (size_t i = 0; i < d->n && !*id; i++)
		if (d->want[i].head)
			*id = d->want[i].id;
	if (!*id || d->failed || !strcmp(d->head.version, *id))
		rc = 0;
	else if (*d->head.version && !x->p->force)
		rc = descends(x, d, *id, d->head.version, err);
	if (rc <= 0)
		*id = NULL;
	return rc < 0 ? rc : 0;
}

static int list_moves(struct dv_pub *x, struct dv_catalog_step *steps,
		      uint32_t *of, size_t *n, struct dv_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < x->datasets_n && !rc; i++) {
		struct dv_pub_dataset *d = &x->datasets[i];
		const char *id;

		rc = first_move(x, d, &id, err);
		if (rc < 0 || !id)
			continue;
		of[*n] = i;
		steps[(*n)++] = (struct dv_catalog_step){
			.name = { d->ns, d->name, NULL }, .version = id,
			.was = &d->head
		};
	}
	return rc;
}

/* Who lost a race is told where the head is now. */
static int take_moves(struct dv_pub *x, const struct dv_catalog_step *steps,
		      const uint32_t *of, size_t n, struct dv_err *err)
{
	bool *lost = dv_calloc(x->datasets_n, sizeof(*lost)), any = false;
	int rc = 0;

	for (size_t k = 0; k < n; k++) {
		if (steps[k].moved)
			x->datasets[of[k]].moved = steps[k].version;
		else
			any = lost[of[k]] = true;
	}
	if (any)
		rc = dv_pub_read_latest(x, lost, err);
	free(lost);
	return rc;
}

/* All that may move at once do; the others go one by one. */
static int move_all(struct dv_pub *x, struct dv_err *err)
{
	struct dv_catalog_step *steps;
	uint32_t *of;
	size_t n = 0;
	int rc;

	steps = dv_calloc(x->datasets_n, sizeof(*steps));
	of = dv_calloc(x->datasets_n, sizeof(*of));
	rc = list_moves(x, steps, of, &n, err);
	if (!rc && n)
		rc = dv_pub_begin_write(x->c, x->c->algo, x->p, err);
	if (!rc && n)
		rc = dv_catalog_move_all(x->c, steps, n, err);
	if (!rc)
		rc = take_moves(x, steps, of, n, err);
	free(steps);
	free(of);
	return rc;
}

int dv_pub_heads(struct dv_pub *x, struct dv_err *err)
{
	int rc = x->p->dry_run || !x->datasets_n ? 0 : move_all(x, err);

	for (uint32_t i = 0; i < x->datasets_n; i++) {
		const struct dv_pub_dataset *d = &x->datasets[i];

		for (size_t k = 0; k < d->n && !d->failed && !rc; k++)
			rc = tell(x, i, &d->want[k], err);
	}
	return rc;
}
