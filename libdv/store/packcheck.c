/* SPDX-License-Identifier: MIT */
#include "store/packcheck.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"

#define BATCH 8			/* blocks a thread takes at a time */

struct check {
	const char *base;
	struct dv_pack pack;
	int fd;			/* for blocks: a fault is told, not raised */
	unsigned flags;
	struct dv_progress *progress;
	uint32_t *order;	/* objects by block */
	uint32_t *start;	/* of each block's */

	pthread_mutex_t lock;	/* for what follows */
	dv_packcheck_fn *fn;
	void *arg;
	int64_t faults;
};

__attribute__((format(printf, 3, 4)))
static void fault(struct check *c, const struct dv_digest *id,
		  const char *fmt, ...)
{
	struct dv_buf b = DV_BUF_INIT;
	va_list ap;

	dv_buf_printf(&b, "'%s.pack': ", c->base);
	va_start(ap, fmt);
	dv_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&c->lock);
	c->faults++;
	c->fn(c->arg, id, dv_buf_cstr(&b));
	pthread_mutex_unlock(&c->lock);
	dv_buf_release(&b);
}

/* One that is missing is no fault: a writer may be killed before it. */
static void check_idx(struct check *c)
{
	struct dv_map map = DV_MAP_INIT;
	struct dv_err err = DV_ERR_INIT;
	char *path = dv_asprintf("%s.idx", c->base);

	if (dv_map_open(&map, AT_FDCWD, path, &err) < 0) {
		if (err.code != DV_E_MISSING)
			fault(c, NULL, "%s", err.msg);
	} else if (map.len != c->pack.idx.len ||
		 memcmp(map.data, c->pack.idx.p, map.len)) {
		fault(c, NULL, "its index file is not the index of the pack; "
		      "'dv index-pack' makes it again");
	}
	dv_map_release(&map);
	free(path);
}

static void check_name(struct check *c)
{
	const char *name = strrchr(c->base, '/');
	char hex[DV_DIGEST_TEXT];
	struct dv_digest id;

	name = name ? name + 1 : c->base;
	dv_pack_id(&c->pack, &id);
	if (strcmp(name, dv_digest_hex(hex, &id)))
		fault(c, NULL, "the digest of its index is another one, %s",
		      hex);
}

/* The index was checked: every object is in range. */
static void sort_objects(struct check *c)
{
	const struct dv_packidx *x = &c->pack.idx;
	struct dv_err err = DV_ERR_INIT;
	struct dv_pack_object o;

	c->order = dv_reallocarray(NULL, (size_t)x->n + 1, sizeof(*c->order));
	c->start = dv_calloc((size_t)x->m + 2, sizeof(*c->start));
	for (uint32_t i = 0; i < x->n; i++)
		if (!dv_packidx_object(x, i, &o, &err))
			c->start[o.block + 2]++;
	for (uint32_t b = 0; b < x->m; b++)
		c->start[b + 2] += c->start[b + 1];
	for (uint32_t i = 0; i < x->n; i++)
		if (!dv_packidx_object(x, i, &o, &err))
			c->order[c->start[o.block + 1]++] = i;
}

static void check_object(struct check *c, uint32_t i, const uint8_t *plain)
{
	struct dv_err err = DV_ERR_INIT;
	char text[DV_DIGEST_TEXT];
	struct dv_pack_object o;
	struct dv_digest id, is;

	if (dv_packidx_object(&c->pack.idx, i, &o, &err) < 0 ||
	    o.type != DV_PACK_PLAIN)
		return;
	dv_packidx_id(&c->pack.idx, i, &id);
	dv_digest_of(&is, id.algo, plain + o.offset, o.length);
	if (!dv_digest_eq(&is, &id))
		fault(c, &id, "object %s is damaged: its content does not "
		      "fit its id", dv_digest_format(text, &id));
}

/* Append the stored bytes of block b, described by *k, as they should be. */
static int read_block(struct check *c, uint32_t b, struct dv_pack_block *k,
		      struct dv_buf *out, struct dv_err *err)
{
	ssize_t got;
	char *p;
	int rc;

