/* SPDX-License-Identifier: MIT */
#include "store/packcheck.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"

#define BATCH 8			/* blocks a thread takes at a time */

struct check {
	const char *base;
	struct dv_pack pack;
	unsigned flags;
	struct dv_progress *progress;
	uint32_t *order;	/* objects by block */
	uint32_t *start;	/* of each block's */

	pthread_mutex_t lock;	/* for what follows */
	dv_packcheck_fn *fn;
	void *arg;
	int64_t faults;
};

__attribute__((format(printf, 2, 3)))
static void fault(struct check *c, const char *fmt, ...)
{
	struct dv_buf b = DV_BUF_INIT;
	va_list ap;

	dv_buf_printf(&b, "'%s.pack': ", c->base);
	va_start(ap, fmt);
	dv_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&c->lock);
	c->faults++;
	c->fn(c->arg, dv_buf_cstr(&b));
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
			fault(c, "%s", err.msg);
	} else if (map.len != c->pack.idx.len ||
		 memcmp(map.data, c->pack.idx.p, map.len)) {
		fault(c, "its index file is not the index of the pack; "
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
		fault(c, "the digest of its index is another one, %s", hex);
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
		fault(c, "object %s is damaged: its content does not fit "
		      "its id", dv_digest_format(text, &id));
}

static void check_block(struct check *c, uint32_t b)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf plain = DV_BUF_INIT;
	struct dv_pack_block k;
	const uint8_t *p;

	if (dv_pack_check_block(&c->pack, b, &err) < 0) {
		fault(c, "%s (%u objects are in it)", err.msg,
		      c->start[b + 1] - c->start[b]);
		return;
	}
	dv_packidx_block(&c->pack.idx, b, &k, &err);
	dv_progress_add(c->progress, 0, k.stored);
	if (!(c->flags & DV_PACKCHECK_OBJECTS))
		return;
	p = c->pack.p + k.offset;
	if (k.codec != DV_PACK_STORED) {
		if (dv_pack_unblock(&plain, &k, p, &err) < 0) {
			fault(c, "block %u: %s", b, err.msg);
			return;
		}
		p = (const uint8_t *)plain.data;
	}
	for (uint32_t i = c->start[b]; i < c->start[b + 1]; i++)
		check_object(c, c->order[i], p);
	dv_buf_release(&plain);
}

static int check_some(void *arg, int worker, size_t first, size_t n,
		      struct dv_err *err)
{
	(void)worker;
	(void)err;
	for (size_t b = first; b < first + n; b++)
		check_block(arg, (uint32_t)b);
	return 0;
}

static int check_pack(struct check *c, const struct dv_map *map,
		      struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc;

	if (dv_pack_open(&c->pack, map->data, map->len, &why) < 0 ||
	    dv_pack_check(&c->pack, &why) < 0) {
		fault(c, "%s", why.msg);
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
	int rc;

	pthread_mutex_init(&c.lock, NULL);
	rc = dv_map_open(&map, AT_FDCWD, path, err);
	if (!rc) {
		if (map.len)
			madvise((void *)(uintptr_t)map.data, map.len,
				MADV_SEQUENTIAL);
		rc = check_pack(&c, &map, err);
	}
	dv_map_release(&map);
	pthread_mutex_destroy(&c.lock);
	free(path);
	return rc < 0 ? rc : c.faults;
}
