/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/parallel.h"
#include "store/odb-txn.h"
#include "store/ring.h"

/*
 * A large object goes through three steps: it is read and cut; its chunks
 * are hashed, and written where they are new; and the whole is hashed.
 * Where it is worth it each has a thread, the last two side by side: with
 * SHA-256 each of them takes longer than all else.
 */
#define SLOTS 4
#define PIPE_SIZE (8u << 20)		/* objects this large are worth it */
/* A buffer is full of chunks of at least the minimum, but for the last. */
#define PIECES (DV_ODB_ROOM / DV_CHUNK_MIN + 1)

struct slot {
	uint8_t *bytes;
	size_t len;		/* of the chunks in it */
	struct dv_packwriter_piece pieces[PIECES];
	bool fresh[PIECES];
	size_t n;
};

struct large {
	struct dv_odb_txn *txn;
	enum dv_odb_kind kind;
	struct dv_packwriter *writer;
	struct dv_odb_source *source;
	struct dv_progress *progress;

	/* reading */
	uint8_t *carry;		/* the beginning of the next chunk */
	size_t carried;
	bool eof;
	uint64_t size;

	/* the chunks */
	struct dv_recipe_list list;
	int rc;
	struct dv_err err;

	/* the whole */
	struct dv_hasher *hasher;

	/* a slot is filled again when both have done with it */
	struct dv_ring chunks, whole;
	struct slot slots[SLOTS];
};

/* --- reading and cutting ------------------------------------------------- */

static void cut(struct large *l, struct slot *s)
{
	size_t at = 0, n;

	s->n = 0;
	while ((n = dv_chunker_next(&l->txn->chunker, s->bytes + at,
				    s->len - at, l->eof)) > 0) {
		s->pieces[s->n++].length = (uint32_t)n;
		at += n;
	}
	l->carried = s->len - at;
	memcpy(l->carry, s->bytes + at, l->carried);
	s->len = at;
	l->size += at;
}

static int fill(struct large *l, struct slot *s, struct dv_err *err)
{
	ssize_t got;

	memcpy(s->bytes, l->carry, l->carried);
	got = l->source->read(l->source->arg, s->bytes + l->carried,
			      DV_ODB_READ, err);
	if (got < 0)
		return (int)got;
	l->eof = (size_t)got < DV_ODB_READ;
	s->len = l->carried + (size_t)got;
	dv_progress_add(l->progress, 0, (uint64_t)got);
	cut(l, s);
	return 0;
}

/* --- chunks --------------------------------------------------------------- */

/* Chunks that are new and lie beside one another are written at once. */
static int write_fresh(struct large *l, const struct slot *s,
		       struct dv_err *err)
{
	const uint8_t *p = s->bytes;
	size_t i = 0;
	int rc = 0;

	while (!rc && i < s->n) {
		size_t first = i, len = 0;

		while (i < s->n && s->fresh[i])
			len += s->pieces[i++].length;
		if (i > first)
			rc = dv_packwriter_run(l->writer, s->pieces + first,
					       i - first, p, err);
		p += len;
		if (i < s->n && !s->fresh[i])
			p += s->pieces[i++].length;
	}
	return rc;
}

static int add_chunks(struct large *l, struct slot *s, struct dv_err *err)
{
	const uint8_t *p = s->bytes;

	for (size_t i = 0; i < s->n; i++) {
		struct dv_packwriter_piece *piece = &s->pieces[i];

		dv_digest_of(&piece->id, l->txn->odb->algo, p, piece->length);
		s->fresh[i] = dv_odb_txn_claim(l->txn, &piece->id);
		dv_recipe_list_add(&l->list, &piece->id, piece->length);
		p += piece->length;
	}
	return write_fresh(l, s, err);
}

static void *chunk_thread(void *arg)
{
	struct large *l = arg;
	int i;

	while ((i = dv_ring_next(&l->chunks)) >= 0) {
		l->rc = add_chunks(l, &l->slots[i], &l->err);
		if (l->rc < 0)
			dv_ring_break(&l->chunks);
		else
			dv_ring_done(&l->chunks);
	}
	return NULL;
}

/* --- the whole ------------------------------------------------------------ */

static void *whole_thread(void *arg)
{
	struct large *l = arg;
	int i;

	while ((i = dv_ring_next(&l->whole)) >= 0) {
		dv_hasher_update(l->hasher, l->slots[i].bytes,
				 l->slots[i].len);
		dv_ring_done(&l->whole);
	}
	return NULL;
}

/* --- all of it ------------------------------------------------------------- */

static int run_alone(struct large *l, struct dv_err *err)
{
	struct slot *s = &l->slots[0];
	int rc = 0;

	if (!s->bytes)
		s->bytes = dv_odb_txn_room(l->txn);
	while (!rc && !l->eof) {
		rc = fill(l, s, err);
		if (rc < 0)
			break;
		rc = add_chunks(l, s, err);
		dv_hasher_update(l->hasher, s->bytes, s->len);
	}
	return rc;
}

