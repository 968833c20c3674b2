/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_ODB_H
#define DV_STORE_ODB_H

/*
 * Object database: immutable byte strings, each named by its digest, kept
 * in packs.  On disk: dv-format-pack(5), dv-format-recipe(5).
 *
 * Invariants
 *  - An object is visible only when whole and synced.  Readers take no
 *    lock; one that misses lists the packs once more before it says so.
 *  - Two writers of one digest both succeed.
 *  - Whatever is read has been checked against its digest.
 *  - Objects of DV_ODB_LARGE bytes and more are cut into chunks and
 *    rebuilt from a recipe; identity never depends on the form.
 *
 * Readers may be called by many threads on one handle, and so may
 * dv_odb_txn_put*().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/progress.h"
#include "base/strlist.h"

#define DV_ODB_LARGE (1u << 20)

enum dv_odb_kind {
	DV_ODB_DATA,		/* content of files and links */
	DV_ODB_META		/* manifests, configurations, records */
};

struct dv_odb;

/*
 * Open the store at dir (packs/, tmp/, trash/, … are made below it when
 * first written).  DV_E_MISSING if dir is not there.
 */
int dv_odb_open(struct dv_odb **out, const char *dir, enum dv_algo algo,
		struct dv_err *err);
void dv_odb_close(struct dv_odb *odb);
enum dv_algo dv_odb_algo(const struct dv_odb *odb);
#define DV_ODB_LEVEL_MAX 19
/* What is added is compressed, 1 to LEVEL_MAX; 0, as at first: stored. */
void dv_odb_set_level(struct dv_odb *odb, int level);
/* How long to wait for a gc or a repack; 60 s at first. */
void dv_odb_set_lock_timeout(struct dv_odb *odb, int ms);

/*
 * What writers came upon when they merged small packs, in a sentence: they
 * leave a pack that is damaged alone.  NULL: nothing.
 */
const char *dv_odb_damage(const struct dv_odb *odb);

/* 1 and *size (may be NULL) if held, 0 if not. */
int dv_odb_stat(struct dv_odb *odb, const struct dv_digest *id,
		uint64_t *size, struct dv_err *err);
/*
 * Append the whole object, at most max bytes, to out; DV_E_MISSING,
 * DV_E_DIGEST, DV_E_LIMIT.  Fits dv_manifest_get_fn with odb as arg.
 */
int dv_odb_read(void *odb, const struct dv_digest *id, struct dv_buf *out,
		size_t max, struct dv_err *err);
/*
 * Write object id of any size to fd, checking as bytes pass: on
 * DV_E_DIGEST bytes have been written already.
 */
int dv_odb_copy(struct dv_odb *odb, const struct dv_digest *id, int fd,
		struct dv_progress *p, struct dv_err *err);
/* The same to a new file, whose offset is not moved on. */
int dv_odb_copy_file(struct dv_odb *odb, const struct dv_digest *id, int fd,
		     struct dv_progress *p, struct dv_err *err);
/*
 * The one object whose hex begins with the n >= 6 digits at hex (whole
 * ids and "algo:" too).  DV_E_MISSING, or DV_E_AMBIGUOUS listing them.
 */
int dv_odb_resolve(struct dv_odb *odb, const char *hex,
		   struct dv_digest *out, struct dv_err *err);
/*
 * Read anew which packs there are, and say in *out how many have gone so
 * far, of all that this handle has seen: while that number is the same,
 * what was found is here still.
 */
int dv_odb_gone(struct dv_odb *odb, uint64_t *out, struct dv_err *err);
/* Each object once, in no order; non-zero from fn ends it, returned. */
typedef int dv_odb_each_fn(void *arg, const struct dv_digest *id,
			   uint64_t size, enum dv_odb_kind kind);
int dv_odb_each(struct dv_odb *odb, dv_odb_each_fn *fn, void *arg,
		struct dv_err *err);

/* --- writing ------------------------------------------------------- */

struct dv_odb_txn;

/*
 * Begin to add objects.  Takes the store's gc lock shared, held until
 * dv_odb_txn_end(): objects found present stay present until then, so
 * call end after the index or ref that names them is written.
 */
