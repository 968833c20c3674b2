/* SPDX-License-Identifier: MIT */
#include "store/submanifest.h"

#include <stdbool.h>
#include <string.h>

#include "format/manifest.h"

/* The entry e with the n bytes of the directory's path cut off. */
static int add(struct dv_manifest_writer *w, const struct dv_entry *e,
	       size_t n, struct dv_err *err)
{
	struct dv_entry sub = *e;

	if (e->path_len > n) {
		sub.path += n + 1;
		sub.path_len -= n + 1;
	} else if (e->mode == DV_MODE_DIR) {
		return 0;
	} else {
		sub.path = ".";
		sub.path_len = 1;
	}
	return dv_manifest_writer_add(w, &sub, err);
}

static int copy(struct dv_odb_txn *t, struct dv_manifest *m,
		enum dv_algo algo, const char *path, struct dv_digest *out,
		struct dv_err *err)
{
	struct dv_manifest_writer *w;
	struct dv_manifest_info info;
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	bool any = false;
	int rc;

	rc = dv_manifest_iter_open(&it, m, path, err);
	if (rc < 0)
		return rc;
	w = dv_manifest_writer_new(algo, dv_odb_txn_put_meta, t);
	while (rc >= 0 && (rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		any = true;
		rc = add(w, e, strlen(path), err);
	}
	if (!rc && !any)
		rc = dv_err_set(err, DV_E_MISSING, "there is no '%s' in it",
				path);
	if (!rc)
		rc = dv_manifest_writer_finish(w, NULL, 0, &info, err);
	dv_manifest_writer_free(w);
	dv_manifest_iter_close(it);
	if (!rc)
		rc = dv_odb_txn_sync(t, err);
	if (!rc)
		*out = info.id;
	return rc;
}

int dv_submanifest(struct dv_odb *odb, const struct dv_digest *manifest,
		   const char *path, struct dv_digest *out,
		   struct dv_err *err)
{
	struct dv_odb_txn *t = NULL;
	struct dv_manifest *m = NULL;
	int rc;

	rc = dv_manifest_open(&m, manifest, dv_odb_read, odb, err);
	if (rc >= 0)
		rc = dv_odb_txn_begin(&t, odb, err);
	if (rc >= 0)
		rc = copy(t, m, manifest->algo, path, out, err);
	dv_odb_txn_end(t);
	dv_manifest_close(m);
	return rc;
}
