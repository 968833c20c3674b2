/* SPDX-License-Identifier: MIT */
#include "porcelain/forgetremote-parts.h"

#include <stdlib.h>

#define TRIES 100		/* others move a head meanwhile */

/* Names are taken away, not only looked at. */
static bool is_forced(const struct dv_forgetremote_job *job)
{
	return job->o->force || (job->o->all && job->o->dry_run);
}

/* --- where latest moves --------------------------------------------------- */

struct search {
	struct dv_forgetremote_job *job;
	struct dv_forgetremote_row **open;
	size_t n, cap;
};

static void add_parents(struct search *s,
			const struct dv_forgetremote_row *r)
{
	for (size_t i = 0; i < r->parents.n; i++) {
		char *name = dv_asprintf("%s@%s", r->place, r->parents.v[i]);
		struct dv_forgetremote_row *parent;

		parent = dv_forgetremote_find(s->job, name);
		free(name);
		if (!parent || parent->seen)
			continue;
		parent->seen = true;
		dv_grow(&s->open, &s->cap, s->n + 1, sizeof(*s->open));
		s->open[s->n++] = parent;
	}
}

/* The id of the nearest that stays of what r descends from, or "". */
static const char *nearest(struct dv_forgetremote_job *job,
			   const struct dv_forgetremote_row *r)
{
	struct search s = { .job = job };
	const char *id = "";

	for (size_t i = 0; i < job->n; i++)
		job->rows[i].seen = false;
	add_parents(&s, r);
	for (size_t i = 0; i < s.n && !*id; i++) {
		if (!s.open[i]->goes)
			id = dv_forgetremote_id(s.open[i]);
		else
			add_parents(&s, s.open[i]);
	}
	free(s.open);
	return id;
}

/* --- what names one that goes --------------------------------------------- */

static void add_move(struct dv_forgetremote_job *job, size_t i,
		     const char *to)
{
	const struct dv_forgetremote_head *h = &job->heads[i];
	struct dv_rforget_head *m;
	char *ns = dv_strdup(h->place);

	ns[h->ns_len] = '\0';
	if (!job->moves) {
		job->moves = dv_calloc(job->heads_n, sizeof(*job->moves));
		job->moves_of = dv_calloc(job->heads_n,
					  sizeof(*job->moves_of));
	}
	job->moves_of[job->moves_n] = i;
	m = &job->moves[job->moves_n++];
	*m = (struct dv_rforget_head){
		.name = { ns, ns + h->ns_len + 1, *h->tag ? h->tag : NULL },
		.was = h->at, .to = to
	};
}

static void refuse_head(struct dv_forgetremote_job *job,
			const struct dv_forgetremote_head *h)
{
	if (*h->tag)
		dv_error("'%s@%s' is named by the tag '%s' there", h->place,
			 h->at.version, h->tag);
	else
		dv_error("'%s@%s' is 'latest' there", h->place,
			 h->at.version);
	job->named++;
}

static void check_heads(struct dv_forgetremote_job *job)
{
	for (size_t i = 0; i < job->heads_n; i++) {
		const struct dv_forgetremote_head *h = &job->heads[i];
		const struct dv_forgetremote_row *r;
		bool whole = dv_forgetremote_is_whole(job, h->place);

		r = dv_forgetremote_named(job, h);
		if (!whole && !(r && r->goes))
			continue;
		if (!is_forced(job))
			refuse_head(job, h);
		else
			add_move(job, i, *h->tag || whole ? "" :
				 nearest(job, r));
	}
}

/* An input is of the same name space, or tells its own. */
static const struct dv_forgetremote_row *
find_input(const struct dv_forgetremote_job *job,
	   const struct dv_forgetremote_row *of, const char *input)
{
	char *name = dv_asprintf("%.*s/%s", (int)of->ns_len, of->place,
				 input);
	const struct dv_forgetremote_row *r = dv_forgetremote_find(job, name);

	free(name);
	return r ? r : dv_forgetremote_find(job, input);
}

static void check_input(struct dv_forgetremote_job *job,
			const struct dv_forgetremote_row *in,
			const struct dv_forgetremote_row *r)
{
	if (is_forced(job)) {
		dv_warn("'%s' is named by '%s' as its input", in->name,
			r->name);
		return;
	}
	dv_error("'%s' is named by '%s' as its input", in->name, r->name);
	job->named++;
}

