/* SPDX-License-Identifier: MIT */
#include "porcelain/treediff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int open_manifest(struct dv_manifest **out, struct dv_odb *odb,
			 const struct dv_digest *id, struct dv_err *err)
{
	if (!id)
		return 0;
	return dv_manifest_open(out, id, dv_odb_read, odb, err);
}

static int add_change(void *arg, const struct dv_entry *a,
		      const struct dv_entry *b, struct dv_err *err)
{
	const struct dv_entry *any = b ? b : a;

	(void)err;
	dv_deltas_add(arg, any->path, any->path_len, a, b);
	return 0;
}

/* The metadata of the dataset itself, as an entry that has nothing else. */
static struct dv_entry dataset_entry(const struct dv_manifest *m)
{
	struct dv_entry e = { .path = "", .mode = DV_MODE_DIR };

	if (m)
		e.meta = dv_manifest_get_meta(m, &e.meta_len);
	return e;
}

int dv_treediff_manifests(struct dv_deltas *out, struct dv_odb *odb,
			  const struct dv_digest *a,
			  const struct dv_digest *b, const char *prefix,
			  struct dv_err *err)
{
	struct dv_manifest *ma = NULL, *mb = NULL;
	struct dv_entry ea, eb;
	int rc;

	rc = open_manifest(&ma, odb, a, err);
	if (rc < 0)
		goto out;
	rc = open_manifest(&mb, odb, b, err);
	if (rc < 0)
		goto out;

	ea = dataset_entry(ma);
	eb = dataset_entry(mb);
	if (!*prefix)
		dv_deltas_add(out, "", 0, &ea, &eb);
	rc = dv_manifest_diff(ma, mb, prefix, add_change, out, err);
out:
	dv_manifest_close(mb);
	dv_manifest_close(ma);
	return rc;
}
