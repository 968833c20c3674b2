/* SPDX-License-Identifier: MIT */
#include "remote/rmanifest.h"

int dv_rmanifest_locate(struct dv_rlocation *out, struct dv_conn *c,
			const struct dv_digest *manifest, struct dv_err *err)
{
	char id[DV_DIGEST_TEXT];
	int rc = dv_rlocation_read(out, c, manifest, err);

	if (rc)
		return rc < 0 ? rc : 0;
	/* where all of it is gone, that is what there is to say */
	rc = dv_conn_check_there(c, err);
	if (rc < 0)
		return rc;
	dv_err_set(err, DV_E_MISSING, "remote '%s' does not have the manifest "
		   "%s", c->name, dv_digest_format(id, manifest));
	return dv_err_hint(err, "who recorded it publishes it: dv push");
}

int dv_rmanifest_open(struct dv_rmanifest *x, struct dv_conn *c,
		      struct dv_odb *odb, const struct dv_digest *manifest,
		      struct dv_err *err)
{
	int rc;

	rc = dv_rmanifest_locate(&x->where, c, manifest, err);
	if (rc >= 0)
		rc = dv_rget_reader_open(&x->reader, c, &x->where, odb, err);
	if (rc >= 0)
		rc = dv_manifest_open(&x->m, manifest, dv_rget_read, x->reader,
				      err);
	return rc;
}

void dv_rmanifest_close(struct dv_rmanifest *x)
{
	dv_manifest_close(x->m);
	dv_rget_reader_close(x->reader);
	dv_rlocation_release(&x->where);
	*x = (struct dv_rmanifest){ .m = NULL };
}
