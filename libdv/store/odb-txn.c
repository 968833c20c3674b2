/* SPDX-License-Identifier: MIT */
#include "store/odb-txn.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "store/odb-transfer.h"

static struct dv_odb_txn *new_txn(struct dv_odb *odb)
{
	struct dv_odb_txn *t = dv_calloc(1, sizeof(*t));

	t->odb = odb;
	t->lock = (struct dv_lock)DV_LOCK_INIT;
	pthread_mutex_init(&t->mutex, NULL);
	dv_idmap_init(&t->claimed, odb->algo);
	dv_chunker_init(&t->chunker);
	return t;
}

/* What a gc removed before we had the lock is not there. */
static int take_lock(struct dv_odb_txn *t, struct dv_err *err)
{
	int rc = dv_lock_take(&t->lock, t->odb->gc_lock, DV_LOCK_SHARED,
			      t->odb->lock_timeout, err);

	if (!rc)
		rc = dv_packset_refresh(t->odb->packs, err);
	if (rc < 0)
		dv_lock_release(&t->lock);
	t->locked = rc >= 0;
	return rc < 0 ? rc : 0;
}

int dv_odb_txn_begin(struct dv_odb_txn **out, struct dv_odb *odb,
		     struct dv_err *err)
{
	struct dv_odb_txn *t = new_txn(odb);
	int rc = take_lock(t, err);

	if (rc < 0) {
		dv_odb_txn_end(t);
		return rc;
	}
	*out = t;
	return 0;
}

int dv_odb_txn_begin_remote(struct dv_odb_txn **out, struct dv_odb *odb,
			    struct dv_err *err)
{
	struct dv_odb_txn *t = new_txn(odb);
	int rc = dv_packset_refresh(odb->packs, err);

	t->remote = true;
	if (rc < 0) {
		dv_odb_txn_end(t);
		return rc;
	}
	*out = t;
	return 0;
}

int dv_odb_txn_lock(struct dv_odb_txn *t, struct dv_err *err)
{
	return t->remote ? take_lock(t, err) : 0;
}

void dv_odb_txn_unlock(struct dv_odb_txn *t)
{
	if (!t->remote)
		return;
	dv_lock_release(&t->lock);
	t->locked = false;
}

/* What came from far away may be a thousand times what fits in memory. */
#define MERGE_MAX (UINT64_C(256) << 20)

static void merge(struct dv_odb_txn *t)
{
	struct dv_err ignored = DV_ERR_INIT;
	uint64_t added = t->added;

	if (t->remote && added > MERGE_MAX)
		added = MERGE_MAX;
	if (!t->wrote)
		return;
	/* What one who was killed has left is in the way of merging. */
	if (t->remote)
		dv_packkeep_prune(t->odb->packs_dir, &ignored);
	dv_odb_merge(t->odb, added, &ignored);
}

void dv_odb_txn_end(struct dv_odb_txn *t)
{
	if (!t)
		return;
	dv_packwriter_free(t->writers[DV_ODB_DATA]);
	dv_packwriter_free(t->writers[DV_ODB_META]);
	dv_packkeep_release(&t->keeps);
	/* Everything is safe already; packs left apart are merged later. */
	merge(t);
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
	if (!rc && !t->writers[kind]) {
		t->writers[kind] = dv_packwriter_new(odb->tmp_dir,
			odb->packs_dir, odb->algo,
			kind == DV_ODB_META ? DV_PACK_META : DV_PACK_DATA,
			odb->level);
		if (t->remote)
			dv_packwriter_set_keeps(t->writers[kind], &t->keeps);
	}
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
static const enum dv_odb_kind order[] = { DV_ODB_DATA, DV_ODB_META };

/* Whoever is about to take the lock waits for the disk before. */
static int settle(struct dv_odb_txn *t, struct dv_err *err)
{
	int rc = 0;

	for (int i = 0; i < 2 && !rc; i++)
		if (t->writers[order[i]])
			rc = dv_packwriter_flush(t->writers[order[i]], err);
	for (int i = 0; i < 2 && !rc && !t->locked; i++)
		if (t->writers[order[i]])
			rc = dv_packwriter_settle(t->writers[order[i]], err);
	return rc;
}

static bool is_empty(const struct dv_odb_txn *t)
{
	for (int i = 0; i < 2; i++)
		if (t->writers[i] && dv_packwriter_size(t->writers[i]))
			return false;
	return true;
}

static int publish(struct dv_odb_txn *t, struct dv_err *err)
{
	bool wrote = false;
	int rc = 0;

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

int dv_odb_txn_sync(struct dv_odb_txn *t, struct dv_err *err)
{
	bool locked = t->locked;
	int rc = settle(t, err);

	if (rc < 0)
		return rc;
	/* Of no use from here on, and large: the packs will tell. */
	dv_idmap_release(&t->claimed);
	if (is_empty(t))
		return 0;
	if (!locked)
		rc = dv_odb_txn_lock(t, err);
	if (!rc)
		rc = publish(t, err);
	if (!locked)
		dv_odb_txn_unlock(t);
	return rc;
}
