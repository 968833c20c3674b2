/* SPDX-License-Identifier: MIT */
#include "store/packwriter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/compress.h"
#include "base/file.h"
#include "format/pack.h"
#include "store/packwriter-parts.h"

#define FLUSH_STEP (8u << 20)	/* bytes between calls to write out */

struct dv_packwriter *dv_packwriter_new(const char *tmp_dir, const char *dir,
					enum dv_algo algo,
					enum dv_pack_kind kind, int level)
{
	struct dv_packwriter *w = dv_calloc(1, sizeof(*w));

	w->tmp_dir = dv_strdup(tmp_dir);
	w->dir = dv_strdup(dir);
	w->algo = algo;
	w->kind = kind;
	w->level = level;
	w->fd = -1;
	dv_packidx_builder_init(&w->idx, algo);
	pthread_mutex_init(&w->lock, NULL);
	for (int i = 0; i < DV_PACKWRITER_LANES; i++)
		pthread_mutex_init(&w->lanes[i].lock, NULL);
	return w;
}

void dv_packwriter_set_passing(struct dv_packwriter *w)
{
	w->passing = true;
}

void dv_packwriter_set_keeps(struct dv_packwriter *w,
			     struct dv_packkeeps *k)
{
	w->keeps = k;
}

void dv_packwriter_reset(struct dv_packwriter *w)
{
	dv_tmpfile_remove(w->tmp);
	free(w->tmp);
	w->tmp = NULL;
	dv_bulk_free(w->bulk);
	w->bulk = NULL;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->end = w->flushed = 0;
	dv_packidx_builder_release(&w->idx);
}

void dv_packwriter_free(struct dv_packwriter *w)
{
	if (!w)
		return;
	dv_packwriter_reset(w);
	for (int i = 0; i < DV_PACKWRITER_LANES; i++) {
		free(w->lanes[i].bytes);
		free(w->lanes[i].v);
		pthread_mutex_destroy(&w->lanes[i].lock);
	}
	pthread_mutex_destroy(&w->lock);
	free(w->tmp_dir);
	free(w->dir);
	free(w);
}

/* --- failures --------------------------------------------------------- */

int dv_packwriter_check(struct dv_packwriter *w, struct dv_err *err)
{
	if (!w->failed.code)
		return 0;
	*err = w->failed;
	return -err->code;
}

int dv_packwriter_fail(struct dv_packwriter *w, struct dv_err *err)
{
	pthread_mutex_lock(&w->lock);
	if (!w->failed.code)
		w->failed = *err;
	pthread_mutex_unlock(&w->lock);
	return -err->code;
}

int dv_packwriter_write_failed(struct dv_packwriter *w, struct dv_err *err)
{
	dv_err_sys(err, "cannot write a pack in '%s'", w->dir);
	if (err->code == DV_E_SPACE)
		dv_err_hint(err, "free some space, then run this again; "
			    "nothing was changed");
	return dv_packwriter_fail(w, err);
}

/* --- blocks ----------------------------------------------------------- */

/*
 * With the lock held: make the file.  Its lock tells those who clean up
 * that somebody is writing.
 */
static int begin(struct dv_packwriter *w, struct dv_err *err)
{
	uint8_t header[DV_PACK_HEADER];
	int rc;

	rc = dv_tmpfile(&w->fd, &w->tmp, w->tmp_dir, err);
	if (rc < 0)
		return rc;
	flock(w->fd, LOCK_EX | LOCK_NB);
	dv_pack_encode_header(header, w->kind, w->algo);
	if (dv_pwrite_full(w->fd, header, sizeof(header), 0))
		return dv_err_sys(err, "cannot write '%s'", w->tmp);
	w->end = DV_PACK_HEADER;
	return 0;
}

/* With the lock held: a range to have written out by now, or none. */
static void next_range(struct dv_packwriter *w, uint64_t *from, uint64_t *n)
{
	*n = 0;
	if (w->passing || w->bulk || w->end - w->flushed < FLUSH_STEP)
		return;
	*from = w->flushed;
	*n = w->end - w->flushed;
	w->flushed = w->end;
}

int dv_packwriter_reserve(struct dv_packwriter *w,
			  struct dv_pack_block *blocks, size_t n,
			  const struct dv_packwriter_member *v,
			  const size_t *counts,
			  struct dv_packwriter_range *out,
			  struct dv_err *err)
{
	int rc;

