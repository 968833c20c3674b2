/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "format/recipe.h"
#include "store/odb-parts.h"

/*
 * A few recipes that list one another again and again make up exabytes, so
 * one that nobody vouches for may take work in proportion to what is in
 * its chunks, each counted once: a file of nothing but zeros may have
 * 4 TiB.
 */
#define WORK_FACTOR 22		/* a power of two */
#define WORK_FREE (1ull << 32)
#define DISTINCT_ENOUGH (8ull << 30)	/* memory is not spent on more */
#define WORK_CHUNK (64u << 10)	/* to find one costs as much as such bytes */

struct meter {
	struct dv_idmap seen;
	uint64_t work, distinct;
};

/* A recipe on the way down to the chunks. */
struct level {
	struct dv_buf bytes;
	struct dv_recipe recipe;
	uint32_t next;		/* item */
};

struct dv_odb_reader {
	struct dv_odb *odb;
	struct dv_digest id;
	struct dv_odb_found plain;	/* a plain object, not read yet */
	bool is_plain, ended;
	struct level levels[DV_RECIPE_DEPTH_MAX + 1];
	int depth;			/* levels in use */
	struct meter *meter;		/* NULL: there is no bound */
};

/* Decode what was read into level l, which must make up size bytes. */
static int enter(struct dv_odb_reader *r, struct level *l, uint64_t size,
		 struct dv_err *err)
{
	int rc = dv_recipe_decode(&l->recipe, l->bytes.data, l->bytes.len,
				  err);

	if (rc < 0)
		return rc;
	if (l->recipe.size != size || l->recipe.algo != r->odb->algo)
		return dv_err_set(err, DV_E_FORMAT, "recipe is corrupt: it "
				  "is not of the object it stands for");
	l->next = 0;
	r->depth++;
	return 0;
}

static int open_failed(struct dv_odb_reader *r, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	dv_err_prefix(err, "object %s", dv_digest_format(text, &r->id));
	dv_odb_reader_close(r);
	return -err->code;
}

int dv_odb_reader_open(struct dv_odb_reader **out, struct dv_odb *odb,
		       const struct dv_odb_found *f,
		       const struct dv_digest *id, struct dv_err *err)
{
	struct dv_odb_reader *r = dv_calloc(1, sizeof(*r));
	int rc = 0;

	r->odb = odb;
	r->id = *id;
	r->plain = *f;
	r->is_plain = f->o.type == DV_PACK_PLAIN;
	if (!r->is_plain) {
		rc = dv_odb_get_raw(odb, f, &r->levels[0].bytes, err);
		if (!rc)
			rc = enter(r, &r->levels[0], f->o.size, err);
	}
	if (rc < 0)
		return open_failed(r, err);
	*out = r;
	return 0;
}

int dv_odb_reader_open_recipe(struct dv_odb_reader **out, struct dv_odb *odb,
			      const struct dv_digest *id, uint64_t size,
			      const void *p, size_t n, struct dv_err *err)
{
	struct dv_odb_reader *r = dv_calloc(1, sizeof(*r));

	r->odb = odb;
	r->id = *id;
	r->meter = dv_calloc(1, sizeof(*r->meter));
	dv_idmap_init(&r->meter->seen, odb->algo);
	dv_buf_add(&r->levels[0].bytes, p, n);
	if (enter(r, &r->levels[0], size, err) < 0)
		return open_failed(r, err);
	*out = r;
	return 0;
}

void dv_odb_reader_close(struct dv_odb_reader *r)
{
	if (!r)
		return;
	for (int i = 0; i <= DV_RECIPE_DEPTH_MAX; i++)
		dv_buf_release(&r->levels[i].bytes);
	if (r->meter)
		dv_idmap_release(&r->meter->seen);
	free(r->meter);
	free(r);
}

static int next_plain(struct dv_odb_reader *r, struct dv_buf *out,
		      struct dv_err *err)
{
	if (r->ended)
		return 0;
	r->ended = true;
	if (!r->plain.o.size)
		return 0;
	return dv_odb_get_raw(r->odb, &r->plain, out, err) < 0 ?
	       -err->code : 1;
}

/* Go down into a part: it is one level nearer to the chunks. */
static int descend(struct dv_odb_reader *r, const struct dv_recipe_item *item,
		   unsigned depth, struct dv_err *err)
{
	struct level *l = &r->levels[r->depth];
	int rc;

	dv_buf_reset(&l->bytes);
	rc = dv_odb_get_piece(r->odb, &item->id, DV_ODB_ANY_SIZE, &l->bytes,
			      err);
	if (!rc)
		rc = enter(r, l, item->size, err);
	if (!rc && l->recipe.depth + 1 != depth) {
		r->depth--;
		rc = dv_err_set(err, DV_E_FORMAT, "recipe is corrupt: a part "
				"of the wrong depth");
	}
	return rc;
}

static int meter(struct meter *m, const struct dv_recipe_item *item,
		 struct dv_err *err)
{
	if (!m)
		return 0;
	m->work += item->size > WORK_CHUNK ? item->size : WORK_CHUNK;
	if (m->distinct < DISTINCT_ENOUGH &&
	    dv_idmap_add(&m->seen, &item->id, 0))
		m->distinct += item->size;
	if (m->work < WORK_FREE ||
	    (m->work - WORK_FREE) >> WORK_FACTOR <= m->distinct)
		return 0;
	return dv_err_set(err, DV_E_FORMAT, "recipe is corrupt: it repeats "
			  "its chunks beyond all measure");
}

static int failed(const struct dv_odb_reader *r, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	return dv_err_prefix(err, "object %s", dv_digest_format(text, &r->id));
}

int dv_odb_reader_peek(struct dv_odb_reader *r, struct dv_recipe_item *out,
		       struct dv_err *err)
{
	while (r->depth) {
		struct level *l = &r->levels[r->depth - 1];

		if (l->next == l->recipe.n) {
			r->depth--;
			continue;
		}
		dv_recipe_get(&l->recipe, l->next, out);
		if (!l->recipe.depth)
			return 1;
		/* where it fails we stay in front of the part */
		if (descend(r, out, l->recipe.depth, err) < 0)
			return failed(r, err);
		l->next++;
	}
	return 0;
}

int dv_odb_reader_skip(struct dv_odb_reader *r, struct dv_err *err)
{
	struct level *l = &r->levels[r->depth - 1];
	struct dv_recipe_item item;

	dv_recipe_get(&l->recipe, l->next++, &item);
	return meter(r->meter, &item, err) < 0 ? failed(r, err) : 0;
}

int dv_odb_reader_next(struct dv_odb_reader *r, struct dv_buf *out,
		       struct dv_err *err)
{
	struct dv_recipe_item item;
	int rc;

	if (r->is_plain)
		return next_plain(r, out, err);
	rc = dv_odb_reader_peek(r, &item, err);
	if (rc <= 0)
		return rc;
	if (dv_odb_get_piece(r->odb, &item.id, item.size, out, err) < 0)
		return failed(r, err);
	rc = dv_odb_reader_skip(r, err);
	return rc < 0 ? rc : 1;
}
