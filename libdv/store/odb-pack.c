/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "base/parallel.h"
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
	struct dv_idmap walked;	/* parts of recipes */
};

static int add(struct job *job, const struct dv_digest *id,
	       struct dv_err *err);

/* What a recipe lists; a part may have been asked for by itself before. */
static int add_item(void *arg, const struct dv_recipe_item *item,
		    bool is_part, struct dv_err *err)
{
	struct job *job = arg;
	int rc = add(job, &item->id, err);

	if (rc < 0 || !is_part)
		return rc;
	return !dv_idmap_add(&job->walked, &item->id, 0);
}

static int add_items(void *arg, const struct dv_odb_found *f,
		     struct dv_err *err)
{
	struct job *job = arg;

	if (f->o.type != DV_PACK_RECIPE)
		return 0;
	return dv_odb_each_item(job->odb, f, add_item, job, err);
}

static int add(struct job *job, const struct dv_digest *id,
	       struct dv_err *err)
{
	if (!dv_idmap_add(&job->seen, id, 0))
		return 0;
	dv_grow(&job->ids, &job->cap, job->n + 1, sizeof(*job->ids));
	job->ids[job->n++] = *id;
	return dv_odb_each_copy(job->odb, id, add_items, job, err);
}

/* The bytes as they are kept, and what they are. */
struct one {
	struct job *job;
	const struct dv_digest *id;
	struct dv_buf *bytes;
	enum dv_pack_type type;
	uint64_t size;
};

static int read_one(void *arg, const struct dv_odb_found *f,
		    struct dv_err *err)
{
	struct one *x = arg;

	x->type = f->o.type;
	x->size = f->o.size;
	if (x->type == DV_PACK_RECIPE)
		return dv_odb_get_raw(x->job->odb, f, x->bytes, err);
	return dv_odb_read(x->job->odb, x->id, x->bytes, DV_PACK_PLAIN_MAX,
			   err);
}

static int write_one(struct job *job, const struct dv_digest *id,
		     struct dv_buf *b, struct dv_err *err)
{
	struct one x = { .job = job, .id = id, .bytes = b };
	int rc;

	dv_buf_reset(b);
	rc = dv_odb_each_copy(job->odb, id, read_one, &x, err);
	if (rc < 0)
		return rc;
	dv_progress_add(job->progress, 0, b->len);
	return dv_packwriter_add(job->writer, id, x.type, b->data, b->len,
				 x.size, err);
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
	dv_idmap_init(&job.walked, odb->algo);
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
	dv_idmap_release(&job.walked);
	free(job.ids);
	return rc;
}
