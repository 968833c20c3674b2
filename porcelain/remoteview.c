/* SPDX-License-Identifier: MIT */
#include "porcelain/remoteview.h"

#include <stdlib.h>

#include "porcelain/remotepart.h"

int dv_remoteview_open(struct dv_remoteview *v, struct dv_remotecmd *cmd,
		       const char *where, struct dv_err *err)
{
	int rc;

	*v = (struct dv_remoteview){ .cmd = cmd };
	rc = dv_remotepart_open_any(cmd, &v->repo, where, err);
	if (rc < 0)
		return rc;
	v->conn = cmd->conn;
	if (!v->repo)
		return 0;
	v->own_ns = v->repo->name_space;
	return dv_repo_odb(v->repo, &v->odb, err);
}

void dv_remoteview_close(struct dv_remoteview *v)
{
	dv_remotecmd_close(v->cmd);
	dv_repo_close(v->repo);
}

int dv_remoteview_version(struct dv_remoteview *v, const char *text,
			  struct dv_remoteview_version *out,
			  struct dv_err *err)
{
	int rc;

	*out = (struct dv_remoteview_version){ .name = NULL };
	rc = dv_rspec_resolve(&out->spec, v->conn, v->own_ns, text, err);
	if (rc < 0)
		return rc;
	out->name = dv_asprintf("%s/%s", out->spec.ns, out->spec.dataset);
	return dv_rmanifest_open(&out->list, v->conn, v->odb,
				 &out->spec.record.manifest, err);
}

void dv_remoteview_version_release(struct dv_remoteview_version *x)
{
	dv_rmanifest_close(&x->list);
	dv_rspec_release(&x->spec);
	free(x->name);
}
