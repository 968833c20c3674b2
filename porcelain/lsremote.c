/* SPDX-License-Identifier: MIT */
#include "porcelain/lsremote.h"

#include "porcelain/lsrows.h"
#include "porcelain/remoteview.h"

/* Whoever knows what there is can look into it all the same. */
static int cannot_list(int rc, const char *dataset, struct dv_err *err)
{
	if (rc == -DV_E_UNSUPPORTED)
		dv_err_hint(err, "dv ls -r %s@latest: lists the files of one "
			    "that is known", dataset);
	return rc;
}

static int list_versions(struct dv_lslist *out, struct dv_remoteview *v,
			 const char *text, struct dv_err *err)
{
	struct dv_rspec spec = { .ns = NULL };
	int rc;

	rc = dv_rspec_dataset(&spec, v->conn, v->own_ns, text, err);
	if (rc >= 0)
		rc = dv_lsrows_versions(out, v->conn, spec.ns, spec.dataset,
					err);
	dv_rspec_release(&spec);
	return cannot_list(rc, text, err);
}

static int list_files(struct dv_lslist *out, struct dv_remoteview *v,
		      const char *text, struct dv_err *err)
{
	struct dv_remoteview_version x;
	int rc;

	rc = dv_remoteview_version(v, text, &x, err);
	if (rc >= 0) {
		rc = dv_lslist_manifest(out, x.list.m, x.name, x.spec.path,
					err);
		if (rc == -DV_E_MISSING)
			dv_err_hint(err, "dv ls -r '%s@%s:' lists what there "
				    "is", x.name, x.spec.id);
	}
	dv_remoteview_version_release(&x);
	return rc;
}

int dv_lsremote(struct dv_lslist *out, struct dv_remotecmd *remote,
		const char *where, int argc, const char **argv,
		struct dv_err *err)
{
	struct dv_remoteview v;
	int rc;

	rc = dv_remoteview_open(&v, remote, where, err);
	if (rc >= 0 && !argc)
		rc = cannot_list(dv_lsrows_datasets(out, v.conn, err),
				 "<namespace>/<dataset>", err);
	for (int i = 0; rc >= 0 && i < argc; i++)
		rc = strpbrk(argv[i], "@:") ?
		     list_files(out, &v, argv[i], err) :
		     list_versions(out, &v, argv[i], err);
	dv_remoteview_close(&v);
	return rc;
}
