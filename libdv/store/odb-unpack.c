/* SPDX-License-Identifier: MIT */
#include <string.h>

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

static int put_plain(struct unpack *u, const struct dv_odb_found *f,
		     const struct dv_digest *id, struct dv_err *err)
{
	struct dv_buf b = DV_BUF_INIT;
	struct dv_digest is;
	int rc;

	rc = dv_odb_get_raw(u->from, f, &b, err);
	if (!rc)
		rc = dv_odb_txn_put(u->to, u->kind, b.data, b.len, &is, err);
	if (!rc && !dv_digest_eq(&is, id))
		rc = dv_odb_damaged(id, err);
	dv_buf_release(&b);
	return rc;
}

/* A large object as a source: pieces from its reader. */
struct pieces {
	struct dv_odb_reader *reader;
	struct dv_buf piece;
	size_t used;
};

static ssize_t read_pieces(void *arg, void *buf, size_t n,
			   struct dv_err *err)
{
	struct pieces *p = arg;
	size_t got = 0;

	while (got < n) {
		size_t some = p->piece.len - p->used;

		if (!some) {
			int rc;

			dv_buf_reset(&p->piece);
			p->used = 0;
			rc = dv_odb_reader_next(p->reader, &p->piece, err);
			if (rc < 0)
				return rc;
			if (!rc)
				break;
			continue;
		}
		if (some > n - got)
			some = n - got;
		memcpy((char *)buf + got, p->piece.data + p->used, some);
		p->used += some;
		got += some;
	}
	return (ssize_t)got;
}

/* Cut anew: then the recipe is ours, whatever the pack's says. */
static int put_large(struct unpack *u, const struct dv_odb_found *f,
		     const struct dv_digest *id, struct dv_err *err)
{
	struct pieces p = { .piece = DV_BUF_INIT };
	struct dv_odb_source source = { read_pieces, &p, f->o.size };
	struct dv_digest is;
	uint64_t size;
	int rc;

	rc = dv_odb_reader_open(&p.reader, u->from, f, id, err);
	if (!rc)
		rc = dv_odb_txn_put_source(u->to, u->kind, &source, NULL, 0,
					   &is, &size, u->progress, err);
	if (!rc && !dv_digest_eq(&is, id))
		rc = dv_odb_damaged(id, err);
	dv_odb_reader_close(p.reader);
	dv_buf_release(&p.piece);
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
