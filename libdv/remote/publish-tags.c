/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/publish-parts.h"

#define TRIES 1000		/* races that may be lost for one tag */

/* One of the tags, and its step, if it moves. */
struct state {
	struct dv_catalog_head head;
	enum dv_publish_outcome outcome;
	bool open;			/* to be looked at (again) */
};

struct job {
	struct dv_conn *c;
	struct dv_publish *p;
	const struct dv_publish_name *tags;
	struct state *v;
	size_t n;
	/* of a round */
	struct dv_catalog_name *names;
	struct dv_catalog_head *heads;
	struct dv_catalog_step *steps;
	size_t *of, of_n;
};

static struct dv_catalog_name name_of(const struct dv_publish_name *t)
{
	return (struct dv_catalog_name){ t->ns, t->dataset, t->tag };
}

static int read_heads(struct job *j, struct dv_err *err)
{
	int rc;

	j->of_n = 0;
	for (size_t i = 0; i < j->n; i++) {
		if (!j->v[i].open)
			continue;
		j->names[j->of_n] = name_of(&j->tags[i]);
		j->of[j->of_n++] = i;
	}
	rc = dv_catalog_head_all(j->c, j->names, j->of_n, j->heads, err);
	for (size_t k = 0; k < j->of_n && !rc; k++)
		j->v[j->of[k]].head = j->heads[k];
	return rc;
}

/* What becomes of it?  True where it is to move. */
static bool decide(struct job *j, size_t i)
{
	struct state *s = &j->v[i];

	s->open = false;
	if (!strcmp(s->head.version, j->tags[i].id))
		s->outcome = DV_PUBLISH_NOTHING;
	else if (*s->head.version && !j->p->force)
		s->outcome = DV_PUBLISH_BESIDE;
	else
		s->outcome = *s->head.version ? DV_PUBLISH_MOVED :
						DV_PUBLISH_NEW;
	return s->outcome == DV_PUBLISH_MOVED || s->outcome == DV_PUBLISH_NEW;
}

/* Those that lose a race stay open. */
static int move(struct job *j, struct dv_err *err)
{
	size_t n = 0;
	int rc = 0;

	for (size_t k = 0; k < j->of_n; k++) {
		size_t i = j->of[k];

		if (!decide(j, i) || j->p->dry_run)
			continue;
		j->of[n] = i;
		j->steps[n++] = (struct dv_catalog_step){
			.name = name_of(&j->tags[i]),
			.version = j->tags[i].id, .was = &j->v[i].head
		};
	}
	if (n)
		rc = dv_pub_begin_write(j->c, j->c->algo, j->p, err);
	if (!rc && n)
		rc = dv_catalog_move_all(j->c, j->steps, n, err);
	for (size_t k = 0; k < n; k++)
		j->v[j->of[k]].open = !j->steps[k].moved;
	j->of_n = n;
	return rc;
}

static bool is_any_open(const struct job *j, size_t *i)
{
	for (*i = 0; *i < j->n; ++*i)
		if (j->v[*i].open)
			return true;
	return false;
}

static int move_all(struct job *j, struct dv_err *err)
{
	size_t open = 0;
	int rc = 0;

	for (int i = 0; i < TRIES && !rc && is_any_open(j, &open); i++) {
		rc = read_heads(j, err);
		if (!rc)
			rc = move(j, err);
	}
	if (rc || !is_any_open(j, &open))
		return rc;
	return dv_err_set(err, DV_E_CONFLICT, "'%s@%s': others move the tag "
			  "all the time; try again later",
			  j->tags[open].dataset, j->tags[open].tag);
}

/* A forget -r beside us may not have seen the tag. */
static int on_record(void *arg, size_t k, const struct dv_record *rec,
		     const void *bytes, size_t n, struct dv_err *err)
{
	struct job *j = arg;
	const struct dv_publish_name *t = &j->tags[j->of[k]];

	(void)bytes, (void)n;
	if (rec)
		return 0;
	dv_err_set(err, DV_E_CONFLICT, "'%s@%s': remote '%s' has forgotten "
		   "its version meanwhile", t->dataset, t->tag, j->c->name);
	return dv_err_hint(err, "push again: it is published again, too");
}

static int check_there(struct job *j, struct dv_err *err)
{
	j->of_n = 0;
	for (size_t i = 0; i < j->n; i++) {
		const struct dv_publish_name *t = &j->tags[i];

		if (j->v[i].outcome != DV_PUBLISH_NEW &&
		    j->v[i].outcome != DV_PUBLISH_MOVED)
			continue;
		j->names[j->of_n] = (struct dv_catalog_name){ t->ns,
							      t->dataset,
							      t->id };
		j->of[j->of_n++] = i;
	}
	return dv_catalog_records_of(j->c, j->names, j->of_n, on_record, j,
				     err);
}

static void tell(struct job *j)
{
	for (size_t i = 0; i < j->n && j->p->told; i++) {
		const struct dv_publish_name *t = &j->tags[i];
		const struct dv_publish_told told = {
			.name_space = t->ns, .dataset = t->dataset,
			.tag = t->tag, .id = t->id,
			.outcome = j->v[i].outcome,
			.fresh = j->v[i].outcome == DV_PUBLISH_NEW,
			.there = j->v[i].head.version
		};

		j->p->told(j->p->arg, &told);
	}
}

int dv_publish_tags(struct dv_conn *c, const struct dv_publish_name *tags,
		    size_t n, struct dv_publish *p, struct dv_err *err)
{
	struct job j = { .c = c, .p = p, .tags = tags, .n = n };
	int rc;

	j.v = dv_calloc(n + 1, sizeof(*j.v));
	j.names = dv_calloc(n + 1, sizeof(*j.names));
	j.heads = dv_calloc(n + 1, sizeof(*j.heads));
	j.steps = dv_calloc(n + 1, sizeof(*j.steps));
	j.of = dv_calloc(n + 1, sizeof(*j.of));
	for (size_t i = 0; i < n; i++)
		j.v[i].open = true;
	rc = move_all(&j, err);
	if (!rc && !p->dry_run)
		rc = check_there(&j, err);
	if (!rc)
		tell(&j);
	free(j.v);
	free(j.names);
	free(j.heads);
	free(j.steps);
	free(j.of);
	return rc;
}
