/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/bulk.h"
#include "base/file.h"
#include "base/parallel.h"
#include "store/odb-parts.h"
#include "store/ring.h"

/*
 * A large object is read (and decompressed) by one thread and hashed and
 * written by another, through a ring of buffers.
 */
#define SLOTS 4
#define SLOT_FULL (1u << 20)		/* one more piece is not begun */
#define PIPE_SIZE (8u << 20)		/* objects this large are worth it */
#define FLUSH_STEP (8u << 20)		/* written out while we go on */
#define BULK_SIZE (64u << 20)		/* past the page cache */

struct copy {
	struct dv_odb_reader *reader;
	struct dv_hasher *hasher;
	struct dv_progress *progress;
	int fd;
	struct dv_bulk *bulk;			/* or NULL */
	uint64_t written, flushed;
	struct dv_ring ring;
	struct dv_buf slots[SLOTS];
	struct dv_err read_err;
	int read_rc;
};

/*
 * Start writing to disk early, so that a sync later has little to wait
 * for.  It is no harm where fd is no file.
 */
static void flush_some(struct copy *c)
{
	if (c->written - c->flushed < FLUSH_STEP)
		return;
	sync_file_range(c->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	c->flushed = c->written;
}

static int write_some(struct copy *c, const struct dv_buf *b)
{
	int rc = c->bulk ? dv_bulk_put(c->bulk, c->written, b->data, b->len) :
			   dv_write_full(c->fd, b->data, b->len);

	c->written += b->len;
	if (!rc && !c->bulk)
		flush_some(c);
	return rc;
}

static int emit(struct copy *c, const struct dv_buf *b, struct dv_err *err)
{
	dv_hasher_update(c->hasher, b->data, b->len);
	if (c->fd >= 0 && write_some(c, b))
		return dv_err_sys(err, "cannot write the object");
	dv_progress_add(c->progress, 0, b->len);
	return 0;
}

static int copy_alone(struct copy *c, struct dv_err *err)
{
	struct dv_buf b = DV_BUF_INIT;
	int rc;

	while ((rc = dv_odb_reader_next(c->reader, &b, err)) > 0) {
		rc = emit(c, &b, err);
		if (rc < 0)
			break;
		dv_buf_reset(&b);
	}
	dv_buf_release(&b);
	return rc;
}

static int fill(struct copy *c, struct dv_buf *b)
{
	int rc = 1;

	dv_buf_reset(b);
	while (rc > 0 && b->len < SLOT_FULL)
		rc = dv_odb_reader_next(c->reader, b, &c->read_err);
	return rc;
}

static void *read_thread(void *arg)
{
	struct copy *c = arg;
	int rc = 1, i;

	while (rc > 0 && (i = dv_ring_take(&c->ring)) >= 0) {
		rc = fill(c, &c->slots[i]);
		if (rc < 0)
			c->read_rc = rc;
		else
			dv_ring_pass(&c->ring);
	}
	dv_ring_close(&c->ring);
	return NULL;
}

static int copy_piped(struct copy *c, struct dv_err *err)
{
	pthread_t thread;
	int rc = 0, i;

	dv_ring_init(&c->ring, SLOTS);
	if (pthread_create(&thread, NULL, read_thread, c)) {
		dv_ring_release(&c->ring);
		return copy_alone(c, err);
	}
	while (!rc && (i = dv_ring_next(&c->ring)) >= 0) {
		rc = emit(c, &c->slots[i], err);
		if (rc < 0)
			dv_ring_break(&c->ring);
		else
			dv_ring_done(&c->ring);
	}
	pthread_join(thread, NULL);
	dv_ring_release(&c->ring);
	for (i = 0; i < SLOTS; i++)
		dv_buf_release(&c->slots[i]);
	if (!rc && c->read_rc < 0) {
		*err = c->read_err;
		rc = c->read_rc;
	}
	return rc;
}

static int copy_all(struct copy *c, uint64_t size, enum dv_algo algo,
		    struct dv_digest *is, struct dv_err *err)
{
	int rc;

	c->hasher = dv_hasher_new(algo);
	if (size >= PIPE_SIZE && dv_parallel_threads() > 1)
		rc = copy_piped(c, err);
	else
		rc = copy_alone(c, err);
	if (!rc && c->bulk && dv_bulk_flush(c->bulk))
		rc = dv_err_sys(err, "cannot write the object");
	if (!rc)
		dv_hasher_final(c->hasher, is);
	dv_hasher_free(c->hasher);
	return rc;
}

int dv_odb_reader_copy(struct dv_odb_reader *r, enum dv_algo algo,
		       uint64_t size, int fd, struct dv_digest *is,
		       struct dv_progress *p, struct dv_err *err)
{
	struct copy c = { .reader = r, .progress = p, .fd = fd };

	return copy_all(&c, size, algo, is, err);
}

/* A small one is read and checked before a byte of it is written. */
static int copy_small(struct dv_odb *odb, const struct dv_digest *id, int fd,
		      struct dv_progress *p, struct dv_err *err)
{
	struct dv_buf b = DV_BUF_INIT;
	int rc = dv_odb_read(odb, id, &b, DV_ODB_LARGE, err);

	if (!rc && dv_write_full(fd, b.data, b.len))
		rc = dv_err_sys(err, "cannot write the object");
	if (!rc)
		dv_progress_add(p, 0, b.len);
	dv_buf_release(&b);
	return rc;
}

struct open_copy {
	struct dv_odb *odb;
	const struct dv_digest *id;
	uint64_t size;
	struct dv_odb_reader *reader;	/* NULL: it is a small one */
};

static int open_copy(void *arg, const struct dv_odb_found *f,
		     struct dv_err *err)
{
	struct open_copy *o = arg;

	o->size = f->o.size;
	if (o->size <= DV_ODB_LARGE)
		return 0;
	return dv_odb_reader_open(&o->reader, o->odb, f, o->id, err);
}

/* fresh: fd is a new file, which only we write. */
static int copy_object(struct dv_odb *odb, const struct dv_digest *id, int fd,
		       bool fresh, struct dv_progress *p, struct dv_err *err)
{
	struct copy c = { .progress = p, .fd = fd };
	struct open_copy o = { .odb = odb, .id = id };
	struct dv_digest is;
	int rc = dv_odb_each_copy(odb, id, open_copy, &o, err);

	if (rc < 0)
		return rc;
	if (!o.reader)
		return copy_small(odb, id, fd, p, err);
	c.reader = o.reader;
	if (fresh && o.size >= BULK_SIZE)
		c.bulk = dv_bulk_new(fd, 0, 1);
	rc = copy_all(&c, o.size, id->algo, &is, err);
	if (!rc && !dv_digest_eq(&is, id))
		rc = dv_odb_damaged(id, err);
	dv_bulk_free(c.bulk);
	dv_odb_reader_close(o.reader);
	return rc;
}

int dv_odb_copy(struct dv_odb *odb, const struct dv_digest *id, int fd,
		struct dv_progress *p, struct dv_err *err)
{
	return copy_object(odb, id, fd, false, p, err);
}

int dv_odb_copy_file(struct dv_odb *odb, const struct dv_digest *id, int fd,
		     struct dv_progress *p, struct dv_err *err)
{
	return copy_object(odb, id, fd, true, p, err);
}
