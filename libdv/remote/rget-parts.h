/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RGET_PARTS_H
#define DV_REMOTE_RGET_PARTS_H

/*
 * What rget*.c share and nobody else needs.
 *
 * A source tells where objects lie: indexes of packs, or a location
 * record.  A run takes places of objects, asks for ranges of packs that
 * hold them, and has what comes checked and added by more threads while
 * the next ranges are on their way.
 */

#include <pthread.h>

#include "base/strlist.h"
#include "remote/rget.h"
#include "store/odb-transfer.h"
#include "store/odb-whole.h"
#include "store/wtready.h"

/* Where an object lies, in few bytes: there are many. */
struct dv_rget_item {
	uint64_t at;		/* where its block begins in the pack */
	uint32_t stored;	/* bytes of the block */
	uint32_t offset;	/* in the plain block */
	uint32_t pack, ref;	/* the source's numbers */
};

/* All there is to know of it. */
struct dv_rget_object {
	struct dv_digest id;
	struct dv_pack_block k;
	struct dv_pack_object o;
};

/* One of the two. */
struct dv_rget_source {
	struct dv_rpacks *packs;
	const struct dv_location *where;
};

/* 1 and *it, 0 where it is nowhere; DV_E_FORMAT from a damaged index. */
int dv_rget_find(const struct dv_rget_source *s, const struct dv_digest *id,
		 struct dv_rget_item *it, struct dv_err *err);
int dv_rget_describe(const struct dv_rget_source *s,
		     const struct dv_rget_item *it,
		     struct dv_rget_object *out, struct dv_err *err);
void dv_rget_pack(const struct dv_rget_source *s, uint32_t pack,
		  struct dv_location_pack *out);

/* The recipe of a large object, as it came. */
struct dv_rget_recipe {
	struct dv_digest id;
	uint64_t size;
	enum dv_odb_kind kind;
	struct dv_buf bytes;
	bool compared;		/* the digest of all its content is right */
	bool done;		/* it is here, or cannot be had */
	struct dv_odb_whole *whole;	/* put together; NULL: not begun */
	int fd;				/* what it is written to; -1 */
	bool ended, stuck;		/* the follower's, rget-follow.c */
};

/*
 * What was found here may be removed by a gc while the rest comes; it is
 * asked for then, so many times.
 */
#define DV_RGET_TRIES 5

struct dv_rget {
	struct dv_conn *c;
	struct dv_rget_source source;
	struct dv_odb *odb;
	struct dv_odb_txn *txn;
	struct dv_wtready *ready;	/* or NULL */
	struct dv_rget_stats *stats;
	struct dv_progress *progress;
	uint64_t published;		/* bytes, in all */
	int64_t published_at;		/* when */

	pthread_mutex_t lock;		/* for what follows */
	uint64_t unpublished;		/* bytes added since */
	struct dv_strlist faults;	/* sentences for people */
	uint64_t untold;		/* more of them */
	struct dv_rget_recipe *recipes;
	size_t recipes_n, recipes_cap;
	bool chunks;			/* what comes is not to be counted */
};

/* --- rget-state.c ------------------------------------------------------ */

int dv_rget_begin(struct dv_rget *g, struct dv_err *err);
/* Ends the transaction, tells the faults and releases all. */
void dv_rget_end(struct dv_rget *g, dv_rpacks_bad_fn *bad, void *arg);
/* Sync what was added. */
int dv_rget_publish(struct dv_rget *g, struct dv_err *err);
/* 1 where packs have left the store since *gone was as it is; updated. */
int dv_rget_has_gone(struct dv_rget *g, uint64_t *gone, struct dv_err *err);
/* Seconds, of use only to compare. */
int64_t dv_rget_clock(void);
/* One more that cannot be had, from any thread; fmt NULL: no word of it. */
void dv_rget_fault(struct dv_rget *g, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same about a pack, whose name comes first. */
void dv_rget_blame(struct dv_rget *g, uint32_t pack, const char *why);

/* Recipes are used up, and what was put together by them thrown away. */
void dv_rget_forget_recipes(struct dv_rget *g);

/* --- rget-run.c -------------------------------------------------------- */

/*
 * Bring the n objects at items, which are sorted here.  Plain ones are
 * added, recipes go to g->recipes; those that are begun are gone on with
 * as their chunks come.
 */
int dv_rget_run(struct dv_rget *g, struct dv_rget_item *items, size_t n,
		struct dv_err *err);

/* --- rget-take.c -------------------------------------------------------- */

/* A worker's buffers; initialise with zeros. */
struct dv_rget_room {
	struct dv_buf stored, plain;
	struct dv_odb_piece *pieces;
	size_t cap;
};
void dv_rget_room_release(struct dv_rget_room *room);
/*
 * Take the objects at items, which all lie in a range of a pack that
 * begins at start and of which count bytes came, into fd at its start.
 * What is damaged is told; a failure is one of the store.
 */
int dv_rget_take(struct dv_rget *g, const struct dv_rget_item *items,
		 size_t n, uint64_t start, uint64_t count, int fd,
		 struct dv_rget_room *room, struct dv_err *err);

/* --- rget-large.c ------------------------------------------------------- */

/*
 * Bring the large objects whose recipes are at items: recipes, then
 * chunks; each whole is hashed before its recipe is added.
 */
int dv_rget_large(struct dv_rget *g, struct dv_rget_item *items, size_t n,
		  struct dv_err *err);

/* --- reading without keeping --------------------------------------------- */

struct dv_rget_sparse;

struct dv_rget_reader {
	struct dv_conn *c;
	const struct dv_rlocation *where;
	struct dv_odb *odb;		/* may be NULL */
	int fd;				/* of file; -1 */
	char *file;			/* for one range at a time */

	struct dv_buf window;		/* bytes of a meta pack, read ahead */
	uint32_t window_pack;
	uint64_t window_at, ahead;

	/* rget-lookup.c */
	struct dv_rpacks *packs;	/* of data; NULL: not asked for yet */
	struct dv_rget_sparse *sparse;	/* one for each of them */
	uint32_t sparse_n, hint;
};

/* Bytes of a pack; fewer than n only where it ends.  out is reset. */
int dv_rget_read_range(struct dv_rget_reader *r, const struct dv_digest *pack,
		       uint64_t off, uint64_t n, struct dv_buf *out,
		       struct dv_err *err);

/*
 * Which pack has id, whose file is of size bytes: by that it is decided
 * whether indexes are worth being fetched whole.  1, *info and *out, or 0.
 */
int dv_rget_lookup(struct dv_rget_reader *r, const struct dv_digest *id,
		   uint64_t size, struct dv_location_pack *info,
		   struct dv_rget_object *out, struct dv_err *err);
void dv_rget_lookup_release(struct dv_rget_reader *r);

/* An object on its way, or in the store. */
struct dv_rget_piece {
	struct dv_rget_object x;
	struct dv_digest pack;
	uint64_t at, n;		/* what is needed of the pack */
};
/* That object: a stored one is taken without the rest of its block. */
void dv_rget_piece_set(struct dv_rget_piece *p, const struct dv_digest *pack,
		       const struct dv_rget_object *x);
/*
 * Append its bytes (those of its recipe), out of the p->n bytes at bytes,
 * checked: DV_E_DIGEST.
 */
int dv_rget_piece_open(const struct dv_rget_piece *p, const char *remote,
		       const void *bytes, struct dv_buf *out,
		       struct dv_err *err);

#endif
