/* SPDX-License-Identifier: MIT */
#include "porcelain/lsremote.h"

#include <stdlib.h>

#include "porcelain/lsrows.h"
#include "porcelain/remotepart.h"
#include "remote/catalog.h"
#include "remote/rmanifest.h"

struct lister {
	struct dv_lslist *out;
	struct dv_conn *conn;
	struct dv_odb *odb;		/* NULL: not in a repository */
	const char *own_ns;		/* NULL then, too */
};

/* Whoever knows what there is can look into it all the same. */
static int cannot_list(int rc, const char *dataset, struct dv_err *err)
{
	if (rc == -DV_E_UNSUPPORTED)
		dv_err_hint(err, "dv ls -r %s@latest: lists the files of one "
			    "that is known", dataset);
	return rc;
}

static int list_versions(struct lister *l, const char *text,
			 struct dv_err *err)
{
	struct dv_rspec spec = { .ns = NULL };
	int rc;

	rc = dv_rspec_dataset(&spec, l->conn, l->own_ns, text, err);
	if (rc >= 0)
		rc = dv_lsrows_versions(l->out, l->conn, spec.ns, spec.dataset,
					err);
	dv_rspec_release(&spec);
	return cannot_list(rc, text, err);
}

static int list_files(struct lister *l, const char *text, struct dv_err *err)
{
	struct dv_rspec spec = { .ns = NULL };
	struct dv_rmanifest m = { .m = NULL };
	char *name = NULL;
	int rc;

	rc = dv_rspec_resolve(&spec, l->conn, l->own_ns, text, err);
	if (rc >= 0)
		rc = dv_rmanifest_open(&m, l->conn, l->odb,
				       &spec.record.manifest, err);
	if (rc >= 0) {
		name = dv_asprintf("%s/%s", spec.ns, spec.dataset);
		rc = dv_lslist_manifest(l->out, m.m, name, spec.path, err);
		if (rc == -DV_E_MISSING)
			dv_err_hint(err, "dv ls -r '%s@%s:' lists what there "
				    "is", name, spec.id);
	}
	dv_rmanifest_close(&m);
	dv_rspec_release(&spec);
	free(name);
	return rc;
}

static int list(struct lister *l, int argc, const char **argv,
		struct dv_err *err)
{
	int rc = 0;

	if (!argc)
		return cannot_list(dv_lsrows_datasets(l->out, l->conn, err),
				   "<namespace>/<dataset>", err);
	for (int i = 0; rc >= 0 && i < argc; i++)
		rc = strpbrk(argv[i], "@:") ? list_files(l, argv[i], err) :
		     list_versions(l, argv[i], err);
	return rc;
}

int dv_lsremote(struct dv_lslist *out, struct dv_remotecmd *remote,
		const char *where, int argc, const char **argv,
		struct dv_err *err)
{
	struct lister l = { .out = out };
	struct dv_repo *repo = NULL;
	int rc;

	rc = dv_remotepart_open_any(remote, &repo, where, err);
	if (rc >= 0 && repo) {
		l.own_ns = repo->name_space;
		rc = dv_repo_odb(repo, &l.odb, err);
	}
	l.conn = remote->conn;
	if (rc >= 0)
		rc = list(&l, argc, argv, err);
	dv_remotecmd_close(remote);
	dv_repo_close(repo);
	return rc;
}
