/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "base/parallel.h"
#include "store/odb-parts.h"
#include "store/odb-transfer.h"
#include "store/packwriter.h"

#define BATCH 64		/* objects a thread takes at a time */
#define SALT 16			/* bytes that no other pack has */

/* --- what an object needs ----------------------------------------------- */

struct needs {
	struct dv_odb *odb;
	dv_odb_need_fn *fn;
	void *arg;
};

/* What a recipe lists: size is of the bytes that a part stands for. */
static int need_item(void *arg, const struct dv_recipe_item *item,
		     bool is_part, struct dv_err *err)
{
	struct needs *x = arg;
	uint64_t bytes = is_part ? DV_RECIPE_BYTES_MAX : item->size;

	return x->fn(x->arg, &item->id, bytes, is_part, err);
}

static int need_copy(void *arg, const struct dv_odb_found *f,
		     struct dv_err *err)
{
	struct needs *x = arg;
	bool list = f->o.type == DV_PACK_RECIPE;
	struct dv_digest id;
	int rc;

	dv_packidx_id(&f->ref.pack->idx, f->ref.i, &id);
	rc = x->fn(x->arg, &id, f->o.length, list, err);
	if (rc || !list)
		return rc < 0 ? rc : 0;
	return dv_odb_each_item(x->odb, f, need_item, x, err);
}

int dv_odb_each_needed(struct dv_odb *odb, const struct dv_digest *id,
		       dv_odb_need_fn *fn, void *arg, struct dv_err *err)
{
	struct needs x = { odb, fn, arg };

	return dv_odb_each_copy(odb, id, need_copy, &x, err);
}

/* All that n objects need, each once. */
struct closure {
	struct dv_digest *ids;
	size_t n, cap;
	struct dv_idmap seen;
	struct dv_idmap walked;	/* of these, lists that were told */
};

/* A list may have been asked for by itself before, as an object. */
static int close_over(void *arg, const struct dv_digest *id, uint64_t bytes,
		      bool list, struct dv_err *err)
{
	struct closure *c = arg;

	(void)bytes;
	(void)err;
	if (dv_idmap_add(&c->seen, id, 0)) {
		dv_grow(&c->ids, &c->cap, c->n + 1, sizeof(*c->ids));
		c->ids[c->n++] = *id;
	}
	return list && !dv_idmap_add(&c->walked, id, 0);
}

/* --- writing ------------------------------------------------------------ */

struct job {
	struct dv_odb *odb;
	struct dv_packwriter *writer;
	struct dv_progress *progress;
	const struct dv_digest *ids;
};

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

static int add_salt(struct dv_packwriter *w, enum dv_algo algo,
		    struct dv_err *err)
{
	struct dv_digest id;
	uint8_t salt[SALT];

	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return dv_err_sys(err, "cannot get random bytes");
	dv_digest_of(&id, algo, salt, sizeof(salt));
	return dv_packwriter_add(w, &id, DV_PACK_PLAIN, salt, sizeof(salt),
				 sizeof(salt), err);
}

static struct dv_packwriter *writer_new(struct dv_odb *odb, const char *dir,
					enum dv_odb_kind kind, int level)
{
	return dv_packwriter_new(dir, dir, odb->algo, kind == DV_ODB_META ?
				 DV_PACK_META : DV_PACK_DATA, level);
}

int dv_odb_pack(struct dv_odb *odb, const struct dv_digest *ids, size_t n,
		enum dv_odb_kind kind, int level, const char *dir,
		struct dv_digest *name, struct dv_progress *p,
		struct dv_err *err)
{
	struct job job = { .odb = odb, .progress = p };
	struct closure c = { .ids = NULL };
	int rc = 0;

	dv_idmap_init(&c.seen, odb->algo);
	dv_idmap_init(&c.walked, odb->algo);
	for (size_t i = 0; !rc && i < n; i++)
		rc = dv_odb_each_needed(odb, &ids[i], close_over, &c, err);
	job.ids = c.ids;
	job.writer = writer_new(odb, dir, kind, level);
	if (!rc)
		rc = dv_parallel_for(c.n, BATCH, 0, write_some, &job, err);
	if (!rc)
		rc = dv_packwriter_publish(job.writer, name, err);
	dv_packwriter_free(job.writer);
	dv_idmap_release(&c.seen);
	dv_idmap_release(&c.walked);
	free(c.ids);
	return rc;
}

int dv_odb_pack_only(struct dv_odb *odb, const struct dv_digest *ids,
		     size_t n, enum dv_odb_kind kind, int level, bool salt,
		     const char *dir, struct dv_digest *name,
		     struct dv_progress *p, struct dv_err *err)
{
	struct job job = { .odb = odb, .progress = p, .ids = ids };
	int rc;

	job.writer = writer_new(odb, dir, kind, level);
	dv_packwriter_set_passing(job.writer);
	rc = dv_parallel_for(n, BATCH, 0, write_some, &job, err);
	if (!rc && salt)
		rc = add_salt(job.writer, odb->algo, err);
	if (!rc)
		rc = dv_packwriter_publish(job.writer, name, err);
	dv_packwriter_free(job.writer);
	return rc;
}
