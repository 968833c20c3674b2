/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_PACKWRITER_H
#define DV_STORE_PACKWRITER_H

/*
 * A pack while it is written: a temporary file that appears with the first
 * block and becomes a pack when it is published.  Small objects are
 * collected, by each thread for itself, into blocks of at most 256 KiB;
 * what is larger gets a block alone.  Nothing asks whether an object is
 * there already: that is the caller's to know.
 *
 * Many threads may add; publishing and closing are for one.  After a
 * failed write every later call fails the same way.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "format/packidx.h"

/* Plain bytes of a block that objects share. */
#define DV_PACKWRITER_BLOCK (256u << 10)
/* Objects up to this size share blocks. */
#define DV_PACKWRITER_SMALL (64u << 10)

struct dv_packwriter;

/*
 * tmp_dir and dir, where the pack will be, are directories of one file
 * system.  level: zstd's, 0 to store bytes as they are.
 */
struct dv_packwriter *dv_packwriter_new(const char *tmp_dir, const char *dir,
					enum dv_algo algo,
					enum dv_pack_kind kind, int level);
/*
 * The pack is on its way to elsewhere and made again where it is lost:
 * nothing is synced, nor written to disk before its time.
 */
void dv_packwriter_set_passing(struct dv_packwriter *w);
/* Each pack is kept from before it has its name; k must outlive w. */
struct dv_packkeeps;
void dv_packwriter_set_keeps(struct dv_packwriter *w,
			     struct dv_packkeeps *k);
/* Throw away what was not published.  NULL is fine. */
void dv_packwriter_free(struct dv_packwriter *w);

/*
 * Add n <= DV_PACK_PLAIN_MAX bytes: of type plain the object itself, of
 * type recipe the recipe of an object of size bytes.
 */
int dv_packwriter_add(struct dv_packwriter *w, const struct dv_digest *id,
		      enum dv_pack_type type, const void *p, size_t n,
		      uint64_t size, struct dv_err *err);

/* --- without copying -------------------------------------------------- */

/*
 * Room for n <= DV_PACKWRITER_SMALL + 1 bytes in this thread's block, or
 * NULL on failure.  dv_packwriter_fill() must follow, which takes the
 * first n of them as the plain object id (NULL: takes none).
 */
void *dv_packwriter_room(struct dv_packwriter *w, size_t n,
			 struct dv_err *err);
void dv_packwriter_fill(struct dv_packwriter *w, const struct dv_digest *id,
			size_t n);

struct dv_packwriter_piece {
	struct dv_digest id;
	uint32_t length;
};
/*
 * Add n plain objects that lie one after another at p, each in a block
 * alone, by one write (if they are not to be compressed).
 */
int dv_packwriter_run(struct dv_packwriter *w,
		      const struct dv_packwriter_piece *v, size_t n,
		      const void *p, struct dv_err *err);

/* An object inside a block that is copied whole. */
struct dv_packwriter_member {
	struct dv_digest id;
	struct dv_pack_object o;	/* block is not looked at */
};
/* Add a block as it is stored elsewhere: k->offset is not looked at. */
int dv_packwriter_block(struct dv_packwriter *w,
			const struct dv_pack_block *k, const void *stored,
			const struct dv_packwriter_member *v, size_t n,
			struct dv_err *err);

/* --- the end ---------------------------------------------------------- */

/* Bytes written so far. */
uint64_t dv_packwriter_size(struct dv_packwriter *w);
/* Write blocks that are not full, and have the disk begin with all. */
int dv_packwriter_flush(struct dv_packwriter *w, struct dv_err *err);
/* The same, and wait for the disk: little is left for publishing then. */
int dv_packwriter_settle(struct dv_packwriter *w, struct dv_err *err);
/*
 * Sync, rename into place, sync the directory; *id is the pack's name.  1,
 * or 0 where nothing was added and no pack made.  The writer is empty
 * again and may go on with another pack.
 */
int dv_packwriter_publish(struct dv_packwriter *w, struct dv_digest *id,
			  struct dv_err *err);

#endif
