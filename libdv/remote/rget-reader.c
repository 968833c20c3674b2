/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/pack.h"
#include "format/recipe.h"
#include "remote/answer.h"
#include "remote/rget-parts.h"
#include "remote/rkey.h"

/*
 * Blocks of a manifest are read in its order, and mostly lie in it: each
 * time that the next one follows the last, twice as much is read ahead.
 */
#define AHEAD_MIN (64u << 10)
#define AHEAD_MAX (4u << 20)

int dv_rget_reader_open(struct dv_rget_reader **out, struct dv_conn *c,
			const struct dv_rlocation *where, struct dv_odb *odb,
			struct dv_err *err)
{
	const char *tmp = dv_rcache_tmp(c->cache, err);
	struct dv_rget_reader *r;
	int rc;

	if (!tmp)
		return -err->code;
	r = dv_calloc(1, sizeof(*r));
	r->c = c;
	r->where = where;
	r->odb = odb;
	r->ahead = AHEAD_MIN;
	rc = dv_tmpfile(&r->fd, &r->file, tmp, err);
	if (rc < 0) {
		free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void dv_rget_reader_close(struct dv_rget_reader *r)
{
	if (!r)
		return;
	dv_rget_lookup_release(r);
	dv_buf_release(&r->window);
	close(r->fd);
	unlink(r->file);
	free(r->file);
	free(r);
}

int dv_rget_read_range(struct dv_rget_reader *r, const struct dv_digest *pack,
		       uint64_t off, uint64_t n, struct dv_buf *out,
		       struct dv_err *err)
{
	struct dv_answer a = DV_ANSWER_INIT;
	struct dv_buf key = DV_BUF_INIT;
	char hex[DV_DIGEST_TEXT];
	char *p;
	int rc;

	dv_buf_reset(out);
	dv_rkey_pack(&key, pack, ".pack");
	dv_transport_get(r->c->t, key.data, off, n, r->file, 0,
			 dv_answer_take, &a);
	dv_buf_release(&key);
	rc = dv_answer_wait(r->c->t, &a, err);
	if (rc < 0 && a.class == DV_WIRE_MISSING)
		return dv_err_set(err, DV_E_MISSING, "remote '%s': pack %s is "
				  "not there", r->c->name,
				  dv_digest_hex(hex, pack));
	if (rc < 0)
		return rc;
	p = dv_buf_reserve(out, a.count);
	if (dv_pread_full(r->fd, p, a.count, 0) != (ssize_t)a.count)
		return dv_err_sys(err, "cannot read '%s'", r->file);
	dv_buf_setlen(out, a.count);
	return 0;
}

/* --- the window ----------------------------------------------------------- */

static bool is_inside(const struct dv_rget_reader *r,
		      const struct dv_location_object *l)
{
	return r->window.len && l->pack == r->window_pack &&
	       l->block.offset >= r->window_at &&
	       l->block.offset + l->block.stored <=
	       r->window_at + r->window.len;
}

/* Does l follow what was read last? */
static bool follows(const struct dv_rget_reader *r,
		    const struct dv_location_object *l)
{
	uint64_t end = r->window_at + r->window.len;

	return r->window.len && l->pack == r->window_pack &&
	       l->block.offset >= r->window_at &&
	       l->block.offset <= end + r->ahead;
}

static int move_window(struct dv_rget_reader *r,
		       const struct dv_location_object *l, struct dv_err *err)
{
	struct dv_location_pack pack;
	uint64_t n, end;
	int rc;

	dv_location_pack(&r->where->l, l->pack, &pack);
	if (!follows(r, l))
		r->ahead = AHEAD_MIN;
	else if (r->ahead < AHEAD_MAX)
		r->ahead *= 2;
	end = pack.size - pack.idx_size - DV_PACK_TRAILER;
	n = r->ahead > l->block.stored ? r->ahead : l->block.stored;
	if (n > end - l->block.offset)
		n = end - l->block.offset;
	rc = dv_rget_read_range(r, &pack.id, l->block.offset, n, &r->window,
				err);
	r->window_pack = l->pack;
	r->window_at = l->block.offset;
	if (rc < 0)
		dv_buf_reset(&r->window);
	return rc;
}

/* Append the bytes kept for l. */
static int read_kept(struct dv_rget_reader *r,
		     const struct dv_location_object *l, struct dv_buf *out,
		     struct dv_err *err)
{
	struct dv_rget_object x = {
		.id = l->id, .k = l->block,
		.o = { .offset = l->offset, .length = l->length,
		       .type = l->type, .size = l->size } };
	struct dv_location_pack pack;
	struct dv_rget_piece piece;
	char hex[DV_DIGEST_TEXT];
	int rc;

	dv_location_pack(&r->where->l, l->pack, &pack);
	if (!is_inside(r, l)) {
		rc = move_window(r, l, err);
		if (rc < 0)
			return rc;
	}
	if (!is_inside(r, l))
		return dv_err_set(err, DV_E_FORMAT, "remote '%s': pack %s is "
				  "cut short", r->c->name,
				  dv_digest_hex(hex, &pack.id));
	dv_rget_piece_set(&piece, &pack.id, &x);
	return dv_rget_piece_open(&piece, r->c->name, r->window.data +
				  (piece.at - r->window_at), out, err);
}

/* --- objects ---------------------------------------------------------------- */

static int missing(struct dv_rget_reader *r, const struct dv_digest *id,
		   struct dv_err *err)
{
	char manifest[DV_DIGEST_TEXT], text[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_MISSING, "remote '%s': the location "
			  "record of manifest %s does not tell of object %s",
			  r->c->name,
			  dv_digest_format(manifest, &r->where->l.manifest),
			  dv_digest_format(text, id));
}

static int too_large(struct dv_rget_reader *r, const struct dv_digest *id,
		     size_t max, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_LIMIT, "remote '%s': object %s is larger "
			  "than the %zu bytes allowed for it", r->c->name,
			  dv_digest_format(text, id), max);
}

/* What a recipe lists, by depth levels of parts. */
static int read_listed(struct dv_rget_reader *r, const struct dv_buf *bytes,
		       int depth, struct dv_buf *out, size_t max,
		       struct dv_err *err)
{
	struct dv_buf part = DV_BUF_INIT;
	struct dv_recipe recipe;
	int rc = dv_recipe_decode(&recipe, bytes->data, bytes->len, err);