/* Both rings take turns with the slots in the same order. */
static int fill_slots(struct large *l, struct dv_err *err)
{
	int rc = 0;

	while (!rc && !l->eof) {
		int i = dv_ring_take(&l->chunks);

		if (i < 0)
			break;
		i = dv_ring_take(&l->whole);
		if (!l->slots[i].bytes)
			l->slots[i].bytes = dv_odb_txn_room(l->txn);
		rc = fill(l, &l->slots[i], err);
		if (rc < 0)
			break;
		dv_ring_pass(&l->chunks);
		dv_ring_pass(&l->whole);
	}
	dv_ring_close(&l->chunks);
	dv_ring_close(&l->whole);
	return rc;
}

static int run_piped(struct large *l, struct dv_err *err)
{
	pthread_t chunks, whole;
	bool started, both = false;
	int rc = 0;

	dv_ring_init(&l->chunks, SLOTS);
	dv_ring_init(&l->whole, SLOTS);
	started = !pthread_create(&chunks, NULL, chunk_thread, l);
	if (started)
		both = !pthread_create(&whole, NULL, whole_thread, l);
	if (both) {
		rc = fill_slots(l, err);
		pthread_join(whole, NULL);
	}
	dv_ring_close(&l->chunks);
	if (started)
		pthread_join(chunks, NULL);
	dv_ring_release(&l->chunks);
	dv_ring_release(&l->whole);
	if (!both)
		return run_alone(l, err);
	if (!rc && l->rc < 0) {
		*err = l->err;
		rc = l->rc;
	}
	return rc;
}

/* One pipeline at a time keeps memory and threads within bounds. */
static bool may_pipe(struct dv_odb_txn *t, uint64_t hint)
{
	bool yes;

	if ((hint && hint < PIPE_SIZE) || dv_parallel_threads() < 2)
		return false;
	pthread_mutex_lock(&t->mutex);
	yes = !t->piped;
	t->piped = true;
	pthread_mutex_unlock(&t->mutex);
	return yes;
}

static void end_pipe(struct dv_odb_txn *t)
{
	pthread_mutex_lock(&t->mutex);
	t->piped = false;
	pthread_mutex_unlock(&t->mutex);
}

struct put_part {
	struct dv_odb_txn *txn;
	enum dv_odb_kind kind;
};

static int put_part(void *arg, const void *p, size_t n, struct dv_digest *id,
		    struct dv_err *err)
{
	struct put_part *x = arg;

	return dv_odb_txn_put(x->txn, x->kind, p, n, id, err);
}

/* Of one chunk the chunk is the object; more are listed in a recipe. */
static int write_recipe(struct large *l, const struct dv_digest *id,
			struct dv_err *err)
{
	struct put_part arg = { l->txn, l->kind };
	struct dv_buf b = DV_BUF_INIT;
	int rc;

	if (l->list.n < 2 || !dv_odb_txn_claim(l->txn, id))
		return 0;
	rc = dv_recipe_encode(&b, &l->list, put_part, &arg, err);
	if (!rc)
		rc = dv_packwriter_add(l->writer, id, DV_PACK_RECIPE, b.data,
				       b.len, l->size, err);
	dv_buf_release(&b);
	return rc;
}

static int put_large(struct large *l, struct dv_digest *id,
		     struct dv_err *err)
{
	struct dv_digest d;
	bool piped;
	int rc;

	rc = dv_odb_txn_writer(l->txn, l->kind, &l->writer, err);
	if (rc < 0)
		return rc;
	l->hasher = dv_hasher_new(l->txn->odb->algo);
	piped = may_pipe(l->txn, l->source->hint);
	rc = piped ? run_piped(l, err) : run_alone(l, err);
	if (piped)
		end_pipe(l->txn);
	if (!rc) {
		dv_hasher_final(l->hasher, &d);
		rc = write_recipe(l, &d, err);
	}
	if (!rc)
		*id = d;
	dv_hasher_free(l->hasher);
	for (int i = 0; i < SLOTS; i++)
		dv_odb_txn_give_room(l->txn, l->slots[i].bytes);
	dv_recipe_list_release(&l->list);
	return rc;
}

int dv_odb_txn_put_source(struct dv_odb_txn *t, enum dv_odb_kind kind,
			  struct dv_odb_source *source, const void *head,
			  size_t n, struct dv_digest *id, uint64_t *size,
			  struct dv_progress *p, struct dv_err *err)
{
	struct large l = { .txn = t, .kind = kind, .source = source,
			   .progress = p, .carry = dv_odb_txn_room(t) };
	ssize_t got;
	int rc;

	/* Whatever ends before it is large is one piece. */
	if (n)
		memcpy(l.carry, head, n);
	got = source->read(source->arg, l.carry + n, DV_ODB_LARGE - n, err);
	if (got < 0) {
		rc = (int)got;
		goto out;
	}
	l.carried = n + (size_t)got;
	dv_progress_add(p, 0, l.carried);
	if (l.carried < DV_ODB_LARGE) {
		rc = dv_odb_txn_put(t, kind, l.carry, l.carried, id, err);
		if (!rc)
			*size = l.carried;
		goto out;
	}
	rc = put_large(&l, id, err);
	if (!rc)
		*size = l.size;
out:
	dv_odb_txn_give_room(t, l.carry);
	return rc;
}