int dv_odb_txn_begin(struct dv_odb_txn **out, struct dv_odb *odb,
		     struct dv_err *err);
/*
 * From now on what is held is read before it is taken for held, and added
 * again where no copy is sound.
 */
void dv_odb_txn_set_repair(struct dv_odb_txn *t);
/* Add n bytes; *id (may be NULL) is set.  What is held is not added. */
int dv_odb_txn_put(struct dv_odb_txn *t, enum dv_odb_kind kind,
		   const void *buf, size_t n, struct dv_digest *id,
		   struct dv_err *err);
/* The same as DV_ODB_META; fits dv_manifest_put_fn with t as arg. */
int dv_odb_txn_put_meta(void *t, const void *buf, size_t n,
			struct dv_digest *id, struct dv_err *err);
/*
 * Add all that fd gives from its offset to its end, as DV_ODB_DATA; hint
 * is its likely size.  Large ones are chunked, hashed and written on more
 * threads.  Sets *id and *size.
 */
int dv_odb_txn_put_fd(struct dv_odb_txn *t, int fd, uint64_t hint,
		      struct dv_digest *id, uint64_t *size,
		      struct dv_progress *p, struct dv_err *err);
/* Sync and publish all added so far; more may be added. */
int dv_odb_txn_sync(struct dv_odb_txn *t, struct dv_err *err);
/*
 * Release the lock and free t; what was not synced is thrown away.
 * After a sync it first merges small packs, if there are too many.
 * NULL is fine.
 */
void dv_odb_txn_end(struct dv_odb_txn *t);

/* Digest of all that fd gives, without a store; *size may be NULL. */
int dv_odb_hash_fd(enum dv_algo algo, int fd, struct dv_digest *id,
		   uint64_t *size, struct dv_progress *p,
		   struct dv_err *err);

/* --- maintenance (gc, repack, fsck) ---------------------------------- */

struct dv_odb_stats {
	uint64_t packs, objects, bytes;	/* bytes on disk */
};
int dv_odb_stats(struct dv_odb *odb, struct dv_odb_stats *out,
		 struct dv_err *err);

/*
 * Rewrite packs: keep decides which objects stay (NULL: all; the chunks
 * of one that stays do too); level is zstd's, for blocks that are not
 * compressed (0: blocks are copied as they are).  all: every pack, else
 * small ones, merged geometrically, and those that hold what does not
 * stay.  When the new packs are synced the old ones go: to trash/ where
 * something in them was dropped.
 * Takes the gc lock exclusively for the last step where keep is given;
 * remark is called under it, to add what appeared meanwhile; where that
 * takes work that no lock may be held for, it answers DV_E_CONFLICT, and
 * mark is called without the lock before the next try.
 */
struct dv_odb_repack {
	bool all;
	int level;
	bool redo;		/* compress anew what is compressed already */
	/* returns whether the object stays; called from many threads */
	bool (*keep)(void *arg, const struct dv_digest *id);
	/* bring keep's knowledge up to date: without the lock, under it */
	int (*mark)(void *arg, struct dv_err *err);
	int (*remark)(void *arg, struct dv_err *err);
	void *arg;
	bool discard;		/* what does not stay is held elsewhere: it
				   goes for good, not to trash/ */
	bool dry_run;
	struct dv_progress *progress;
	/* out: */
	uint64_t objects_dropped, bytes_dropped, packs_before, packs_after;
};
int dv_odb_repack(struct dv_odb *odb, struct dv_odb_repack *r,
		  struct dv_err *err);
/* Delete what is in trash/ for longer than grace seconds, and left-overs
 * of dead processes in tmp/. */
int dv_odb_prune(struct dv_odb *odb, int64_t grace, struct dv_err *err);

/*
 * Check every pack (headers, checksums, index against pack; with full,
 * each object's digest and each recipe's chunks).  fn is told one
 * sentence per fault; returns how many, or negative.
 */
typedef void dv_odb_fault_fn(void *arg, const char *sentence);
int64_t dv_odb_fsck(struct dv_odb *odb, bool full, dv_odb_fault_fn *fn,
		    void *arg, struct dv_progress *p, struct dv_err *err);

#endif
