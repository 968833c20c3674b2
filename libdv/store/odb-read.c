/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "format/pack.h"
#include "store/odb-parts.h"

int dv_odb_get_raw(struct dv_odb *odb, const struct dv_odb_found *f,
		   struct dv_buf *out, struct dv_err *err)
{
	struct dv_packfile *pack = f->ref.pack;
	struct dv_pack_block k;
	char *p;
	int rc;

	rc = dv_packidx_block(&pack->idx, f->o.block, &k, err);
	if (rc < 0)
		return dv_packfile_blame(pack, err);
	if (k.codec != DV_PACK_STORED)
		return dv_blockcache_read(odb->cache, pack, f->o.block, &k,
					  f->o.offset, f->o.length, out, err);

	/* Stored bytes are taken where they lie. */
	p = dv_buf_reserve(out, f->o.length);
	if (!p)
		return dv_buf_check(out, "object", err);
	rc = dv_packfile_pread(pack, p, f->o.length, k.offset + f->o.offset,
			       err);
	if (!rc)
		dv_buf_setlen(out, out->len + f->o.length);
	return rc;
}

int dv_odb_get_piece(struct dv_odb *odb, const struct dv_digest *id,
		     uint64_t size, struct dv_buf *out, struct dv_err *err)
{
	bool again = true;
	size_t n = 0;

	for (;;) {
		struct dv_odb_found f;
		int rc = dv_odb_find(odb, id, n, &f, err);

		if (rc < 0)
			return rc;
		if (!rc)
			return dv_odb_missing(id, err);
		if (f.o.type != DV_PACK_PLAIN || f.o.size != size) {
			n++;
			continue;
		}
		rc = dv_odb_get_raw(odb, &f, out, err);
		if (rc != -DV_E_MISSING || !again)
			return rc;
		/* The pack went away: its objects are in a newer one. */
		again = false;
		rc = dv_packset_refresh(odb->packs, err);
		if (rc < 0)
			return rc;
	}
}

/* All of one copy, checked; out is as it was where that fails. */
static int read_copy(struct dv_odb *odb, const struct dv_odb_found *f,
		     const struct dv_digest *id, struct dv_buf *out,
		     struct dv_err *err)
{
	struct dv_odb_reader *r;
	size_t start = out->len;
	struct dv_digest is;
	int rc;

	rc = dv_odb_reader_open(&r, odb, f, id, err);
	if (rc < 0)
		return rc;
	while ((rc = dv_odb_reader_next(r, out, err)) > 0)
		;
	dv_odb_reader_close(r);
	if (!rc) {
		dv_digest_of(&is, odb->algo, out->data + start,
			     out->len - start);
		if (out->len - start != f->o.size || !dv_digest_eq(&is, id))
			rc = dv_odb_damaged(id, err);
	}
	if (rc < 0)
		dv_buf_setlen(out, start);
	return rc;
}

static int too_large(const struct dv_digest *id, uint64_t size, size_t max,
		     struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_LIMIT, "object %s has %" PRIu64 " bytes, "
			  "and at most %zu were expected",
			  dv_digest_format(text, id), size, max);
}

/*
 * A copy that is damaged is no loss while there is another one; a pack
 * that went away makes it worth to look once more.
 */
int dv_odb_read(void *arg, const struct dv_digest *id, struct dv_buf *out,
		size_t max, struct dv_err *err)
{
	struct dv_odb *odb = arg;
	struct dv_err first = DV_ERR_INIT;
	bool again = true;
	size_t n = 0;

	for (;;) {
		struct dv_odb_found f;
		int rc = dv_odb_find(odb, id, n, &f, err);

		if (rc < 0)
			return rc;
		if (!rc && first.code) {
			*err = first;
			return -err->code;
		}
		if (!rc)
			return dv_odb_missing(id, err);
		if (f.o.size > max)
			return too_large(id, f.o.size, max, err);

		rc = read_copy(odb, &f, id, out, err);
		if (!rc || rc == -DV_E_LIMIT)
			return rc;
		if (rc == -DV_E_MISSING && again) {
			again = false;
			rc = dv_packset_refresh(odb->packs, err);
			if (rc < 0)
				return rc;
			continue;
		}
		if (!first.code)
			first = *err;
		n++;
	}
}