	if (!rc && recipe.size > max)
		rc = dv_err_set(err, DV_E_LIMIT, "recipe is of an object "
				"larger than is allowed here");
	if (!rc && depth >= 0 && recipe.depth != (unsigned)depth)
		rc = dv_err_set(err, DV_E_FORMAT, "recipe is corrupt: a part "
				"of the wrong depth");
	for (uint32_t i = 0; !rc && i < recipe.n; i++) {
		struct dv_location_object l;
		struct dv_recipe_item item;

		dv_recipe_get(&recipe, i, &item);
		if (!dv_location_find(&r->where->l, &item.id, &l) ||
		    l.type != DV_PACK_PLAIN)
			rc = missing(r, &item.id, err);
		else if (!recipe.depth && l.size != item.size)
			rc = dv_err_set(err, DV_E_FORMAT, "recipe is corrupt: "
					"a chunk of another size");
		else if (!recipe.depth)
			rc = read_kept(r, &l, out, err);
		else if (dv_buf_reset(&part),
			 !(rc = read_kept(r, &l, &part, err)))
			rc = read_listed(r, &part, (int)recipe.depth - 1, out,
					 item.size, err);
	}
	dv_buf_release(&part);
	return rc;
}

static int read_large(struct dv_rget_reader *r,
		      const struct dv_location_object *l, struct dv_buf *out,
		      struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	char text[DV_DIGEST_TEXT];
	size_t start = out->len;
	struct dv_digest is;
	int rc;

	rc = read_kept(r, l, &bytes, err);
	if (!rc)
		rc = read_listed(r, &bytes, -1, out, l->size, err);
	dv_buf_release(&bytes);
	if (!rc) {
		dv_digest_of(&is, l->id.algo, out->data + start,
			     out->len - start);
		if (!dv_digest_eq(&is, &l->id))
			rc = dv_err_set(err, DV_E_DIGEST, "its recipe makes "
					"up something else");
	}
	if (rc < 0)
		dv_err_prefix(err, "remote '%s': object %s", r->c->name,
			      dv_digest_format(text, &l->id));
	return rc;
}

int dv_rget_read(void *reader, const struct dv_digest *id,
		 struct dv_buf *out, size_t max, struct dv_err *err)
{
	struct dv_rget_reader *r = reader;
	const struct dv_location *where = &r->where->l;
	struct dv_location_object l;
	size_t start = out->len;
	int rc = 0;

	if (dv_digest_eq(id, &where->manifest)) {
		if (where->root_len > max)
			return too_large(r, id, max, err);
		dv_buf_add(out, where->root, where->root_len);
		return dv_buf_check(out, "object", err);
	}
	if (r->odb)
		rc = dv_odb_stat(r->odb, id, NULL, err);
	if (rc < 0)
		return rc;
	if (rc)
		return dv_odb_read(r->odb, id, out, max, err);
	if (!dv_location_find(where, id, &l))
		return missing(r, id, err);
	if (l.size > max)
		return too_large(r, id, max, err);
	rc = l.type == DV_PACK_RECIPE ? read_large(r, &l, out, err) :
					read_kept(r, &l, out, err);
	if (rc < 0)
		dv_buf_setlen(out, start);
	return rc;
}
