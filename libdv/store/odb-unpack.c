/* SPDX-License-Identifier: MIT */
#include "store/odb-transfer.h"
#include "store/odb-txn.h"
#include "store/packcheck.h"

struct unpack {
	struct dv_odb *from;	/* the store with the pack attached */
	struct dv_odb_txn *to;
	struct dv_packfile *pack;
	enum dv_odb_kind kind;
	struct dv_progress *progress;
	uint64_t count;
};

/* The first fault is the one that is told. */
static void keep_first(void *arg, const struct dv_digest *id,
		       const char *sentence)
{
	struct dv_err *err = arg;

	(void)id;
	if (!err->code)
		dv_err_set(err, DV_E_FORMAT, "%s", sentence);
}

static int check(const char *base, struct dv_progress *p, struct dv_err *err)
{
	struct dv_err fault = DV_ERR_INIT;
	int64_t n = dv_packcheck(base, DV_PACKCHECK_OBJECTS | DV_PACKCHECK_IDX,
				 keep_first, &fault, p, err);

	if (n > 0)
		*err = fault;
	return n > 0 ? -err->code : (int)n;
}

/* In one piece, as it is here: a recipe may list it. */
static int put_plain(struct unpack *u, const struct dv_odb_found *f,
		     const struct dv_digest *id, struct dv_err *err)
{
	struct dv_buf b = DV_BUF_INIT;
	struct dv_packwriter *w;
	struct dv_digest is;
	int rc;

	rc = dv_odb_get_raw(u->from, f, &b, err);
	if (rc < 0)
		goto out;
	dv_digest_of(&is, id->algo, b.data, b.len);
	if (!dv_digest_eq(&is, id)) {
		rc = dv_odb_damaged(id, err);
		goto out;
	}
	rc = dv_odb_txn_writer(u->to, u->kind, &w, err);
	if (!rc && dv_odb_txn_claim(u->to, id))
		rc = dv_packwriter_add(w, id, DV_PACK_PLAIN, b.data, b.len,
				       b.len, err);
out:
	dv_buf_release(&b);
	return rc;
}

static int put_large(struct unpack *u, const struct dv_odb_found *f,
		     const struct dv_digest *id, struct dv_err *err)
{
	struct dv_buf b = DV_BUF_INIT;
	int rc;

	rc = dv_odb_get_raw(u->from, f, &b, err);
	if (!rc)
		rc = dv_odb_txn_put_recipe(u->to, u->kind, id, f->o.size,
					   b.data, b.len, u->progress, err);
	dv_buf_release(&b);
	return rc;
}

static int put_all(struct unpack *u, enum dv_pack_type type,
		   struct dv_err *err)
{
	const struct dv_packidx *x = &u->pack->idx;
	int rc = 0;

	for (uint32_t i = 0; !rc && i < x->n; i++) {
		struct dv_odb_found f = { .ref = { u->pack, i } };
		struct dv_digest id;

		rc = dv_packidx_object(x, i, &f.o, err);
		if (rc < 0)
			return dv_packfile_blame(u->pack, err);
		if (f.o.type != type)
			continue;
		dv_packidx_id(x, i, &id);
		rc = type == DV_PACK_PLAIN ? put_plain(u, &f, &id, err) :
					     put_large(u, &f, &id, err);
		u->count++;
	}
	return rc;
}

static int unpack(struct unpack *u, struct dv_odb *odb, const char *base,
		  struct dv_err *err)
{
	int rc = dv_odb_txn_begin(&u->to, odb, err);

	if (rc < 0)
		return rc;
	/* What comes from elsewhere may be what was sent for. */
	dv_odb_txn_set_repair(u->to);
	rc = dv_odb_open(&u->from, odb->dir, odb->algo, err);
	if (!rc)
		rc = dv_packset_attach(u->from->packs, base, &u->pack, err);
	if (rc < 0)
		return rc;
	u->kind = u->pack->idx.kind == DV_PACK_META ? DV_ODB_META :
						      DV_ODB_DATA;
	rc = put_all(u, DV_PACK_PLAIN, err);
	if (!rc)
		rc = dv_odb_txn_sync(u->to, err);
	if (!rc)
		rc = put_all(u, DV_PACK_RECIPE, err);
	return rc < 0 ? rc : dv_odb_txn_sync(u->to, err);
}

int dv_odb_unpack(struct dv_odb *odb, const char *base, uint64_t *count,
		  struct dv_progress *p, struct dv_err *err)
{
	struct unpack u = { .progress = p };
	int rc = check(base, p, err);

	if (!rc)
		rc = unpack(&u, odb, base, err);
	dv_odb_txn_end(u.to);
	dv_odb_close(u.from);
	if (!rc && count)
		*count = u.count;
	return rc;
}
