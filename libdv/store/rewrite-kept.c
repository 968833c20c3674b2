/* SPDX-License-Identifier: MIT */
#include "format/manifest.h"
#include "format/mroot.h"
#include "store/rewrite.h"

/*
 * A root is published when all blocks and lists are here, in whatever
 * pack.  While its own is kept nothing may name it yet; so what it names
 * is looked for here.
 */

static int see(void *arg, const struct dv_digest *id, bool meta,
	       const struct dv_entry *e, struct dv_err *err)
{
	struct dv_rewrite *w = arg;

	(void)e;
	(void)err;
	dv_idmap_add(&w->needed, id, 0);
	return meta && !dv_idmap_add(&w->walked, id, 0);
}

/* Only the bytes can tell. */
static bool is_root(struct dv_rewrite *w, const struct dv_odb_found *f)
{
	struct dv_mroot root = DV_MROOT_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	bool yes;

	if (f->o.type != DV_PACK_PLAIN)
		return true;
	yes = !dv_odb_get_raw(w->odb, f, &b, &ignored) &&
	      !dv_mroot_decode(&root, b.data, b.len, &ignored);
	dv_mroot_release(&root);
	dv_buf_release(&b);
	return yes;
}

/* What cannot be read names nothing. */
void dv_rewrite_need_kept(struct dv_rewrite *w, struct dv_packfile *pack)
{
	for (uint32_t i = 0; i < pack->idx.n; i++) {
		struct dv_odb_found f = { .ref = { pack, i } };
		struct dv_err ignored = DV_ERR_INIT;
		struct dv_digest id;

		if (dv_packidx_object(&pack->idx, i, &f.o, &ignored) < 0 ||
		    !is_root(w, &f))
			continue;
		dv_packidx_id(&pack->idx, i, &id);
		dv_manifest_each_object(&id, dv_odb_read, w->odb, see, w,
					&ignored);
	}
}