	rc = dv_packidx_block(&c->pack.idx, b, k, err);
	if (rc < 0)
		return rc;
	p = dv_buf_reserve(out, k->stored);
	got = dv_pread_full(c->fd, p, k->stored, k->offset);
	if (got < 0)
		return dv_err_sys(err, "block %u cannot be read", b);
	if ((size_t)got != k->stored || dv_hash64(p, k->stored) != k->check)
		return dv_err_set(err, DV_E_DIGEST, "block %u does not fit "
				  "its checksum", b);
	dv_buf_setlen(out, out->len + k->stored);
	dv_progress_add(c->progress, 0, k->stored);
	return 0;
}

/* Tell of a block that is lost, and of each object that is lost with it. */
static void lose_block(struct check *c, uint32_t b, const char *why)
{
	char text[DV_DIGEST_TEXT];
	struct dv_digest id;

	fault(c, NULL, "%s (%u objects are in it)", why,
	      c->start[b + 1] - c->start[b]);
	for (uint32_t i = c->start[b]; i < c->start[b + 1]; i++) {
		dv_packidx_id(&c->pack.idx, c->order[i], &id);
		fault(c, &id, "object %s is damaged: it is in block %u",
		      dv_digest_format(text, &id), b);
	}
}

static void check_block(struct check *c, uint32_t b, struct dv_buf *stored,
			struct dv_buf *plain)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf *content = stored;
	struct dv_pack_block k;

	dv_buf_reset(stored);
	dv_buf_reset(plain);
	if (read_block(c, b, &k, stored, &err) < 0) {
		lose_block(c, b, err.msg);
		return;
	}
	if (!(c->flags & DV_PACKCHECK_OBJECTS))
		return;
	if (k.codec != DV_PACK_STORED) {
		content = plain;
		if (dv_pack_unblock(plain, &k, stored->data, &err) < 0) {
			dv_err_prefix(&err, "block %u", b);
			lose_block(c, b, err.msg);
			return;
		}
	}
	for (uint32_t i = c->start[b]; i < c->start[b + 1]; i++)
		check_object(c, c->order[i], (uint8_t *)content->data);
}

static int check_some(void *arg, int worker, size_t first, size_t n,
		      struct dv_err *err)
{
	struct dv_buf stored = DV_BUF_INIT, plain = DV_BUF_INIT;

	(void)worker;
	(void)err;
	for (size_t b = first; b < first + n; b++)
		check_block(arg, (uint32_t)b, &stored, &plain);
	dv_buf_release(&stored);
	dv_buf_release(&plain);
	return 0;
}

static int check_pack(struct check *c, const struct dv_map *map,
		      struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc;

	if (dv_pack_open(&c->pack, map->data, map->len, &why) < 0 ||
	    dv_pack_check(&c->pack, &why) < 0) {
		fault(c, NULL, "%s", why.msg);
		return 0;
	}
	if (c->flags & DV_PACKCHECK_NAME)
		check_name(c);
	if (c->flags & DV_PACKCHECK_IDX)
		check_idx(c);
	sort_objects(c);
	rc = dv_parallel_for(c->pack.idx.m, BATCH, 0, check_some, c, err);
	free(c->order);
	free(c->start);
	return rc;
}

int64_t dv_packcheck(const char *base, unsigned flags, dv_packcheck_fn *fn,
		     void *arg, struct dv_progress *p, struct dv_err *err)
{
	struct check c = { .base = base, .flags = flags, .progress = p,
			   .fn = fn, .arg = arg };
	struct dv_map map = DV_MAP_INIT;
	char *path = dv_asprintf("%s.pack", base);
	int rc = 0;

	pthread_mutex_init(&c.lock, NULL);
	c.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (c.fd < 0)
		rc = dv_err_sys(err, "cannot open '%s'", path);
	if (!rc)
		rc = dv_map_open(&map, AT_FDCWD, path, err);
	if (!rc)
		rc = check_pack(&c, &map, err);
	dv_map_release(&map);
	if (c.fd >= 0)
		close(c.fd);
	pthread_mutex_destroy(&c.lock);
	free(path);
	return rc < 0 ? rc : c.faults;
}
