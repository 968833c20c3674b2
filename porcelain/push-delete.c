/* SPDX-License-Identifier: MIT */
#include "porcelain/push-parts.h"

#include <stdlib.h>

#include "remote/rforget.h"

/* Tags that are to be removed there. */
struct job {
	struct dv_push *p;
	struct dv_conn *c;
	struct dv_rspec *specs;
	struct dv_rforget_head *heads;	/* of each */
	char (*ids)[DV_VERSION_ID_MAX];	/* what they named */
	size_t n;
};

static int no_tag(const struct job *j, const struct dv_rspec *s,
		  const char *arg, struct dv_err *err)
{
	if (*s->path || !s->what || !strcmp(s->what, "latest")) {
		dv_err_set(err, DV_E_INVALID, "'%s' names no tag", arg);
		return dv_err_hint(err, "write <dataset>@<tag>; for versions "
				   "and datasets: dv forget -r");
	}
	dv_err_set(err, DV_E_MISSING, "remote '%s' has no tag '%s' of "
		   "'%s/%s'", j->c->name, s->what, s->ns, s->dataset);
	return dv_err_hint(err, "list what it has: dv ls-remote --heads");
}

static bool is_twice(const struct job *j, const struct dv_rspec *s)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct dv_catalog_name *name = &j->heads[i].name;

		if (!strcmp(name->ns, s->ns) && !strcmp(name->what, s->what) &&
		    !strcmp(name->dataset, s->dataset))
			return true;
	}
	return false;
}

static int add_tag(struct job *j, const char *arg, struct dv_err *err)
{
	struct dv_rspec *s = &j->specs[j->n];
	struct dv_rforget_head *h = &j->heads[j->n];
	int rc;

	rc = dv_rspec_dataset(s, j->c, j->p->s.repo->name_space, arg, err);
	if (rc < 0)
		return rc;
	if (*s->path || !s->what || !strcmp(s->what, "latest"))
		rc = no_tag(j, s, arg, err);
	else
		rc = dv_catalog_head(j->c, s->ns, s->dataset, s->what,
				     &h->was, err);
	if (!rc)
		rc = no_tag(j, s, arg, err);
	if (rc < 0 || is_twice(j, s)) {
		dv_rspec_release(s);
		return rc < 0 ? rc : 0;
	}
	h->name = (struct dv_catalog_name){ s->ns, s->dataset, s->what };
	h->to = "";
	memcpy(j->ids[j->n++], h->was.version, DV_VERSION_ID_MAX);
	return 0;
}

/* Who is not told of where a tag is now has not meant to remove that. */
static int check_moved(const struct job *j, struct dv_err *err)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct dv_rforget_head *h = &j->heads[i];

		if (!h->moved && *h->was.version)
			return dv_err_set(err, DV_E_CONFLICT, "'%s@%s' was "
					  "moved to '%s' meanwhile; try again",
					  h->name.dataset, h->name.what,
					  h->was.version);
	}
	return 0;
}

static void tell(const struct job *j, size_t i)
{
	const struct dv_catalog_name *name = &j->heads[i].name;
	const struct dv_push *p = j->p;

	if (p->porcelain) {
		dv_out("tag\tdeleted\tthere\t%s\t-\t%s/", j->ids[i], name->ns);
		dv_out_path(name->dataset, strlen(name->dataset), '\n');
		dv_out("@%s\n", name->what);
	} else if (!p->remote.quiet) {
		dv_say("%s@%s -> %s/%s/%s (%s, was %s)", name->dataset,
		       name->what, j->c->name, name->ns, name->dataset,
		       p->pub.dry_run ? "would be deleted" : "deleted",
		       j->ids[i]);
	}
}

static int delete_tags(struct job *j, struct dv_err *err)
{
	int rc = dv_conn_begin_write(j->c, j->c->algo, err);

	if (rc >= 0)
		rc = dv_rforget_move(j->c, j->heads, j->n, err);
	return rc < 0 ? rc : check_moved(j, err);
}

int dv_push_delete(struct dv_push *p, int argc, const char **argv,
		   struct dv_err *err)
{
	struct dv_repo *r = p->s.repo;
	struct job j = { .p = p };
	int rc;

	rc = dv_remotecmd_open(&p->remote, r, p->remote_name, r->store_dir,
			       r->algo, !p->pub.dry_run, err);
	if (rc < 0)
		return rc;
	j.c = p->remote.conn;
	j.specs = dv_calloc((size_t)argc, sizeof(*j.specs));
	j.heads = dv_calloc((size_t)argc, sizeof(*j.heads));
	j.ids = dv_calloc((size_t)argc, sizeof(*j.ids));
	for (int i = 0; i < argc && !rc; i++)
		rc = add_tag(&j, argv[i], err);
	if (!rc && !p->pub.dry_run)
		rc = delete_tags(&j, err);
	for (size_t i = 0; i < j.n && !rc; i++)
		tell(&j, i);
	for (size_t i = 0; i < j.n; i++)
		dv_rspec_release(&j.specs[i]);
	free(j.specs);
	free(j.heads);
	free(j.ids);
	return rc;
}
