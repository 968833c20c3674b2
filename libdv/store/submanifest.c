/* SPDX-License-Identifier: MIT */
#include "store/submanifest.h"

#include <string.h>

#include "format/manifest.h"

struct part {
	struct dv_odb *odb;
	struct dv_odb_txn *txn;
	struct dv_manifest_writer *w;
	size_t skip;		/* of paths: the directory and its slash */
	bool held;
};

static int add(struct part *p, const struct dv_entry *e, struct dv_err *err)
{
	struct dv_entry sub = *e;
	int rc;

	if (p->held && dv_digest_isset(&e->id)) {
		rc = dv_odb_stat(p->odb, &e->id, NULL, err);
		if (rc <= 0)
			return rc;
	}
	if (e->path_len > p->skip) {
		sub.path += p->skip;
		sub.path_len -= p->skip;
	} else if (e->mode == DV_MODE_DIR) {
		return 0;
	} else {
		sub.path = ".";
		sub.path_len = 1;
	}
	return dv_manifest_writer_add(p->w, &sub, err);
}

static int copy(struct part *p, struct dv_manifest *m, const char *path,
		struct dv_digest *out, struct dv_err *err)
{
	struct dv_manifest_info info;
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	bool any = false;
	int rc;

	rc = dv_manifest_iter_open(&it, m, path, err);
	if (rc < 0)
		return rc;
	while (rc >= 0 && (rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		any = true;
		rc = add(p, e, err);
	}
	dv_manifest_iter_close(it);
	if (!rc && !any && *path)
		rc = dv_err_set(err, DV_E_MISSING, "there is no '%s' in it",
				path);
	if (!rc)
		rc = dv_manifest_writer_finish(p->w, NULL, 0, &info, err);
	if (!rc && p->held && !info.entries)
		rc = dv_err_set(err, DV_E_MISSING, "nothing of it is here");
	if (!rc)
		rc = dv_odb_txn_sync(p->txn, err);
	if (!rc)
		*out = info.id;
	return rc;
}

int dv_submanifest(struct dv_odb *odb, const struct dv_digest *manifest,
		   const char *path, bool held, struct dv_digest *out,
		   struct dv_err *err)
{
	struct part p = { .odb = odb, .held = held,
			  .skip = *path ? strlen(path) + 1 : 0 };
	struct dv_manifest *m = NULL;
	int rc;

	rc = dv_manifest_open(&m, manifest, dv_odb_read, odb, err);
	if (rc >= 0)
		rc = dv_odb_txn_begin(&p.txn, odb, err);
	if (rc >= 0) {
		p.w = dv_manifest_writer_new(manifest->algo,
					     dv_odb_txn_put_meta, p.txn);
		rc = copy(&p, m, path, out, err);
	}
	dv_manifest_writer_free(p.w);
	dv_odb_txn_end(p.txn);
	dv_manifest_close(m);
	return rc;
}
