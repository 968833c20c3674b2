/* SPDX-License-Identifier: MIT */
#include "porcelain/forgetremote-parts.h"

#include <stdlib.h>

#include "remote/catalog.h"

/* --- what to remove ----------------------------------------------------- */

static bool has_keep(const struct dv_forgetremote_job *job)
{
	return job->o->keep_last >= 0 || job->o->keep_tagged;
}

/* That nothing is left of a dataset is to be said. */
static int check_left(const struct dv_forgetremote_job *job,
		      const char *place, size_t left, struct dv_err *err)
{
	if (left || !job->o->force || job->o->all)
		return 0;
	dv_err_set(err, DV_E_INVALID, "no version of '%s' would be left",
		   place);
	return dv_err_hint(err, "to remove it whole: --all --force");
}

static void take_whole(struct dv_forgetremote_job *job, const char *place,
		       size_t ns_len)
{
	if (dv_forgetremote_is_whole(job, place))
		return;
	dv_grow(&job->whole, &job->whole_cap, job->whole_n + 1,
		sizeof(*job->whole));
	job->whole[job->whole_n++] = (struct dv_forgetremote_whole){
		dv_strdup(place), ns_len
	};
}

static int take_dataset(struct dv_forgetremote_job *job, const char *place,
			struct dv_err *err)
{
	int64_t seen = 0;
	size_t left = 0;

	for (size_t i = 0; i < job->n; i++) {
		struct dv_forgetremote_row *r = &job->rows[i];

		if (strcmp(r->place, place))
			continue;
		if (job->o->keep_last >= 0 && seen++ < job->o->keep_last)
			;
		else if (!job->o->keep_tagged ||
			 !dv_forgetremote_is_tagged(job, r))
			r->goes = true;
		left += !r->goes;
	}
	return check_left(job, place, left, err);
}

static int take_one(struct dv_forgetremote_job *job,
		    const struct dv_rspec *s, const char *arg,
		    struct dv_err *err)
{
	struct dv_forgetremote_row *r;
	char *name;

	if (has_keep(job))
		return dv_err_set(err, DV_E_INVALID, "'%s' is one version: "
				  "--keep-last and --keep-tagged are about all "
				  "of a dataset", arg);
	if (job->o->all)
		return dv_err_set(err, DV_E_INVALID, "'%s' is one version: "
				  "--all removes a dataset whole", arg);
	name = dv_asprintf("%s/%s@%s", s->ns, s->dataset, s->id);
	r = dv_forgetremote_find(job, name);
	free(name);
	if (!r)
		return dv_err_set(err, DV_E_CONFLICT, "'%s' was published "
				  "while this ran; try again", arg);
	r->goes = true;
	return 0;
}

static int add_arg(struct dv_forgetremote_job *job, const char *arg,
		   struct dv_err *err)
{
	struct dv_conn *c = job->cmd->conn;
	struct dv_rspec s = { .ns = NULL };
	char *place;
	int rc;

	rc = dv_rspec_dataset(&s, c, job->own_ns, arg, err);
	if (rc < 0)
		return rc;
	if (*s.path) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s' is a part of a "
				"version", arg);
	} else if (s.what) {
		dv_rspec_release(&s);
		rc = dv_rspec_resolve(&s, c, job->own_ns, arg, err);
		if (rc < 0)
			return rc;
		rc = take_one(job, &s, arg, err);
	} else {
		place = dv_asprintf("%s/%s", s.ns, s.dataset);
		if (job->o->all)
			take_whole(job, place, strlen(s.ns));
		rc = take_dataset(job, place, err);
		free(place);
	}
	dv_rspec_release(&s);
	return rc;
}

/* --- removing ------------------------------------------------------------ */

struct victims {
	struct dv_forgetremote_job *job;
	struct dv_forgetremote_row **rows;
	struct dv_catalog_name *names;
	size_t n, stay;
};

/* The oldest first: whatever is left descends from nothing that went. */
static void list_victims(struct victims *x, struct dv_forgetremote_job *job)
{
	*x = (struct victims){ .job = job };
	x->rows = dv_calloc(job->n + 1, sizeof(*x->rows));
	x->names = dv_calloc(job->n + 1, sizeof(*x->names));
	for (size_t i = job->n; i-- > 0;) {
		struct dv_forgetremote_row *r = &job->rows[i];
		char *ns;

		if (!r->goes)
			continue;
		ns = dv_strdup(r->place);
		ns[r->ns_len] = '\0';
		x->rows[x->n] = r;
		x->names[x->n++] = (struct dv_catalog_name){
			ns, ns + r->ns_len + 1, dv_forgetremote_id(r)
		};
	}
}

