/* SPDX-License-Identifier: MIT */
#include "store/wtmix.h"

#include <string.h>

#include "base/path.h"

struct mix {
	const struct dv_windex *old;
	const char *path;
	size_t path_len;
	struct dv_manifest_iter *it;
	struct dv_manifest_writer *writer;
	struct dv_windex_build *build;

	uint32_t next;			/* entry of old */
	struct dv_entry a;		/* of old, if has_a */
	struct dv_windex_item item;
	struct dv_buf hold;
	bool has_a, any;
	const struct dv_entry *b;	/* of the manifest, or NULL */
};

/* Old has it outside of the part, and not in its way. */
static bool stays(const struct mix *m)
{
	const char *p = m->a.path;
	size_t n = m->a.path_len;

	if ((n == m->path_len && !memcmp(p, m->path, n)) ||
	    dv_path_inside(m->path, m->path_len, p, n))
		return false;
	return m->a.mode == DV_MODE_DIR ||
	       !dv_path_inside(p, n, m->path, m->path_len);
}

static int next_a(struct mix *m, struct dv_err *err)
{
	for (m->has_a = false; m->next < m->old->entries; m->next++) {
		uint32_t i = m->next;

		if (dv_windex_get(m->old, i, &m->item, err) < 0 ||
		    dv_windex_entry(m->old, i, &m->a, &m->hold, err) < 0)
			return -err->code;
		if (stays(m)) {
			m->has_a = true;
			m->next++;
			return 0;
		}
		m->any = true;
	}
	return 0;
}

static int next_b(struct mix *m, struct dv_err *err)
{
	int rc = dv_manifest_iter_next(m->it, &m->b, err);

	if (!rc)
		m->b = NULL;
	else
		m->any = true;
	return rc < 0 ? rc : 0;
}

static int add(struct mix *m, const struct dv_entry *e, bool from_old,
	       struct dv_err *err)
{
	int rc = dv_manifest_writer_add(m->writer, e, err);

	if (rc >= 0)
		dv_windex_build_add(m->build, e, from_old ? &m->item.st : NULL,
				    from_old ? m->item.flags : 0);
	return rc;
}

static int mix_all(struct mix *m, struct dv_err *err)
{
	int rc;

	rc = next_a(m, err);
	if (rc >= 0)
		rc = next_b(m, err);
	while (rc >= 0 && (m->has_a || m->b)) {
		bool a = m->has_a &&
			 (!m->b || dv_path_cmp(m->a.path, m->a.path_len,
					       m->b->path,
					       m->b->path_len) < 0);

		rc = add(m, a ? &m->a : m->b, a, err);
		if (rc >= 0)
			rc = a ? next_a(m, err) : next_b(m, err);
	}
	return rc;
}

int dv_wtmix(struct dv_wtindex *out, struct dv_odb *odb,
	     struct dv_odb_txn *txn, const struct dv_windex *old,
	     const struct dv_digest *manifest, const char *path,
	     const char *version, struct dv_err *err)
{
	struct mix m = { .old = old, .path = path, .path_len = strlen(path),
			 .hold = DV_BUF_INIT };
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct dv_manifest_info info;
	struct dv_manifest *manifest_b = NULL;
	const uint8_t *meta;
	size_t meta_len;
	int rc;

	m.writer = dv_manifest_writer_new(manifest->algo, dv_odb_txn_put_meta,
					  txn);
	m.build = dv_windex_build_new(manifest->algo);
	rc = dv_manifest_open(&manifest_b, manifest, dv_odb_read, odb, err);
	if (rc >= 0)
		rc = dv_manifest_iter_open(&m.it, manifest_b, path, err);
	if (rc >= 0)
		rc = mix_all(&m, err);
	if (rc >= 0 && !m.any)
		rc = dv_err_set(err, DV_E_MISSING, "there is no '%s' in it",
				path);
	if (rc < 0)
		goto out;
	meta = dv_windex_meta(old, &meta_len);
	rc = dv_manifest_writer_finish(m.writer, meta, meta_len, &info, err);
	if (rc < 0)
		goto out;
	rc = dv_windex_build_finish(m.build, &info, version, meta, meta_len,
				    &x.own, err);
	m.build = NULL;
	if (rc >= 0)
		rc = dv_windex_open(&x.ix, x.own.data, x.own.len, err);
	if (rc < 0) {
		dv_wtindex_release(&x);
		goto out;
	}
	x.here = true;
	*out = x;
out:
	dv_manifest_iter_close(m.it);
	dv_manifest_close(manifest_b);
	dv_manifest_writer_free(m.writer);
	dv_windex_build_free(m.build);
	dv_buf_release(&m.hold);
	return rc;
}
