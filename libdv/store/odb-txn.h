/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_ODB_TXN_H
#define DV_STORE_ODB_TXN_H

/*
 * The inside of a transaction, for the files of the object database that
 * add to one and for unpack-objects.
 */

#include <pthread.h>

#include "base/idmap.h"
#include "base/lock.h"
#include "format/chunk.h"
#include "format/recipe.h"
#include "store/odb-parts.h"
#include "store/packkeep.h"
#include "store/packwriter.h"

/*
 * Room to read into: so much at a time, behind the beginning of a chunk
 * that the read before left.
 */
#define DV_ODB_READ (2u << 20)
#define DV_ODB_ROOM (DV_ODB_READ + DV_CHUNK_MAX)

struct dv_odb_txn {
	struct dv_odb *odb;
	struct dv_lock lock;
	struct dv_packwriter *writers[2];	/* by enum dv_odb_kind */
	struct dv_chunker chunker;
	bool remote;		/* locked for moments only */
	bool locked;		/* now */
	struct dv_packkeeps keeps;	/* packs published, if remote */
	bool dirs;		/* tmp/ and packs/ are there */
	bool repair;		/* what is held is read first */
	bool wrote;		/* something was published */
	uint64_t added;		/* bytes published */

	pthread_mutex_t mutex;	/* for what follows */
	struct dv_idmap claimed;	/* ids added and not published yet */
	uint8_t *rooms[8];	/* buffers of DV_ODB_ROOM bytes not in use */
	int n_rooms;
	bool piped;		/* somebody has a pipeline */
};

/*
 * Is id new?  Then it is this caller's to add: to everybody else it is
 * there from now on.
 */
bool dv_odb_txn_claim(struct dv_odb_txn *t, const struct dv_digest *id);
/* The writer for objects of that kind. */
int dv_odb_txn_writer(struct dv_odb_txn *t, enum dv_odb_kind kind,
		      struct dv_packwriter **out, struct dv_err *err);
/* A buffer of DV_ODB_ROOM bytes, kept for the next one who asks. */
uint8_t *dv_odb_txn_room(struct dv_odb_txn *t);
void dv_odb_txn_give_room(struct dv_odb_txn *t, uint8_t *room);

/* Where the bytes of a large object come from. */
struct dv_odb_source {
	/* Up to n bytes; fewer only at the end.  Bytes or a failure. */
	ssize_t (*read)(void *arg, void *buf, size_t n, struct dv_err *err);
	void *arg;
	uint64_t hint;		/* likely size; 0: not known */
};
/*
 * Add all that source gives, whatever its size.  The n < DV_ODB_LARGE
 * bytes at head come before it (n may be 0).
 */
int dv_odb_txn_put_source(struct dv_odb_txn *t, enum dv_odb_kind kind,
			  struct dv_odb_source *source, const void *head,
			  size_t n, struct dv_digest *id, uint64_t *size,
			  struct dv_progress *p, struct dv_err *err);

#endif
