/* SPDX-License-Identifier: MIT */
#include "porcelain/forgetremote.h"

#include <stdlib.h>

#include "remote/catalog.h"
#include "remote/rkey.h"
#include "remote/rmark.h"

/* A published version. */
struct row {
	char *place;			/* "<ns>/<dataset>" */
	char *name;			/* "<ns>/<dataset>@<id>" */
	size_t ns_len;
	int64_t time;
	struct dv_strlist parents;	/* ids */
	struct dv_strlist inputs;	/* "<dataset>@<id>" */
	bool goes;
};

struct job {
	const struct dv_forgetremote *o;
	struct dv_remotecmd *cmd;
	const char *own_ns;		/* or NULL */
	struct row *rows;		/* by place, the newest first */
	size_t n, cap;
	struct row **names;		/* the same, by name */
	struct dv_strlist heads;	/* "<name> <tag>", "" for latest */
	size_t named, goes;
};

/* --- what there is ------------------------------------------------------ */

static int take_version(void *arg, const struct dv_rmark_version *v,
			struct dv_err *err)
{
	struct job *job = arg;
	struct row *r;

	(void)err;
	dv_grow(&job->rows, &job->cap, job->n + 1, sizeof(*job->rows));
	r = &job->rows[job->n++];
	*r = (struct row){
		.place = dv_asprintf("%s/%s", v->ns, v->dataset),
		.name = dv_asprintf("%s/%s@%s", v->ns, v->dataset, v->id),
		.ns_len = strlen(v->ns),
		.time = v->rec->time
	};
	for (size_t i = 0; i < v->rec->parents.n; i++)
		dv_strlist_add(&r->parents, v->rec->parents.v[i]);
	for (size_t i = 0; i < v->rec->inputs.n; i++)
		dv_strlist_add(&r->inputs, v->rec->inputs.v[i]);
	return 0;
}

static const char *id_of(const struct row *r)
{
	return r->name + strlen(r->place) + 1;
}

static int cmp_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = strcmp(x->place, y->place);

	if (c)
		return c;
	return x->time != y->time ? (x->time < y->time ? 1 : -1) :
	       strcmp(x->name, y->name);
}

static bool is_parent(const struct row *r, const struct row *of)
{
	return dv_strlist_has(&of->parents, id_of(r));
}

/* Of the same second a child comes before its parent. */
static void order_children(struct row *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t moves = 0;	/* the records may go round in circles */

		for (size_t k = i + 1; k < n && v[k].time == v[i].time &&
		     !strcmp(v[k].place, v[i].place); k++)
			if (is_parent(&v[i], &v[k]) && moves++ < n) {
				struct row child = v[k];

				memmove(&v[i + 1], &v[i],
					(k - i) * sizeof(*v));
				v[i] = child;
				k = i;
			}
	}
}

static int cmp_names(const void *a, const void *b)
{
	return strcmp((*(struct row *const *)a)->name,
		      (*(struct row *const *)b)->name);
}

static int cmp_name(const void *name, const void *r)
{
	return strcmp(name, (*(struct row *const *)r)->name);
}

static struct row *find_row(const struct job *job, const char *name)
{
	struct row **r = job->n ? bsearch(name, job->names, job->n,
					  sizeof(*job->names), cmp_name) :
			 NULL;

	return r ? *r : NULL;
}

static void sort_rows(struct job *job)
{
	if (!job->n)
		return;
	qsort(job->rows, job->n, sizeof(*job->rows), cmp_rows);
	order_children(job->rows, job->n);
	job->names = dv_reallocarray(NULL, job->n, sizeof(*job->names));
	for (size_t i = 0; i < job->n; i++)
		job->names[i] = &job->rows[i];
	qsort(job->names, job->n, sizeof(*job->names), cmp_names);
}

static int take_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *h,
		     struct dv_err *err)
{
	struct job *job = arg;

	(void)err;
	if (*h->version)
		dv_strlist_take(&job->heads,
				dv_asprintf("%s/%s@%s %s", ns, dataset,
					    h->version, tag));
	return 0;
}

/* Does a tag name it? */
static bool is_tagged(const struct job *job, const struct row *r)
{
	size_t n = strlen(r->name);

	for (size_t i = 0; i < job->heads.n; i++)
		if (!strncmp(job->heads.v[i], r->name, n) &&
		    job->heads.v[i][n] == ' ' && job->heads.v[i][n + 1])
			return true;
	return false;
}

/* --- what to remove ----------------------------------------------------- */

static void take_dataset(struct job *job, const char *place)
{
	int64_t seen = 0;

	for (size_t i = 0; i < job->n; i++) {
		struct row *r = &job->rows[i];

		if (strcmp(r->place, place))
			continue;
		if (job->o->keep_last >= 0 && seen++ < job->o->keep_last)
			continue;
		if (!job->o->keep_tagged || !is_tagged(job, r))
			r->goes = true;
	}
}

static int take_one(struct job *job, const struct dv_rspec *s,
		    const char *arg, struct dv_err *err)
{
	struct row *r;
	char *name;

	if (job->o->keep_last >= 0 || job->o->keep_tagged)
		return dv_err_set(err, DV_E_INVALID, "'%s' is one version: "
				  "--keep-last and --keep-tagged are about all "
				  "of a dataset", arg);
	name = dv_asprintf("%s/%s@%s", s->ns, s->dataset, s->id);
	r = find_row(job, name);
	free(name);
	if (!r)
		return dv_err_set(err, DV_E_CONFLICT, "'%s' was published "
				  "while this ran; try again", arg);
	r->goes = true;
	return 0;
}