	pthread_mutex_lock(&w->lock);
	rc = dv_packwriter_check(w, err);
	if (!rc && w->fd < 0) {
		rc = begin(w, err);
		if (rc < 0)
			w->failed = *err;
	}
	if (rc < 0)
		goto out;
	out->offset = w->end;
	for (size_t b = 0; b < n; b++) {
		uint32_t number;

		blocks[b].offset = w->end;
		w->end += blocks[b].stored;
		number = dv_packidx_builder_block(&w->idx, &blocks[b]);
		for (size_t i = 0; i < counts[b]; i++, v++) {
			struct dv_pack_object o = v->o;

			o.block = number;
			dv_packidx_builder_object(&w->idx, &v->id, &o);
		}
	}
	if (!w->bulk && !w->passing && w->end > DV_PACKWRITER_BULK)
		w->bulk = dv_bulk_new(w->fd, DV_PACKWRITER_BULK,
				      DV_BULK_WINDOWS_MAX);
	next_range(w, &out->flush, &out->flush_n);
out:
	pthread_mutex_unlock(&w->lock);
	return rc;
}

/* What lies beyond the beginning of a large pack goes in large pieces. */
static int put_bytes(struct dv_packwriter *w, uint64_t off, const uint8_t *p,
		     size_t n)
{
	size_t head = n;

	if (!w->passing && off >= DV_PACKWRITER_BULK)
		head = 0;
	else if (!w->passing && n > DV_PACKWRITER_BULK - off)
		head = DV_PACKWRITER_BULK - off;
	if (dv_pwrite_full(w->fd, p, head, off)) {
		if (head < n)
			dv_bulk_break(w->bulk, errno);
		return -1;
	}
	return head < n ? dv_bulk_put(w->bulk, off + head, p + head,
				      n - head) : 0;
}

int dv_packwriter_put(struct dv_packwriter *w,
		      const struct dv_packwriter_range *r, const void *p,
		      size_t n, struct dv_err *err)
{
	if (put_bytes(w, r->offset, p, n))
		return dv_packwriter_write_failed(w, err);
	if (r->flush_n)
		sync_file_range(w->fd, (off_t)r->flush, (off_t)r->flush_n,
				SYNC_FILE_RANGE_WRITE);
	return 0;
}

int dv_packwriter_block(struct dv_packwriter *w,
			const struct dv_pack_block *k, const void *stored,
			const struct dv_packwriter_member *v, size_t n,
			struct dv_err *err)
{
	struct dv_pack_block block = *k;
	struct dv_packwriter_range r;
	int rc = dv_packwriter_reserve(w, &block, 1, v, &n, &r, err);

	if (!rc)
		rc = dv_packwriter_put(w, &r, stored, block.stored, err);
	return rc;
}

/*
 * Is it worth it to compress n bytes?  A sample from the middle tells for
 * a large block; what is random or compressed already stays as it is.
 */
#define SAMPLE (16u << 10)

static bool pays(const uint8_t *p, size_t n)
{
	struct dv_buf b = DV_BUF_INIT;
	bool yes;

	if (n < 4 * SAMPLE)
		return true;
	dv_compress(&b, p + n / 2, SAMPLE, 1);
	yes = b.len < SAMPLE - SAMPLE / 16;
	dv_buf_release(&b);
	return yes;
}

int dv_packwriter_emit(struct dv_packwriter *w, const uint8_t *p, size_t n,
		       const struct dv_packwriter_member *v, size_t count,
		       struct dv_err *err)
{
	struct dv_pack_block k = { .plain = (uint32_t)n };
	struct dv_buf packed = DV_BUF_INIT;
	const void *stored = p;
	int rc;

	k.stored = k.plain;
	if (w->level > 0 && pays(p, n)) {
		dv_compress(&packed, p, n, w->level);
		if (packed.len < n - n / 16) {
			k.codec = DV_PACK_ZSTD;
			k.stored = (uint32_t)packed.len;
			stored = packed.data;
		}
	}
	k.check = dv_hash64(stored, k.stored);
	rc = dv_packwriter_block(w, &k, stored, v, count, err);
	dv_buf_release(&packed);
	return rc;
}