static void check_inputs(struct dv_forgetremote_job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		const struct dv_forgetremote_row *r = &job->rows[i];

		for (size_t k = 0; !r->goes && k < r->inputs.n; k++) {
			const struct dv_forgetremote_row *in;

			in = find_input(job, r, r->inputs.v[k]);
			if (in && in->goes)
				check_input(job, in, r);
		}
	}
}

int dv_forgetremote_check(struct dv_forgetremote_job *job,
			  struct dv_err *err)
{
	const struct dv_forgetremote *o = job->o;

	check_heads(job);
	check_inputs(job);
	if (!job->named)
		return 0;
	dv_err_set(err, DV_E_CONFLICT, "nothing is forgotten");
	if (o->all)
		return dv_err_hint(err, "--force takes these names away, too");
	if (o->keep_last >= 0 || o->keep_tagged)
		return dv_err_hint(err, "--force removes such tags, and moves "
				   "latest to what it descends from");
	return dv_err_hint(err, "--keep-last=<n> and --keep-tagged leave out "
			   "what is to stay; --force removes such tags, and "
			   "moves latest to what it descends from; --all "
			   "removes a dataset whole");
}

/* --- moving ---------------------------------------------------------------- */

/*
 * Somebody else moved it.  Is it to be moved again?  1/0.  What goes whole
 * and has got a version that we have not seen goes not.
 */
static int look_again(struct dv_forgetremote_job *job,
		      const struct dv_rforget_head *m, size_t i,
		      struct dv_err *err)
{
	struct dv_forgetremote_head now = job->heads[i];
	const struct dv_forgetremote_row *r;

	now.at = m->was;
	if (!*now.at.version)
		return 0;
	r = dv_forgetremote_named(job, &now);
	if (r && r->goes)
		return 1;
	if (!dv_forgetremote_is_whole(job, now.place))
		return 0;
	dv_err_set(err, DV_E_CONFLICT, "'%s' was pushed to meanwhile, and "
		   "%s is at '%s' now: no version is forgotten", now.place,
		   *now.tag ? now.tag : "latest", now.at.version);
	return dv_err_hint(err, "where that is to go, too: try again");
}

/* Latest of all first: where one may not go whole, no tag has gone. */
static int move_some(struct dv_forgetremote_job *job, bool tags,
		     struct dv_err *err)
{
	struct dv_rforget_head *v = dv_calloc(job->moves_n + 1, sizeof(*v));
	size_t *of = dv_calloc(job->moves_n + 1, sizeof(*of)), n = 0;
	int rc = 0;

	for (size_t i = 0; i < job->moves_n; i++)
		if (!job->moves[i].name.what == !tags)
			of[n++] = i;
	for (int tries = 0; n && !rc && tries < TRIES; tries++) {
		size_t left = 0;

		for (size_t k = 0; k < n; k++)
			v[k] = job->moves[of[k]];
		rc = dv_rforget_move(job->cmd->conn, v, n, err);
		for (size_t k = 0; k < n && rc >= 0; k++) {
			job->moves[of[k]] = v[k];
			rc = v[k].moved ? 0 :
			     look_again(job, &v[k], job->moves_of[of[k]],
					err);
			if (rc > 0)
				of[left++] = of[k];
		}
		rc = rc < 0 ? rc : 0;
		n = left;
	}
	if (!rc && n)
		rc = dv_err_set(err, DV_E_CONFLICT, "others move the heads "
				"there all the time; try again later");
	free(v);
	free(of);
	return rc;
}

int dv_forgetremote_move(struct dv_forgetremote_job *job, struct dv_err *err)
{
	int rc = move_some(job, false, err);

	return rc < 0 ? rc : move_some(job, true, err);
}

void dv_forgetremote_say_moves(const struct dv_forgetremote_job *job)
{
	bool dry = job->o->dry_run;

	for (size_t i = 0; i < job->moves_n; i++) {
		const struct dv_rforget_head *m = &job->moves[i];
		const char *place = job->heads[job->moves_of[i]].place;

		if (!m->moved && !dry)
			continue;
		if (m->name.what)
			dv_say("%s the tag '%s@%s'", dry ? "would remove" :
			       "removed", place, m->name.what);
		else if (*m->to)
			dv_say("%s latest of '%s' to '%s'", dry ?
			       "would move" : "moved", place, m->to);
		else
			dv_say("%s latest of '%s' to nothing", dry ?
			       "would move" : "moved", place);
	}
}
