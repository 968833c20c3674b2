/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/file.h"
#include "store/odb-txn.h"

/* Add n <= DV_PACK_PLAIN_MAX bytes in one piece. */
static int put_piece(struct dv_odb_txn *t, enum dv_odb_kind kind,
		     const void *buf, size_t n, struct dv_digest *id,
		     struct dv_err *err)
{
	struct dv_packwriter *w;
	struct dv_digest d;
	int rc;

	dv_digest_of(&d, t->odb->algo, buf, n);
	rc = dv_odb_txn_writer(t, kind, &w, err);
	if (!rc && dv_odb_txn_claim(t, &d))
		rc = dv_packwriter_add(w, &d, DV_PACK_PLAIN, buf, n, n, err);
	if (!rc && id)
		*id = d;
	return rc;
}

struct memory {
	const uint8_t *p;
	size_t n;
};

static ssize_t read_memory(void *arg, void *buf, size_t n, struct dv_err *err)
{
	struct memory *m = arg;

	(void)err;
	if (n > m->n)
		n = m->n;
	memcpy(buf, m->p, n);
	m->p += n;
	m->n -= n;
	return (ssize_t)n;
}

int dv_odb_txn_put(struct dv_odb_txn *t, enum dv_odb_kind kind,
		   const void *buf, size_t n, struct dv_digest *id,
		   struct dv_err *err)
{
	struct memory m = { buf, n };
	struct dv_odb_source source = { read_memory, &m, n };
	struct dv_digest d;
	uint64_t size;
	int rc;

	if (n < DV_ODB_LARGE)
		return put_piece(t, kind, buf, n, id, err);
	rc = dv_odb_txn_put_source(t, kind, &source, NULL, 0, &d, &size,
				   NULL, err);
	if (!rc && id)
		*id = d;
	return rc;
}

int dv_odb_txn_put_meta(void *t, const void *buf, size_t n,
			struct dv_digest *id, struct dv_err *err)
{
	return dv_odb_txn_put(t, DV_ODB_META, buf, n, id, err);
}

static ssize_t read_fd(void *arg, void *buf, size_t n, struct dv_err *err)
{
	ssize_t got = dv_read_full(*(int *)arg, buf, n);

	return got < 0 ? dv_err_sys(err, "cannot read the content") : got;
}

/* Add the rest of fd, behind the n bytes at head that were read of it. */
static int put_rest(struct dv_odb_txn *t, int fd, uint64_t hint,
		    const void *head, size_t n, struct dv_digest *id,
		    uint64_t *size, struct dv_progress *p, struct dv_err *err)
{
	struct dv_odb_source source = { read_fd, &fd, hint };

	return dv_odb_txn_put_source(t, DV_ODB_DATA, &source, head, n, id,
				     size, p, err);
}

/*
 * A small file is read straight into the block that it will be part of;
 * one byte more than expected tells whether it grew.
 */
int dv_odb_txn_put_fd(struct dv_odb_txn *t, int fd, uint64_t hint,
		      struct dv_digest *id, uint64_t *size,
		      struct dv_progress *p, struct dv_err *err)
{
	uint8_t head[DV_PACKWRITER_SMALL + 1];
	struct dv_packwriter *w;
	struct dv_digest d;
	ssize_t got;
	uint8_t *to;
	int rc;

	if (!hint || hint > DV_PACKWRITER_SMALL)
		return put_rest(t, fd, hint, NULL, 0, id, size, p, err);
	rc = dv_odb_txn_writer(t, DV_ODB_DATA, &w, err);
	if (rc < 0)
		return rc;
	to = dv_packwriter_room(w, hint + 1, err);
	if (!to)
		return -err->code;

	got = dv_read_full(fd, to, hint + 1);
	if (got < 0 || (uint64_t)got > hint) {
		rc = got < 0 ? dv_err_sys(err, "cannot read the content") : 0;
		if (!rc)
			memcpy(head, to, (size_t)got);
		dv_packwriter_fill(w, NULL, 0);
		return rc < 0 ? rc : put_rest(t, fd, 0, head, (size_t)got,
					      id, size, p, err);
	}
	dv_digest_of(&d, t->odb->algo, to, (size_t)got);
	dv_packwriter_fill(w, dv_odb_txn_claim(t, &d) ? &d : NULL,
			   (size_t)got);
	dv_progress_add(p, 0, (uint64_t)got);
	*id = d;
	*size = (uint64_t)got;
	return 0;
}
