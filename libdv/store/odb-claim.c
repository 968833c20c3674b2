/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/odb-transfer.h"
#include "store/odb-txn.h"

bool dv_odb_txn_has(struct dv_odb_txn *t, const struct dv_digest *id)
{
	bool yes;

	pthread_mutex_lock(&t->mutex);
	yes = dv_idmap_get(&t->claimed, id, NULL);
	pthread_mutex_unlock(&t->mutex);
	return yes || dv_odb_holds(t->odb, id);
}

/* --- blocks ----------------------------------------------------------- */

/* Mark what is wrong, and what is new and sound; bytes of the latter. */
static uint64_t check_pieces(struct dv_odb_txn *t, const uint8_t *plain,
			     struct dv_odb_piece *v, size_t n)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		struct dv_digest is;

		dv_digest_of(&is, t->odb->algo, plain + v[i].offset,
			     v[i].length);
		v[i].wrong = !dv_digest_eq(&is, &v[i].id);
		v[i].fresh = !v[i].wrong && dv_odb_txn_claim(t, &is);
		if (v[i].fresh)
			bytes += v[i].length;
	}
	return bytes;
}

static int put_whole(struct dv_packwriter *w, const struct dv_pack_block *k,
		     const void *stored, const struct dv_odb_piece *v,
		     size_t n, struct dv_err *err)
{
	struct dv_packwriter_member *m = dv_reallocarray(NULL, n, sizeof(*m));
	size_t used = 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].fresh)
			continue;
		m[used].id = v[i].id;
		m[used++].o = (struct dv_pack_object){
			.offset = v[i].offset, .length = v[i].length,
			.type = DV_PACK_PLAIN, .size = v[i].length };
	}
	rc = dv_packwriter_block(w, k, stored, m, used, err);
	free(m);
	return rc;
}

static int put_each(struct dv_packwriter *w, const uint8_t *plain,
		    const struct dv_odb_piece *v, size_t n,
		    struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		if (v[i].fresh)
			rc = dv_packwriter_add(w, &v[i].id, DV_PACK_PLAIN,
					       plain + v[i].offset,
					       v[i].length, v[i].length, err);
	return rc;
}

/* Small blocks are not worth a copy: their objects share one with others. */
int dv_odb_txn_put_block(struct dv_odb_txn *t, enum dv_odb_kind kind,
			 const struct dv_pack_block *k, const void *stored,
			 const void *plain, struct dv_odb_piece *v, size_t n,
			 struct dv_err *err)
{
	struct dv_packwriter *w;
	uint64_t bytes;
	int rc = dv_odb_txn_writer(t, kind, &w, err);

	if (rc < 0)
		return rc;
	bytes = check_pieces(t, plain, v, n);
	if (bytes == k->plain && bytes > DV_PACKWRITER_SMALL)
		return put_whole(w, k, stored, v, n, err);
	return put_each(w, plain, v, n, err);
}

/* --- large objects ------------------------------------------------------ */

int dv_odb_txn_check_recipe(struct dv_odb_txn *t, const struct dv_digest *id,
			    uint64_t size, const void *p, size_t n,
			    struct dv_progress *progress, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	struct dv_odb_reader *r;
	struct dv_digest is;
	int rc;

	rc = dv_odb_reader_open_recipe(&r, t->odb, id, size, p, n, err);
	if (rc < 0)
		return rc;
	rc = dv_odb_reader_copy(r, id->algo, size, -1, &is, progress, err);
	dv_odb_reader_close(r);
	if (!rc && !dv_digest_eq(&is, id))
		rc = dv_err_set(err, DV_E_DIGEST, "object %s: its recipe "
				"makes up something else",
				dv_digest_format(text, id));
	return rc;
}

static int look_up(struct dv_odb_txn *t, const void *p, size_t n, int depth,
		   struct dv_idmap *seen, struct dv_err *err);

/* A part that is listed twice is read once. */
static int look_up_part(struct dv_odb_txn *t, const struct dv_digest *id,
			int depth, struct dv_idmap *seen, struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	int rc;

	if (!dv_idmap_add(seen, id, 0))
		return 0;
	rc = dv_odb_get_piece(t->odb, id, DV_ODB_ANY_SIZE, &bytes, err);
	if (!rc)
		rc = look_up(t, bytes.data, bytes.len, depth, seen, err);
	dv_buf_release(&bytes);
	return rc;
}

/* Is all here that the recipe, of that depth or any (-1), lists? */
static int look_up(struct dv_odb_txn *t, const void *p, size_t n, int depth,
		   struct dv_idmap *seen, struct dv_err *err)
{
	struct dv_recipe r;
	int rc = dv_recipe_decode(&r, p, n, err);

	if (!rc && depth >= 0 && (int)r.depth != depth)
		rc = dv_err_set(err, DV_E_FORMAT, "recipe is corrupt: a part "
				"is of another depth");
	for (uint32_t i = 0; !rc && i < r.n; i++) {
		struct dv_recipe_item item;

		dv_recipe_get(&r, i, &item);
		if (r.depth)
			rc = look_up_part(t, &item.id, (int)r.depth - 1, seen,
					  err);
		else if (!dv_odb_txn_has(t, &item.id))
			rc = dv_odb_missing(&item.id, err);
	}
	return rc;
}

int dv_odb_txn_add_recipe(struct dv_odb_txn *t, enum dv_odb_kind kind,
			  const struct dv_digest *id, uint64_t size,
			  const void *p, size_t n, struct dv_err *err)
{
	struct dv_packwriter *w;
	struct dv_idmap seen;
	int rc;

	dv_idmap_init(&seen, t->odb->algo);
	rc = look_up(t, p, n, -1, &seen, err);
	dv_idmap_release(&seen);
	if (!rc)
		rc = dv_odb_txn_writer(t, kind, &w, err);
	if (!rc && dv_odb_txn_claim(t, id))
		rc = dv_packwriter_add(w, id, DV_PACK_RECIPE, p, n, size, err);
	return rc;
}

int dv_odb_txn_put_recipe(struct dv_odb_txn *t, enum dv_odb_kind kind,
			  const struct dv_digest *id, uint64_t size,
			  const void *p, size_t n, struct dv_progress *progress,
			  struct dv_err *err)
{
	int rc;

	if (dv_odb_txn_has(t, id) && !t->repair)
		return 0;
	rc = dv_odb_txn_check_recipe(t, id, size, p, n, progress, err);
	return rc < 0 ? rc : dv_odb_txn_add_recipe(t, kind, id, size, p, n,
						   err);
}
