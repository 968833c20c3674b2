/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdbool.h>

#include "format/pack.h"
#include "store/odb-parts.h"

/* Packs that vanish under a reader make it look again, so often at most. */
#define TRIES 16

int dv_odb_each_copy(struct dv_odb *odb, const struct dv_digest *id,
		     dv_odb_copy_fn *fn, void *arg, struct dv_err *err)
{
	struct dv_err first = DV_ERR_INIT;
	int tries = 0;

	for (size_t n = 0; ; n++) {
		struct dv_odb_found f;
		int rc = dv_odb_find(odb, id, n, &f, err);

		if (rc < 0)
			return rc;
		if (!rc)
			break;
		rc = fn(arg, &f, err);
		if (!rc || rc == -DV_E_LIMIT)
			return rc;
		if (rc > 0)
			continue;
		if (!first.code)
			first = *err;
		/* The pack went away: its objects are in a newer one. */
		if (rc == -DV_E_MISSING && ++tries < TRIES) {
			rc = dv_packset_refresh(odb->packs, err);
			if (rc < 0)
				return rc;
			if (rc > 0) {
				first.code = 0;
				n = (size_t)-1;
			}
		}
	}
	if (!first.code)
		return dv_odb_missing(id, err);
	*err = first;
	return -err->code;
}

static int wrong_block(const struct dv_odb_found *f, struct dv_err *err)
{
	dv_err_set(err, DV_E_DIGEST, "'%s.pack': block %" PRIu32 " does not "
		   "fit its checksum", f->ref.pack->base, f->o.block);
	return dv_err_hint(err, "run 'dv fsck' to learn which objects are "
			   "damaged");
}

/*
 * Stored bytes are taken where they lie; those of a block that others
 * share have no checksum then, and *checked is false.
 */
static int get_stored(struct dv_odb *odb, const struct dv_odb_found *f,
		      const struct dv_pack_block *k, struct dv_buf *out,
		      bool *checked, struct dv_err *err)
{
	char *p = dv_buf_reserve(out, f->o.length);
	int rc;

	(void)odb;
	if (!p)
		return dv_buf_check(out, "object", err);
	rc = dv_packfile_pread(f->ref.pack, p, f->o.length,
			       k->offset + f->o.offset, err);
	if (rc < 0)
		return rc;
	*checked = f->o.length == k->stored;
	if (*checked && dv_hash64(p, k->stored) != k->check)
		return wrong_block(f, err);
	dv_buf_setlen(out, out->len + f->o.length);
	return 0;
}

static int get(struct dv_odb *odb, const struct dv_odb_found *f,
	       struct dv_buf *out, bool *checked, struct dv_err *err)
{
	struct dv_packfile *pack = f->ref.pack;
	struct dv_pack_block k;
	int rc;

	rc = dv_packidx_block(&pack->idx, f->o.block, &k, err);
	if (rc < 0)
		return dv_packfile_blame(pack, err);
	/* A recipe has no digest of its own: its block's must do. */
	if (k.codec == DV_PACK_STORED && f->o.type == DV_PACK_PLAIN)
		return get_stored(odb, f, &k, out, checked, err);
	*checked = true;
	return dv_blockcache_read(odb->cache, pack, f->o.block, &k,
				  f->o.offset, f->o.length, out, err);
}

int dv_odb_get_raw(struct dv_odb *odb, const struct dv_odb_found *f,
		   struct dv_buf *out, struct dv_err *err)
{
	bool checked;

	return get(odb, f, out, &checked, err);
}

struct piece {
	struct dv_odb *odb;
	const struct dv_digest *id;
	uint64_t size;
	struct dv_buf *out;
};

static int get_piece(void *arg, const struct dv_odb_found *f,
		     struct dv_err *err)
{
	struct piece *p = arg;
	size_t start = p->out->len;
	struct dv_digest is;
	bool checked;
	int rc;

	if (f->o.type != DV_PACK_PLAIN ||
	    (p->size != DV_ODB_ANY_SIZE && f->o.size != p->size))
		return 1;
	rc = get(p->odb, f, p->out, &checked, err);
	if (rc < 0 || checked)
		return rc;
	dv_digest_of(&is, p->id->algo, p->out->data + start, f->o.length);
	if (dv_digest_eq(&is, p->id))
		return 0;
	dv_buf_setlen(p->out, start);
	return dv_odb_damaged(p->id, err);
}

int dv_odb_get_piece(struct dv_odb *odb, const struct dv_digest *id,
		     uint64_t size, struct dv_buf *out, struct dv_err *err)
{
	struct piece p = { odb, id, size, out };

	return dv_odb_each_copy(odb, id, get_piece, &p, err);
}

static int too_large(const struct dv_digest *id, uint64_t size, size_t max,
		     struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_LIMIT, "object %s has %" PRIu64 " bytes, "
			  "and at most %zu were expected",
			  dv_digest_format(text, id), size, max);
}

struct whole {
	struct dv_odb *odb;
	const struct dv_digest *id;
	size_t max;
	struct dv_buf *out;
};

/* All of one copy, checked; out is as it was where that fails. */
static int read_copy(void *arg, const struct dv_odb_found *f,
		     struct dv_err *err)
{
	struct whole *w = arg;
	size_t start = w->out->len;
	struct dv_odb_reader *r;
	struct dv_digest is;
	int rc;

	if (f->o.size > w->max)
		return too_large(w->id, f->o.size, w->max, err);
	rc = dv_odb_reader_open(&r, w->odb, f, w->id, err);
	if (rc < 0)
		return rc;
	while ((rc = dv_odb_reader_next(r, w->out, err)) > 0)
		;
	dv_odb_reader_close(r);
	if (!rc) {
		dv_digest_of(&is, w->id->algo, dv_buf_cstr(w->out) + start,
			     w->out->len - start);
		if (w->out->len - start != f->o.size ||
		    !dv_digest_eq(&is, w->id))
			rc = dv_odb_damaged(w->id, err);
	}
	if (rc < 0)
		dv_buf_setlen(w->out, start);
	return rc;
}

int dv_odb_read(void *odb, const struct dv_digest *id, struct dv_buf *out,
		size_t max, struct dv_err *err)
{
	struct whole w = { odb, id, max, out };

	return dv_odb_each_copy(odb, id, read_copy, &w, err);
}
