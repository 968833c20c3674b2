/* SPDX-License-Identifier: MIT */
#include "store/blockcache.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

#define PLACES 8

struct place {
	const struct dv_packfile *pack;	/* NULL: nothing in it */
	uint32_t block;
	uint64_t used;			/* when, in look-ups */
	bool busy;
	struct dv_buf plain;
};

struct dv_blockcache {
	pthread_mutex_t lock;
	uint64_t now;
	struct place places[PLACES];
};

struct dv_blockcache *dv_blockcache_new(void)
{
	struct dv_blockcache *c = dv_calloc(1, sizeof(*c));

	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void dv_blockcache_free(struct dv_blockcache *c)
{
	if (!c)
		return;
	for (int i = 0; i < PLACES; i++)
		dv_buf_release(&c->places[i].plain);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/*
 * The place that holds the block, else the one longest not used; NULL
 * where all are busy.  It is busy until put_back().
 */
static struct place *take(struct dv_blockcache *c,
			  const struct dv_packfile *pack, uint32_t block)
{
	struct place *best = NULL;

	pthread_mutex_lock(&c->lock);
	for (int i = 0; i < PLACES; i++) {
		struct place *p = &c->places[i];

		if (p->busy)
			continue;
		if (p->pack == pack && p->block == block) {
			best = p;
			break;
		}
		if (!best || p->used < best->used)
			best = p;
	}
	if (best) {
		best->busy = true;
		best->used = ++c->now;
	}
	pthread_mutex_unlock(&c->lock);
	return best;
}

static void put_back(struct dv_blockcache *c, struct place *p)
{
	pthread_mutex_lock(&c->lock);
	p->busy = false;
	pthread_mutex_unlock(&c->lock);
}

static int fill(struct place *p, struct dv_packfile *pack, uint32_t b,
		const struct dv_pack_block *k, struct dv_err *err)
{
	int rc;

	if (p->pack == pack && p->block == b)
		return 0;
	p->pack = NULL;
	dv_buf_reset(&p->plain);
	rc = dv_packfile_block(pack, k, &p->plain, err);
	if (rc < 0)
		return rc;
	p->pack = pack;
	p->block = b;
	return 0;
}

int dv_blockcache_read(struct dv_blockcache *c, struct dv_packfile *pack,
		       uint32_t b, const struct dv_pack_block *k,
		       uint32_t offset, uint32_t length, struct dv_buf *out,
		       struct dv_err *err)
{
	struct place alone = { .pack = NULL };
	struct place *p = take(c, pack, b);
	int rc;

	rc = fill(p ? p : &alone, pack, b, k, err);
	if (!rc) {
		dv_buf_add(out, (p ? p : &alone)->plain.data + offset, length);
		rc = dv_buf_check(out, "object", err);
	}
	if (p)
		put_back(c, p);
	dv_buf_release(&alone.plain);
	return rc;
}
