/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "base/parallel.h"
#include "format/recipe.h"
#include "store/odb-parts.h"
#include "store/odb-transfer.h"
#include "store/packwriter.h"

#define BATCH 64		/* objects a thread takes at a time */

/* All that goes into the pack, each once. */
struct job {
	struct dv_odb *odb;
	struct dv_packwriter *writer;
	struct dv_progress *progress;
	struct dv_digest *ids;
	size_t n, cap;
	struct dv_idmap seen;
};

static int add(struct job *job, const struct dv_digest *id,
	       struct dv_err *err);

/* What the recipe lists; a part of it is a recipe as well. */
static int add_items(struct job *job, const struct dv_odb_found *f,
		     struct dv_err *err)
{
	struct dv_buf b = DV_BUF_INIT;
	struct dv_recipe recipe;
	int rc;

	rc = dv_odb_get_raw(job->odb, f, &b, err);
	if (!rc)
		rc = dv_recipe_decode(&recipe, b.data, b.len, err);
	for (uint32_t i = 0; !rc && i < recipe.n; i++) {
		struct dv_recipe_item item;
		struct dv_odb_found g;
		bool known;

		dv_recipe_get(&recipe, i, &item);
		known = dv_idmap_get(&job->seen, &item.id, NULL);
		rc = add(job, &item.id, err);
		if (rc || known || !recipe.depth)
			continue;
		rc = dv_odb_find(job->odb, &item.id, 0, &g, err);
		if (rc > 0)
			rc = add_items(job, &g, err);
	}
	dv_buf_release(&b);
	return rc;
}

static int add(struct job *job, const struct dv_digest *id,
	       struct dv_err *err)
{
	struct dv_odb_found f;
	int rc;

	if (!dv_idmap_add(&job->seen, id, 0))
		return 0;
	rc = dv_odb_find(job->odb, id, 0, &f, err);
	if (rc <= 0)
		return rc < 0 ? rc : dv_odb_missing(id, err);
	dv_grow(&job->ids, &job->cap, job->n + 1, sizeof(*job->ids));
	job->ids[job->n++] = *id;
	return f.o.type == DV_PACK_RECIPE ? add_items(job, &f, err) : 0;
}

static int write_one(struct job *job, const struct dv_digest *id,
		     struct dv_buf *b, struct dv_err *err)
{
	enum dv_pack_type type = DV_PACK_PLAIN;
	struct dv_odb_found f;
	int rc;

	rc = dv_odb_find(job->odb, id, 0, &f, err);
	if (rc <= 0)
		return rc < 0 ? rc : dv_odb_missing(id, err);
	dv_buf_reset(b);
	if (f.o.type == DV_PACK_RECIPE) {
		type = DV_PACK_RECIPE;
		rc = dv_odb_get_raw(job->odb, &f, b, err);
	} else {
		rc = dv_odb_read(job->odb, id, b, DV_PACK_PLAIN_MAX, err);
	}
	if (rc < 0)
		return rc;
	dv_progress_add(job->progress, 0, b->len);
	return dv_packwriter_add(job->writer, id, type, b->data, b->len,
				 f.o.size, err);
}

static int write_some(void *arg, int worker, size_t first, size_t n,
		      struct dv_err *err)
{
	struct dv_buf b = DV_BUF_INIT;
	struct job *job = arg;
	int rc = 0;

	(void)worker;
	for (size_t i = first; !rc && i < first + n; i++)
		rc = write_one(job, &job->ids[i], &b, err);
	dv_buf_release(&b);
	return rc;
}

int dv_odb_pack(struct dv_odb *odb, const struct dv_digest *ids, size_t n,
		enum dv_odb_kind kind, int level, const char *dir,
		struct dv_digest *name, struct dv_progress *p,
		struct dv_err *err)
{
	struct job job = { .odb = odb, .progress = p };
	int rc = 0;

	dv_idmap_init(&job.seen, odb->algo);
	job.writer = dv_packwriter_new(dir, dir, odb->algo,
				       kind == DV_ODB_META ? DV_PACK_META :
				       DV_PACK_DATA, level);
	for (size_t i = 0; !rc && i < n; i++)
		rc = add(&job, &ids[i], err);
	if (!rc)
		rc = dv_parallel_for(job.n, BATCH, 0, write_some, &job, err);
	if (!rc)
		rc = dv_packwriter_publish(job.writer, name, err);
	dv_packwriter_free(job.writer);
	dv_idmap_release(&job.seen);
	free(job.ids);
	return rc;
}
