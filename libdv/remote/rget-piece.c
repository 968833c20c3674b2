/* SPDX-License-Identifier: MIT */
#include "format/pack.h"
#include "remote/rget-parts.h"

/* A recipe has no digest of its own: its block's checksum must do. */
static bool is_alone(const struct dv_rget_object *x)
{
	return x->k.codec == DV_PACK_STORED && x->o.type == DV_PACK_PLAIN;
}

void dv_rget_piece_set(struct dv_rget_piece *p, const struct dv_digest *pack,
		       const struct dv_rget_object *x)
{
	p->x = *x;
	p->pack = *pack;
	p->at = x->k.offset + (is_alone(x) ? x->o.offset : 0);
	p->n = is_alone(x) ? x->o.length : x->k.stored;
}

static int damaged(const struct dv_rget_piece *p, const char *remote,
		   const char *why, struct dv_err *err)
{
	char pack[DV_DIGEST_TEXT], id[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_DIGEST, "remote '%s': pack %s: object %s: "
			  "%s", remote, dv_digest_hex(pack, &p->pack),
			  dv_digest_format(id, &p->x.id), why);
}

int dv_rget_piece_open(const struct dv_rget_piece *p, const char *remote,
		       const void *bytes, struct dv_buf *out,
		       struct dv_err *err)
{
	const struct dv_rget_object *x = &p->x;
	struct dv_buf block = DV_BUF_INIT;
	const char *from = bytes;
	struct dv_digest is;
	int rc = 0;

	if (!is_alone(x)) {
		if (dv_hash64(bytes, x->k.stored) != x->k.check)
			return damaged(p, remote, "its block does not fit its "
				       "checksum", err);
		rc = dv_pack_unblock(&block, &x->k, bytes, err);
		if (rc < 0)
			return damaged(p, remote, err->msg, err);
		from = block.data + x->o.offset;
	}
	if (x->o.type == DV_PACK_PLAIN) {
		dv_digest_of(&is, x->id.algo, from, x->o.length);
		if (!dv_digest_eq(&is, &x->id))
			rc = damaged(p, remote, "these are not its bytes",
				     err);
	}
	if (!rc) {
		dv_buf_add(out, from, x->o.length);
		rc = dv_buf_check(out, "object", err);
	}
	dv_buf_release(&block);
	return rc;
}
