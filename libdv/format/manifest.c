/* SPDX-License-Identifier: MIT */
#include "format/manifest.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/mtree.h"

static int read_root(struct dv_manifest *m, struct dv_err *err)
{
	const struct dv_digest *id = &m->info.id;
	int rc;

	rc = m->get(m->arg, id, &m->bytes, DV_ROOT_BYTES_MAX, err);
	if (!rc)
		rc = dv_mroot_decode(&m->root, m->bytes.data, m->bytes.len,
				     err);
	if (rc < 0)
		return rc;
	if (m->root.algo != id->algo)
		return dv_err_set(err, DV_E_FORMAT,
				  "its digests are %s, unlike its own id",
				  dv_algo_name(m->root.algo));
	m->info.entries = m->root.entries;
	m->info.files = m->root.files;
	m->info.size = m->root.size;
	return 0;
}

int dv_manifest_open(struct dv_manifest **out, const struct dv_digest *id,
		     dv_manifest_get_fn *get, void *arg, struct dv_err *err)
{
	struct dv_manifest *m = dv_calloc(1, sizeof(*m));
	char text[DV_DIGEST_TEXT];

	m->get = get;
	m->arg = arg;
	m->info.id = *id;
	if (read_root(m, err) < 0) {
		dv_manifest_close(m);
		return dv_err_prefix(err, "manifest '%s'",
				     dv_digest_format(text, id));
	}
	*out = m;
	return 0;
}

void dv_manifest_close(struct dv_manifest *m)
{
	if (!m)
		return;
	dv_mroot_release(&m->root);
	dv_buf_release(&m->bytes);
	free(m);
}

const struct dv_manifest_info *dv_manifest_get_info(const struct dv_manifest *m)
{
	return &m->info;
}

const uint8_t *dv_manifest_get_meta(const struct dv_manifest *m, size_t *n)
{
	*n = m->root.meta_len;
	return m->root.meta;
}

/* Go to the block that would hold path: 1, or 0 where none would. */
static int seek(struct dv_mtree *t, const char *path, size_t n,
		struct dv_err *err)
{
	const struct dv_mref *ref, *after;

	while ((ref = dv_mtree_ref(t))) {
		if (dv_path_cmp(path, n, ref->first, ref->first_len) < 0)
			return 0;
		after = dv_mtree_after(t);
		if (after && dv_path_cmp(path, n, after->first,
					 after->first_len) >= 0) {
			dv_mtree_next(t);
		} else if (dv_mtree_depth(t)) {
			int rc = dv_mtree_enter(t, err);

			if (rc < 0)
				return rc;
		} else {
			return 1;
		}
	}
	return 0;
}

/* Look through the block at t, up to where path would be. */
static int find_in_block(const struct dv_mtree *t, const char *path,
			 size_t n, struct dv_entry *e, struct dv_buf *hold,
			 struct dv_err *err)
{
	struct dv_pathorder *order;
	struct dv_block block;
	struct dv_entry got;
	int rc, cmp;

	rc = dv_mtree_open_block(t, &block, hold, err);
	if (rc < 0)
		return rc;
	order = dv_malloc(sizeof(*order));
	dv_pathorder_init(order);
	while ((rc = dv_mtree_next_entry(t, &block, order, &got, err)) > 0) {
		cmp = dv_path_cmp(got.path, got.path_len, path, n);
		if (cmp < 0)
			continue;
		if (cmp == 0)
			*e = got;
		rc = cmp == 0;
		break;
	}
	free(order);
	return rc;
}

int dv_manifest_find(struct dv_manifest *m, const char *path, size_t n,
		     struct dv_entry *e, struct dv_buf *hold,
		     struct dv_err *err)
{
	struct dv_mtree t;
	int rc;

	dv_buf_reset(hold);
	dv_mtree_init(&t, m);
	rc = seek(&t, path, n, err);
	if (rc > 0)
		rc = find_in_block(&t, path, n, e, hold, err);
	dv_mtree_release(&t);
	return rc;
}
