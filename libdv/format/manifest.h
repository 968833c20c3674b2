/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_MANIFEST_H
#define DV_FORMAT_MANIFEST_H

/*
 * Manifest: the sorted list of what a dataset holds, itself objects.
 * Bytes: dv-format-manifest(5).
 *
 * Invariants
 *  - Equal lists are equal bytes and have one id, however they were made.
 *  - A block ends behind an entry by the XXH3-64 of that entry's path, so
 *    one changed entry changes one block and the root.
 *  - What the reader hands out has passed every check of the format page:
 *    paths, order, modes, shortest encodings, totals.
 *
 * No I/O here: objects come and go through callbacks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

enum dv_mode {
	DV_MODE_FILE = 0100644,
	DV_MODE_EXEC = 0100755,
	DV_MODE_LINK = 0120000,	/* content = target */
	DV_MODE_DIR = 0040000,	/* only where empty or with metadata */
	DV_MODE_VALUE = 0010000,	/* literal, in the entry or an object */
	DV_MODE_REF = 0020000	/* bytes stay elsewhere, pinned */
};

#define DV_BLOCK_ENTRIES_MAX 4096
#define DV_BLOCK_BYTES_MAX (1u << 20)
#define DV_VALUE_INLINE_MAX 65536	/* above: an object */
#define DV_META_MAX 65536

/* One entry.  All pointers are borrowed. */
struct dv_entry {
	const char *path;
	size_t path_len;
	uint32_t mode;		/* enum dv_mode */
	uint64_t size;		/* bytes of the content; 0 for DIR */
	struct dv_digest id;	/* FILE, EXEC, LINK, VALUE as an object */
	const uint8_t *value;	/* msgpack: inline VALUE, or REF's map */
	size_t value_len;
	const uint8_t *meta;	/* msgpack map; NULL for none */
	size_t meta_len;
};

struct dv_manifest_info {
	struct dv_digest id;	/* of the root */
	uint64_t entries;	/* all of them */
	uint64_t files;		/* FILE, EXEC and LINK */
	uint64_t size;		/* sum of their sizes */
};

/* Same mode, size, id, value and meta (paths are not looked at)? */
bool dv_entry_same(const struct dv_entry *a, const struct dv_entry *b);

/* --- writing ------------------------------------------------------- */

/* Store n bytes (a block, a list or the root); set *id. */
typedef int dv_manifest_put_fn(void *arg, const void *buf, size_t n,
			       struct dv_digest *id, struct dv_err *err);

struct dv_manifest_writer;

struct dv_manifest_writer *dv_manifest_writer_new(enum dv_algo algo,
						  dv_manifest_put_fn *put,
						  void *arg);
/*
 * Append an entry.  DV_E_INVALID names the path where it is out of order,
 * twice, below a path that is a file, or not valid, and where fields do
 * not go together.
 */
int dv_manifest_writer_add(struct dv_manifest_writer *w,
			   const struct dv_entry *e, struct dv_err *err);
/* Put what is left and the root (with meta, a msgpack map, or NULL). */
int dv_manifest_writer_finish(struct dv_manifest_writer *w,
			      const uint8_t *meta, size_t meta_len,
			      struct dv_manifest_info *out,
			      struct dv_err *err);
void dv_manifest_writer_free(struct dv_manifest_writer *w);	/* NULL ok */

/* --- reading ------------------------------------------------------- */

/* Append object id, at most max bytes, digest checked, to out. */
typedef int dv_manifest_get_fn(void *arg, const struct dv_digest *id,
			       struct dv_buf *out, size_t max,
			       struct dv_err *err);

struct dv_manifest;

/* Read the root of id.  *out is the caller's: dv_manifest_close(). */
int dv_manifest_open(struct dv_manifest **out, const struct dv_digest *id,
		     dv_manifest_get_fn *get, void *arg, struct dv_err *err);
void dv_manifest_close(struct dv_manifest *m);	/* NULL is fine */
const struct dv_manifest_info *dv_manifest_get_info(const struct dv_manifest *m);
/* Metadata of the dataset as msgpack, NULL for none; borrowed. */
const uint8_t *dv_manifest_get_meta(const struct dv_manifest *m, size_t *n);

/*
 * Walk entries in order: all, or (prefix not "") the entry at prefix and
 * those below it; only blocks that can hold them are read.  The iterator
 * needs m.  next: 1 and *e, borrowed until the next call; 0 at the end.
 */
struct dv_manifest_iter;
int dv_manifest_iter_open(struct dv_manifest_iter **out,
			  struct dv_manifest *m, const char *prefix,
			  struct dv_err *err);
int dv_manifest_iter_next(struct dv_manifest_iter *it,
			  const struct dv_entry **e, struct dv_err *err);
void dv_manifest_iter_close(struct dv_manifest_iter *it);

/*
 * The entry at exactly path: 1 and *e, whose pointers are into hold (the
 * caller's, reset first); 0 where there is none.
 */
int dv_manifest_find(struct dv_manifest *m, const char *path, size_t n,
		     struct dv_entry *e, struct dv_buf *hold,
		     struct dv_err *err);

/*
 * Compare: fn for each path that differs, in order; a or b NULL where it
 * is only on one side.  Equal blocks are not read.  a or b may be NULL:
 * an empty manifest.  fn non-zero ends it; returned.
 */
typedef int dv_manifest_diff_fn(void *arg, const struct dv_entry *a,
				const struct dv_entry *b, struct dv_err *err);
int dv_manifest_diff(struct dv_manifest *a, struct dv_manifest *b,
		     const char *prefix, dv_manifest_diff_fn *fn, void *arg,
		     struct dv_err *err);

/*
 * Every object the manifest names, itself first: for gc, fsck, transfers,
 * whence.  meta: a root, list or block (whose content is read after fn
 * answered 0 for it, and skipped if it answered 1); else e is the entry
 * that names id.  Negative ends it; returned.
 */
typedef int dv_manifest_object_fn(void *arg, const struct dv_digest *id,
				  bool meta, const struct dv_entry *e,
				  struct dv_err *err);
int dv_manifest_each_object(const struct dv_digest *id,
			    dv_manifest_get_fn *get, void *get_arg,
			    dv_manifest_object_fn *fn, void *arg,
			    struct dv_err *err);

#endif