static void release_victims(struct victims *x)
{
	for (size_t i = 0; i < x->n; i++)
		free((char *)x->names[i].ns);
	free(x->names);
	free(x->rows);
}

/* A push has moved a head to it since we looked. */
static void stays(void *arg, size_t i, const char *tag)
{
	struct victims *x = arg;

	if (*tag)
		dv_error("'%s' was given the tag '%s' meanwhile, so it stays",
			 x->rows[i]->name, tag);
	else
		dv_error("'%s' has become 'latest' meanwhile, so it stays",
			 x->rows[i]->name);
	x->rows[i]->goes = false;
	x->stay++;
}

static int delete_rows(struct dv_forgetremote_job *job, struct dv_err *err)
{
	struct victims x;
	int rc;

	list_victims(&x, job);
	rc = dv_rforget_versions(job->cmd->conn, x.names, x.n, stays, &x,
				 NULL, err);
	release_victims(&x);
	job->deleted = !rc;
	if (!rc && x.stay)
		rc = dv_err_set(err, DV_E_CONFLICT, "not all was forgotten, "
				"as others pushed meanwhile");
	return rc;
}

static void print_rows(const struct dv_forgetremote_job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		const struct dv_forgetremote_row *r = job->names[i];

		if (!r->goes)
			continue;
		dv_out_path(r->name, strlen(r->name), '\n');
		dv_out_char('\n');
	}
}

static int stop(void *arg, const char *ns, const char *dataset,
		const char *id, int64_t published, struct dv_err *err)
{
	(void)arg, (void)ns, (void)dataset, (void)id, (void)published;
	(void)err;
	return 1;
}

/* Whoever pushed beside us has begun it anew. */
static int check_whole(struct dv_forgetremote_job *job, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < job->whole_n && rc >= 0; i++) {
		const struct dv_forgetremote_whole *w = &job->whole[i];
		char *ns = dv_strndup(w->place, w->ns_len);

		rc = dv_catalog_versions(job->cmd->conn, ns,
					 w->place + w->ns_len + 1, stop, NULL,
					 err);
		if (rc > 0)
			dv_warn("'%s' has been pushed to meanwhile, and has "
				"versions again", w->place);
		free(ns);
	}
	return rc < 0 ? rc : 0;
}

static int remove_all(struct dv_forgetremote_job *job, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < job->n; i++)
		job->goes += job->rows[i].goes;
	job->deleted = !job->goes && !job->moves_n;
	if (job->deleted)
		return 0;
	rc = dv_conn_begin_write(job->cmd->conn, job->cmd->conn->algo, err);
	if (rc >= 0)
		rc = dv_forgetremote_move(job, err);
	if (!rc)
		rc = delete_rows(job, err);
	return rc;
}

static int forget(struct dv_forgetremote_job *job, int argc,
		  const char **argv, struct dv_err *err)
{
	int rc = dv_forgetremote_read(job, err);

	for (int i = 0; !rc && i < argc; i++)
		rc = add_arg(job, argv[i], err);
	if (!rc)
		rc = dv_forgetremote_check(job, err);
	if (rc < 0)
		return rc;
	if (!job->o->dry_run)
		rc = remove_all(job, err);
	if (!job->cmd->quiet)
		dv_forgetremote_say_moves(job);
	if (job->deleted || job->o->dry_run)
		print_rows(job);
	if (!rc && !job->o->dry_run)
		rc = check_whole(job, err);
	return rc;
}

static void hint(const struct dv_forgetremote_job *job)
{
	if (job->o->dry_run && job->o->all && !job->o->force)
		dv_hint("without -n it takes --force");
	else if (job->goes && !job->o->dry_run)
		dv_hint("their data stays there until: dv gc --remote; a push "
			"from where they are still recorded publishes them "
			"again");
}

int dv_forgetremote(const struct dv_forgetremote *o,
		    struct dv_remotecmd *cmd, int argc, const char **argv,
		    struct dv_err *err)
{
	struct dv_forgetremote_job job = { .o = o, .cmd = cmd };
	const char *name = *o->where ? o->where : NULL;
	struct dv_repo *repo = NULL;
	int rc;

	rc = dv_remotecmd_repo(&repo, name, err);
	job.own_ns = repo ? repo->name_space : NULL;
	if (!rc)
		rc = dv_remotecmd_open(cmd, repo, name, NULL, 0, !o->dry_run,
				       err);
	if (!rc)
		rc = forget(&job, argc, argv, err);
	dv_remotecmd_close(cmd);
	if (!rc && !cmd->quiet)
		hint(&job);
	dv_forgetremote_release(&job);
	dv_repo_close(repo);
	return rc;
}
