/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/pack.h"
#include "remote/rget-parts.h"

void dv_rget_room_release(struct dv_rget_room *room)
{
	dv_buf_release(&room->stored);
	dv_buf_release(&room->plain);
	free(room->pieces);
	*room = (struct dv_rget_room){ .cap = 0 };
}

struct taking {
	struct dv_rget *g;
	struct dv_rget_room *room;
	uint32_t pack;
	enum dv_odb_kind kind;
};

/* All n objects of a block are lost, for one reason. */
static void lose(const struct taking *t, size_t n, const char *why)
{
	for (size_t i = 0; i < n; i++)
		if (!i)
			dv_rget_blame(t->g, t->pack, why);
		else
			dv_rget_fault(t->g, NULL);
}

static void keep_recipe(const struct taking *t, const struct dv_rget_object *x,
			const void *p)
{
	struct dv_rget *g = t->g;
	struct dv_rget_recipe *r;

	pthread_mutex_lock(&g->lock);
	dv_grow(&g->recipes, &g->recipes_cap, g->recipes_n + 1,
		sizeof(*g->recipes));
	r = &g->recipes[g->recipes_n++];
	*r = (struct dv_rget_recipe){ .id = x->id, .size = x->o.size,
				      .kind = t->kind, .fd = -1 };
	dv_buf_add(&r->bytes, p, x->o.length);
	pthread_mutex_unlock(&g->lock);
}

/* Stored bytes into room->stored, plain ones into room->plain: why not? */
static const char *read_block(const struct taking *t,
			      const struct dv_pack_block *k, int fd,
			      uint64_t at)
{
	struct dv_rget_room *room = t->room;
	struct dv_err err = DV_ERR_INIT;
	char *p;

	dv_buf_reset(&room->stored);
	dv_buf_reset(&room->plain);
	p = dv_buf_reserve(&room->stored, k->stored);
	if (dv_pread_full(fd, p, k->stored, at) != (ssize_t)k->stored)
		return "a block cannot be read";
	if (dv_hash64(p, k->stored) != k->check)
		return "a block does not fit its checksum";
	if (k->codec == DV_PACK_STORED)
		return NULL;
	if (dv_pack_unblock(&room->plain, k, p, &err) < 0)
		return "a block cannot be decompressed";
	return NULL;
}

/* What was added, and what turned out to be something else. */
static void count(const struct taking *t, const struct dv_odb_piece *v,
		  size_t n)
{
	struct dv_rget *g = t->g;
	uint64_t objects = 0, bytes = 0;

	for (size_t i = 0; i < n; i++) {
		char id[DV_DIGEST_TEXT];
		char *why;

		if (!v[i].wrong) {
			objects++;
			bytes += v[i].length;
			continue;
		}
		why = dv_asprintf("the bytes of object %s are not its own",
				  dv_digest_format(id, &v[i].id));
		dv_rget_blame(g, t->pack, why);
		free(why);
	}
	pthread_mutex_lock(&g->lock);
	g->unpublished += bytes;
	g->stats->bytes += bytes;
	if (!g->chunks)
		g->stats->objects += objects;
	pthread_mutex_unlock(&g->lock);
	if (!g->chunks)
		dv_progress_add(g->progress, objects, 0);
}

/* The n objects at items lie in one block, which is in fd at at. */
static int take_block(const struct taking *t, const struct dv_rget_item *items,
		      size_t n, int fd, uint64_t at, struct dv_err *err)
{
	struct dv_rget_room *room = t->room;
	struct dv_rget_object x;
	const char *plain, *why;
	size_t pieces = 0;
	int rc;

	dv_grow(&room->pieces, &room->cap, n, sizeof(*room->pieces));
	if (dv_rget_describe(&t->g->source, items, &x, err) < 0) {
		lose(t, n, err->msg);
		return 0;
	}
	why = read_block(t, &x.k, fd, at);
	if (why) {
		lose(t, n, why);
		return 0;
	}
	plain = x.k.codec == DV_PACK_STORED ? room->stored.data :
					      room->plain.data;
	for (size_t i = 0; i < n; i++) {
		if (dv_rget_describe(&t->g->source, items + i, &x, err) < 0)
			lose(t, 1, err->msg);
		else if (x.o.type == DV_PACK_RECIPE)
			keep_recipe(t, &x, plain + x.o.offset);
		else
			room->pieces[pieces++] = (struct dv_odb_piece){
				.id = x.id, .offset = x.o.offset,
				.length = x.o.length };
	}
	rc = dv_odb_txn_put_block(t->g->txn, t->kind, &x.k, room->stored.data,
				  plain, room->pieces, pieces, err);
	if (!rc)
		count(t, room->pieces, pieces);
	return rc;
}

int dv_rget_take(struct dv_rget *g, const struct dv_rget_item *items,
		 size_t n, uint64_t start, uint64_t count_, int fd,
		 struct dv_rget_room *room, struct dv_err *err)
{
	struct taking t = { .g = g, .room = room, .pack = items->pack };
	struct dv_location_pack pack;
	size_t i = 0, k;
	int rc = 0;

	dv_rget_pack(&g->source, t.pack, &pack);
	t.kind = pack.kind == DV_PACK_META ? DV_ODB_META : DV_ODB_DATA;
	for (; !rc && i < n; i = k) {
		uint64_t at = items[i].at - start;

		for (k = i + 1; k < n && items[k].at == items[i].at; k++)
			;
		if (at + items[i].stored > count_)
			lose(&t, k - i, "it is cut short");
		else
			rc = take_block(&t, items + i, k - i, fd, at, err);
	}
	return rc;
}
