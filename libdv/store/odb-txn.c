/* SPDX-License-Identifier: MIT */
#include "store/odb-txn.h"

#include <stdlib.h>

#include "base/alloc.h"

int dv_odb_txn_begin(struct dv_odb_txn **out, struct dv_odb *odb,
		     struct dv_err *err)
{
	struct dv_odb_txn *t = dv_calloc(1, sizeof(*t));
	int rc;

	t->odb = odb;
	t->lock = (struct dv_lock)DV_LOCK_INIT;
	pthread_mutex_init(&t->mutex, NULL);
	dv_idmap_init(&t->claimed, odb->algo);
	dv_chunker_init(&t->chunker);
	rc = dv_lock_take(&t->lock, odb->gc_lock, DV_LOCK_SHARED,
			  odb->lock_timeout, err);
	/* What a gc removed before we had the lock is not there. */
	if (!rc)
		rc = dv_packset_refresh(odb->packs, err);
	if (rc < 0) {
		dv_odb_txn_end(t);
		return rc;
	}
	*out = t;
	return 0;
}

void dv_odb_txn_end(struct dv_odb_txn *t)
{
	struct dv_err ignored = DV_ERR_INIT;

	if (!t)
		return;
	dv_packwriter_free(t->writers[DV_ODB_DATA]);
	dv_packwriter_free(t->writers[DV_ODB_META]);
	/* Everything is safe already; packs left apart are merged later. */
	if (t->wrote)
		dv_odb_merge(t->odb, t->added, &ignored);
	dv_lock_release(&t->lock);
	dv_idmap_release(&t->claimed);
	for (int i = 0; i < t->n_rooms; i++)
		free(t->rooms[i]);
	pthread_mutex_destroy(&t->mutex);
	free(t);
}

void dv_odb_txn_set_repair(struct dv_odb_txn *t)
{
	t->repair = true;
}

/* A recipe is checked by its block's checksum and its own sums. */
static int check_copy(void *arg, const struct dv_odb_found *f,
		      struct dv_err *err)
{
	struct dv_odb_txn *t = arg;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_digest id, is;
	struct dv_recipe recipe;
	int rc;

	rc = dv_odb_get_raw(t->odb, f, &b, err);
	if (!rc && f->o.type == DV_PACK_RECIPE) {
		rc = dv_recipe_decode(&recipe, b.data, b.len, err);
	} else if (!rc) {
		dv_packidx_id(&f->ref.pack->idx, f->ref.i, &id);
		dv_digest_of(&is, id.algo, b.data, b.len);
		if (!dv_digest_eq(&is, &id))
			rc = dv_odb_damaged(&id, err);
	}
	dv_buf_release(&b);
	return rc;
}

static bool is_held(struct dv_odb_txn *t, const struct dv_digest *id)
{
	struct dv_err why = DV_ERR_INIT;

	if (!dv_odb_holds(t->odb, id))
		return false;
	return !t->repair ||
	       !dv_odb_each_copy(t->odb, id, check_copy, t, &why);
}

bool dv_odb_txn_claim(struct dv_odb_txn *t, const struct dv_digest *id)
{
	bool fresh;

	if (is_held(t, id))
		return false;
	pthread_mutex_lock(&t->mutex);
	fresh = dv_idmap_add(&t->claimed, id, 0);
	pthread_mutex_unlock(&t->mutex);
	return fresh;
}

int dv_odb_txn_writer(struct dv_odb_txn *t, enum dv_odb_kind kind,
		      struct dv_packwriter **out, struct dv_err *err)
{
	struct dv_odb *odb = t->odb;
	int rc = 0;

	pthread_mutex_lock(&t->mutex);
	if (!t->dirs) {
		rc = dv_odb_mkdirs(odb, err);
		t->dirs = !rc;
	}
	if (!rc && !t->writers[kind])
		t->writers[kind] = dv_packwriter_new(odb->tmp_dir,
			odb->packs_dir, odb->algo,
			kind == DV_ODB_META ? DV_PACK_META : DV_PACK_DATA,
			odb->level);
	if (!rc)
		*out = t->writers[kind];
	pthread_mutex_unlock(&t->mutex);
	return rc;
}

uint8_t *dv_odb_txn_room(struct dv_odb_txn *t)
{
	uint8_t *room = NULL;

	pthread_mutex_lock(&t->mutex);
	if (t->n_rooms)
		room = t->rooms[--t->n_rooms];
	pthread_mutex_unlock(&t->mutex);
	return room ? room : dv_malloc(DV_ODB_ROOM);
}

void dv_odb_txn_give_room(struct dv_odb_txn *t, uint8_t *room)
{
	if (!room)
		return;
	pthread_mutex_lock(&t->mutex);
	if (t->n_rooms < (int)(sizeof(t->rooms) / sizeof(*t->rooms))) {
		t->rooms[t->n_rooms++] = room;
		room = NULL;
	}
	pthread_mutex_unlock(&t->mutex);
	free(room);
}

/*
 * Data before meta: a manifest must not be found without its files.  The
 * disk begins with both before either is waited for.
 */
int dv_odb_txn_sync(struct dv_odb_txn *t, struct dv_err *err)
{
	static const enum dv_odb_kind order[] = { DV_ODB_DATA, DV_ODB_META };
	bool wrote = false;
	int rc = 0;

	for (int i = 0; i < 2 && !rc; i++)
		if (t->writers[order[i]])
			rc = dv_packwriter_flush(t->writers[order[i]], err);
	/* Of no use from here on, and large: the packs will tell. */
	if (!rc)
		dv_idmap_release(&t->claimed);
	for (int i = 0; i < 2 && rc >= 0; i++) {
		struct dv_packwriter *w = t->writers[order[i]];
		struct dv_digest id;
		uint64_t size;

		if (!w)
			continue;
		size = dv_packwriter_size(w);
		rc = dv_packwriter_publish(w, &id, err);
		if (rc > 0) {
			wrote = true;
			t->added += size;
		}
	}
	if (rc < 0 || !wrote)
		return rc < 0 ? rc : 0;

	t->wrote = true;
	rc = dv_packset_refresh(t->odb->packs, err);
	return rc < 0 ? rc : 0;
}
