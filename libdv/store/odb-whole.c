/* SPDX-License-Identifier: MIT */
#include "store/odb-whole.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/bulk.h"
#include "base/file.h"
#include "store/odb-parts.h"

struct dv_odb_whole {
	struct dv_odb *odb;
	struct dv_odb_reader *reader;
	struct dv_hasher *hasher;
	struct dv_digest id;
	uint64_t at;
	struct dv_buf piece;
	int fd;			/* -1: none, or given up */
	struct dv_bulk *bulk;
};

int dv_odb_whole_open(struct dv_odb_whole **out, struct dv_odb *odb,
		      const struct dv_digest *id, uint64_t size,
		      const void *p, size_t n, int fd, struct dv_err *err)
{
	struct dv_odb_reader *r;
	struct dv_odb_whole *w;

	if (dv_odb_reader_open_recipe(&r, odb, id, size, p, n, err) < 0)
		return -err->code;
	w = dv_calloc(1, sizeof(*w));
	w->odb = odb;
	w->reader = r;
	w->hasher = dv_hasher_new(id->algo);
	w->id = *id;
	w->fd = fd;
	/* smaller ones are read soon, from the page cache, if they are there */
	if (fd >= 0 && size >= DV_ODB_WHOLE_BULK)
		w->bulk = dv_bulk_new(fd, 0, 1);
	*out = w;
	return 0;
}

void dv_odb_whole_close(struct dv_odb_whole *w)
{
	if (!w)
		return;
	dv_odb_reader_close(w->reader);
	dv_hasher_free(w->hasher);
	dv_buf_release(&w->piece);
	dv_bulk_free(w->bulk);
	free(w);
}

int dv_odb_whole_wants(struct dv_odb_whole *w, struct dv_recipe_item *out,
		       struct dv_err *err)
{
	return dv_odb_reader_peek(w->reader, out, err);
}

/* A file that cannot be written is done without. */
static void write_some(struct dv_odb_whole *w, const void *p, size_t n)
{
	int rc = w->bulk ? dv_bulk_put(w->bulk, w->at, p, n) :
			   dv_pwrite_full(w->fd, p, n, w->at);

	if (rc)
		w->fd = -1;
}

int dv_odb_whole_add(struct dv_odb_whole *w, const void *p, size_t n,
		     struct dv_err *err)
{
	int rc = dv_odb_reader_skip(w->reader, err);

	if (rc < 0)
		return rc;
	dv_hasher_update(w->hasher, p, n);
	if (w->fd >= 0)
		write_some(w, p, n);
	w->at += n;
	return 0;
}

static int read_next(struct dv_odb_whole *w, const struct dv_recipe_item *item,
		     struct dv_err *err)
{
	int rc;

	dv_buf_reset(&w->piece);
	rc = dv_odb_get_piece(w->odb, &item->id, item->size, &w->piece, err);
	return rc < 0 ? rc : dv_odb_whole_add(w, w->piece.data, w->piece.len,
					      err);
}

int dv_odb_whole_find(struct dv_odb_whole *w, struct dv_err *err)
{
	struct dv_recipe_item item;
	int rc = dv_odb_whole_wants(w, &item, err);

	if (rc <= 0)
		return rc;
	if (!dv_odb_holds(w->odb, &item.id))
		return 0;
	rc = read_next(w, &item, err);
	return rc < 0 ? rc : 1;
}

int dv_odb_whole_check(struct dv_odb_whole *w, bool *filled,
		       struct dv_err *err)
{
	struct dv_recipe_item item;
	char text[DV_DIGEST_TEXT];
	struct dv_digest is;
	int rc;

	while ((rc = dv_odb_whole_wants(w, &item, err)) > 0) {
		rc = read_next(w, &item, err);
		if (rc < 0)
			return dv_err_prefix(err, "object %s",
					     dv_digest_format(text, &w->id));
	}
	if (rc < 0)
		return rc;
	dv_hasher_final(w->hasher, &is);
	if (!dv_digest_eq(&is, &w->id))
		return dv_err_set(err, DV_E_DIGEST, "object %s: its recipe "
				  "makes up something else",
				  dv_digest_format(text, &w->id));
	if (w->bulk && w->fd >= 0 && dv_bulk_flush(w->bulk))
		w->fd = -1;
	if (filled)
		*filled = w->fd >= 0;
	return 0;
}
