/* SPDX-License-Identifier: MIT */
#include "porcelain/lastcopy.h"

#include "format/pointer.h"

static int see_version(void *arg, const struct dv_version_row *row,
		       struct dv_err *err)
{
	const struct dv_digest *manifest = arg;

	(void)err;
	return dv_digest_eq(&row->manifest, manifest);
}

static int see_pointer(void *arg, const void *buf, size_t n,
		       struct dv_err *err)
{
	const struct dv_digest *manifest = arg;
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pointer p;

	(void)err;
	return !dv_pointer_parse(&p, buf, n, "pointer", &ignored) &&
	       dv_digest_eq(&p.manifest, manifest);
}

int dv_lastcopy_named(struct dv_session *s, const struct dv_digest *manifest,
		      struct dv_err *err)
{
	struct dv_digest id = *manifest;
	int rc;

	rc = dv_versions_each_row(s->versions, NULL, see_version, &id, err);
	if (!rc)
		rc = dv_git_each_pointer(s->repo->git, see_pointer, &id, err);
	return rc;
}