static int add_arg(struct job *job, const char *arg, struct dv_err *err)
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
		take_dataset(job, place);
		free(place);
	}
	dv_rspec_release(&s);
	return rc;
}

/* --- what must stay ----------------------------------------------------- */

static void check_heads(struct job *job)
{
	for (size_t i = 0; i < job->heads.n; i++) {
		char *name = dv_strdup(job->heads.v[i]);
		char *tag = strrchr(name, ' ');
		const struct row *r;

		*tag++ = '\0';
		r = find_row(job, name);
		if (r && r->goes) {
			if (*tag)
				dv_error("'%s' is named by the tag '%s' there",
					 name, tag);
			else
				dv_error("'%s' is 'latest' there", name);
			job->named++;
		}
		free(name);
	}
}

/* An input is of the same name space, or tells its own. */
static const struct row *find_input(const struct job *job,
				    const struct row *of, const char *input)
{
	char *name = dv_asprintf("%.*s/%s", (int)of->ns_len, of->place,
				 input);
	const struct row *r = find_row(job, name);

	free(name);
	return r ? r : find_row(job, input);
}

static void check_inputs(struct job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		const struct row *r = &job->rows[i];

		for (size_t k = 0; !r->goes && k < r->inputs.n; k++) {
			const struct row *in;

			in = find_input(job, r, r->inputs.v[k]);
			if (!in || !in->goes)
				continue;
			dv_error("'%s' is named by '%s' as its input",
				 in->name, r->name);
			job->named++;
		}
	}
}

static int check(struct job *job, struct dv_err *err)
{
	check_heads(job);
	check_inputs(job);
	if (!job->named)
		return 0;
	dv_err_set(err, DV_E_CONFLICT, "nothing is forgotten");
	return job->o->keep_last < 0 && !job->o->keep_tagged ?
	       dv_err_hint(err, "--keep-last=<n> and --keep-tagged leave out "
			   "what is to stay") : -err->code;
}

/* --- removing ------------------------------------------------------------ */

static int add_key(struct dv_strlist *keys, const struct row *r,
		   struct dv_err *err)
{
	char *ns = dv_strndup(r->place, r->ns_len);
	struct dv_buf key = DV_BUF_INIT;
	int rc;

	rc = dv_rkey_version(&key, ns, r->place + r->ns_len + 1, id_of(r),
			     err);
	if (!rc)
		dv_strlist_add(keys, key.data);
	dv_buf_release(&key);
	free(ns);
	return rc;
}

/* The oldest first: whatever is left descends from nothing that went. */
static int delete_rows(struct job *job, struct dv_err *err)
{
	struct dv_strlist keys = DV_STRLIST_INIT;
	int rc = 0;

	for (size_t i = job->n; !rc && i-- > 0;)
		if (job->rows[i].goes)
			rc = add_key(&keys, &job->rows[i], err);
	if (!rc && !job->o->dry_run)
		rc = dv_rmark_delete(job->cmd->conn, &keys, NULL, err);
	job->goes = keys.n;
	dv_strlist_release(&keys);
	return rc;
}

/* A head may have been moved to one of them since it was looked at. */
static int check_again(struct job *job, struct dv_err *err)
{
	int rc;

	dv_strlist_release(&job->heads);
	rc = dv_catalog_read_heads(job->cmd->conn, NULL, NULL, take_head, job,
				   err);
	if (rc < 0)
		return rc;
	check_heads(job);
	if (!job->named)
		return 0;
	dv_err_set(err, DV_E_CONFLICT, "they were given these names while "
		   "they were forgotten");
	return dv_err_hint(err, "push them again from where they are recorded");
}

static int forget(struct job *job, int argc, const char **argv,
		  struct dv_err *err)
{
	struct dv_conn *c = job->cmd->conn;
	int rc;

	rc = dv_rmark_versions(c, take_version, job, &job->cmd->progress, err);
	sort_rows(job);
	if (!rc)
		rc = dv_catalog_read_heads(c, NULL, NULL, take_head, job,
					   err);
	for (int i = 0; !rc && i < argc; i++)
		rc = add_arg(job, argv[i], err);
	if (!rc)
		rc = check(job, err);
	if (!rc)
		rc = delete_rows(job, err);
	for (size_t i = 0; !rc && i < job->n; i++)
		if (job->names[i]->goes) {
			dv_out_path(job->names[i]->name,
				    strlen(job->names[i]->name), '\n');
			dv_out_char('\n');
		}
	if (!rc && job->goes && !job->o->dry_run)
		rc = check_again(job, err);
	return rc;
}

static void release(struct job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		free(job->rows[i].place);
		free(job->rows[i].name);
		dv_strlist_release(&job->rows[i].parents);
		dv_strlist_release(&job->rows[i].inputs);
	}
	free(job->rows);
	free(job->names);
	dv_strlist_release(&job->heads);
}

int dv_forgetremote(const struct dv_forgetremote *o,
		    struct dv_remotecmd *cmd, int argc, const char **argv,
		    struct dv_err *err)
{
	struct job job = { .o = o, .cmd = cmd };
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
	if (!rc && job.goes && !o->dry_run && !cmd->quiet)
		dv_hint("their data stays there until: dv gc --remote; a push "
			"from where they are still recorded publishes them "
			"again");
	release(&job);
	dv_repo_close(repo);
	return rc;
}
