/* SPDX-License-Identifier: MIT */
#include "remote/rblocks.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/rget.h"
#include "remote/rkey.h"

/* Ranges under way at once. */
#define AHEAD 3

/* Some blocks that come with one request. */
struct range {
	uint32_t first, end;		/* blocks */
	uint64_t off, count;		/* bytes of the pack */
	char *file;
	int fd;
	bool asked, done;
	uint64_t got;
	enum dv_wire_class class;
	struct dv_err err;
};

struct reading {
	struct dv_conn *c;
	const struct dv_packidx *x;
	const uint8_t *want;
	dv_rblocks_fn *fn;
	void *arg;
	struct dv_buf key, bytes;
	struct range ranges[AHEAD];
	uint32_t next;			/* block to ask for next */
};

static bool is_wanted(const struct reading *r, uint32_t b)
{
	return !r->want || r->want[b];
}

/* The next range from r->next on; false where there is none. */
static int choose(struct reading *r, struct range *g, struct dv_err *err)
{
	struct dv_pack_block k;
	int rc;

	while (r->next < r->x->m && !is_wanted(r, r->next))
		r->next++;
	g->first = g->end = r->next;
	for (; r->next < r->x->m; r->next++) {
		uint64_t end = g->off + g->count;

		if (!is_wanted(r, r->next))
			continue;
		rc = dv_packidx_block(r->x, r->next, &k, err);
		if (rc < 0)
			return rc;
		if (g->end == g->first)
			g->off = end = k.offset;
		else if (k.offset - end > DV_RGET_GAP ||
			 k.offset + k.stored - g->off > DV_RGET_RANGE)
			break;
		g->count = k.offset + k.stored - g->off;
		g->end = r->next + 1;
	}
	return g->end > g->first;
}

static void answered(void *arg, const struct dv_transport_result *res)
{
	struct range *g = arg;

	g->done = true;
	g->class = res->class;
	g->got = res->class == DV_WIRE_OK ? res->count : 0;
	if (res->class != DV_WIRE_OK)
		g->err = *res->err;
}

static int ask(struct reading *r, struct range *g, struct dv_err *err)
{
	const char *tmp;
	int rc;

	g->asked = g->done = false;
	g->off = g->count = 0;
	rc = choose(r, g, err);
	if (rc <= 0)
		return rc;
	tmp = dv_rcache_tmp(r->c->cache, err);
	if (!tmp)
		return -err->code;
	if (!g->file) {
		rc = dv_tmpfile(&g->fd, &g->file, tmp, err);
		if (rc < 0) {
			g->fd = -1;
			return rc;
		}
	}
	g->asked = true;
	dv_transport_get(r->c->t, r->key.data, g->off, g->count, g->file, 0,
			 answered, g);
	return 0;
}

static int hand_out(struct reading *r, const struct range *g, uint32_t b,
		    struct dv_err *err)
{
	const char *why = NULL;
	struct dv_pack_block k;
	uint64_t at;
	char *to;
	int rc;

	rc = dv_packidx_block(r->x, b, &k, err);
	if (rc < 0)
		return rc;
	at = k.offset - g->off;
	dv_buf_reset(&r->bytes);
	to = dv_buf_reserve(&r->bytes, (size_t)k.stored + 1);
	if (g->class == DV_WIRE_MISSING)
		why = "the pack is not there";
	else if (at + k.stored > g->got)
		why = "the pack ends before it";
	else if (dv_pread_full(g->fd, to, k.stored, at) != (ssize_t)k.stored)
		return dv_err_sys(err, "cannot read '%s'", g->file);
	else if (dv_hash64(to, k.stored) != k.check)
		why = "it does not fit its checksum";
	return r->fn(r->arg, b, &k, why ? NULL : to, why, err);
}

static int finish(struct reading *r, struct range *g, struct dv_err *err)
{
	int rc = 0;

	while (rc >= 0 && !g->done)
		rc = dv_transport_step(r->c->t, -1, err);
	if (rc < 0)
		return rc;
	if (g->class != DV_WIRE_OK && g->class != DV_WIRE_MISSING) {
		*err = g->err;
		return -err->code;
	}
	rc = 0;
	for (uint32_t b = g->first; !rc && b < g->end; b++)
		if (is_wanted(r, b))
			rc = hand_out(r, g, b, err);
	return rc;
}

/* No callback may be left that knows of r. */
static void settle(struct reading *r)
{
	struct dv_err ignored = DV_ERR_INIT;

	for (int i = 0; i < AHEAD; i++) {
		struct range *g = &r->ranges[i];

		while (g->asked && !g->done &&
		       dv_transport_step(r->c->t, -1, &ignored) >= 0)
			;
		if (g->fd >= 0)
			close(g->fd);
		if (g->file)
			unlink(g->file);
		free(g->file);
	}
}

int dv_rblocks_read(struct dv_conn *c, const struct dv_digest *pack,
		    const struct dv_packidx *x, const uint8_t *want,
		    dv_rblocks_fn *fn, void *arg, struct dv_err *err)
{
	struct reading r = { .c = c, .x = x, .want = want, .fn = fn,
			     .arg = arg };
	int rc = 0;

	dv_rkey_pack(&r.key, pack, ".pack");
	for (int i = 0; i < AHEAD; i++)
		r.ranges[i].fd = -1;
	for (int i = 0; !rc && i < AHEAD; i++)
		rc = ask(&r, &r.ranges[i], err);
	for (int i = 0; !rc && r.ranges[i].asked; i = (i + 1) % AHEAD) {
		rc = finish(&r, &r.ranges[i], err);
		if (!rc)
			rc = ask(&r, &r.ranges[i], err);
	}
	settle(&r);
	dv_buf_release(&r.key);
	dv_buf_release(&r.bytes);
	return rc;
}

void dv_rblocks_sort(const struct dv_packidx *x, uint32_t **order,
		     uint32_t **start)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pack_object o;
	uint32_t *to, *from;

	to = dv_reallocarray(NULL, (size_t)x->n + 1, sizeof(*to));
	from = dv_calloc((size_t)x->m + 2, sizeof(*from));
	for (uint32_t i = 0; i < x->n; i++)
		if (!dv_packidx_object(x, i, &o, &ignored))
			from[o.block + 2]++;
	for (uint32_t b = 0; b < x->m; b++)
		from[b + 2] += from[b + 1];
	for (uint32_t i = 0; i < x->n; i++)
		if (!dv_packidx_object(x, i, &o, &ignored))
			to[from[o.block + 1]++] = i;
	*order = to;
	*start = from;
}
