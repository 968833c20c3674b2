/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_WINDEX_H
#define DV_FORMAT_WINDEX_H

/*
 * Index of the work tree of one dataset: what was last added or checked
 * out, with what lstat said of it.  Bytes: dv-format-index(5).
 *
 * Made to be mapped: opening reads the header, checks the checksum and
 * the directory table; an entry is checked when it is looked at, so that
 * nothing but the checksum costs a pass over all of them.
 *
 * Invariants
 *  - Entries are in the order of their paths, as in a manifest; those
 *    below one directory are a run.  Directories (number 0 is the
 *    dataset itself) are in the order of "<path>/", so that those below
 *    one are a run behind it.
 *  - No pointer handed out leads outside the bytes; names are NUL-ended
 *    and valid as dv_path_check() says.
 *
 * No I/O here.  A struct dv_windex borrows its bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/manifest.h"

#define DV_WINDEX_HEADER 256
#define DV_WINDEX_VERSION_MAX 128	/* version id and NUL */

enum dv_windex_flag {
	/* Written to no later than it was read: stat alone cannot tell. */
	DV_WINDEX_RACY = 1u << 0,
	DV_WINDEX_META = 1u << 1,	/* has metadata */
	DV_WINDEX_VALUE = 1u << 2,	/* has a value in the index */
	/*
	 * Not in the work tree on purpose: never brought there, or dropped.
	 * No stat data; not a value or reference, and not racy.
	 */
	DV_WINDEX_ABSENT = 1u << 3
};

/* What lstat said; all zero: nothing known.  Times in ns. */
struct dv_windex_stat {
	int64_t mtime, ctime;
	uint64_t ino;
};

struct dv_windex {
	const uint8_t *data;
	size_t len;
	enum dv_algo algo;
	uint32_t entries, dirs, extras;
	uint64_t files, size;		/* as in struct dv_manifest_info */
	struct dv_digest manifest;	/* of exactly these entries */
	char version[DV_WINDEX_VERSION_MAX];	/* "": not known */

	/* private */
	size_t entry_size, names_len, heap_len;
	const uint8_t *entry, *dir, *extra, *heap;
	const char *names;
};

struct dv_windex_item {
	const char *name;	/* NUL-ended; "." for a single file */
	size_t name_len;
	uint32_t dir;		/* the directory that holds it */
	uint32_t mode;		/* enum dv_mode */
	unsigned flags;		/* enum dv_windex_flag */
	uint64_t size;
	struct dv_windex_stat st;
	const uint8_t *id;	/* raw digest; zeros where there is none */
};

struct dv_windex_dir {
	const char *path;	/* from the dataset, NUL-ended; "" for 0 */
	size_t path_len;
	uint32_t first, entries;	/* run of entries below it */
	uint32_t dirs;			/* directories below it */
	struct dv_windex_stat st;	/* when its listing was last equal to
					   the index; zero: not known */
};

/* Entries [first, end) that lie directly in dir. */
struct dv_windex_span {
	uint32_t dir, first, end;
};

/*
 * Open n bytes.  DV_E_FORMAT, DV_E_DIGEST (a checksum) and
 * DV_E_UNSUPPORTED (a newer version).
 */
int dv_windex_open(struct dv_windex *out, const void *buf, size_t n,
		   struct dv_err *err);
/* Look at every entry and its order too. */
int dv_windex_check(const struct dv_windex *ix, struct dv_err *err);

/* Entry i < entries.  DV_E_FORMAT where it is not valid. */
int dv_windex_get(const struct dv_windex *ix, uint32_t i,
		  struct dv_windex_item *out, struct dv_err *err);
/* Directory d < dirs; was checked when opened. */
void dv_windex_get_dir(const struct dv_windex *ix, uint32_t d,
		       struct dv_windex_dir *out);
/* Set path to the path of an entry from the dataset. */
void dv_windex_path(const struct dv_windex *ix,
		    const struct dv_windex_item *item, struct dv_buf *path);
/*
 * The same as a manifest has it, path in hold (reset first), which must
 * outlive *out.
 */
int dv_windex_entry(const struct dv_windex *ix, uint32_t i,
		    struct dv_entry *out, struct dv_buf *hold,
		    struct dv_err *err);
/* Metadata of the dataset as msgpack, NULL for none. */
const uint8_t *dv_windex_meta(const struct dv_windex *ix, size_t *n);

/* Entry at exactly path: 1 and *i, 0, or a failure. */
int dv_windex_find(const struct dv_windex *ix, const char *path, size_t n,
		   uint32_t *i, struct dv_err *err);
/* Directory at exactly path ("" is number 0). */
bool dv_windex_find_dir(const struct dv_windex *ix, const char *path,
			size_t n, uint32_t *d);
/*
 * Spans of the entries directly in d, in order: start with cursor zeroed;
 * false at the end.  None is longer than max entries.
 */
struct dv_windex_cursor {
	uint32_t dir, next, child, end_child, end;
	bool begun;
};
bool dv_windex_next_span(const struct dv_windex *ix, uint32_t d,
			 uint32_t max, struct dv_windex_cursor *cursor,
			 struct dv_windex_span *out);
/*
 * Look for names directly in a directory, asked for in ascending order:
 * start with d set and all else zero.  1, with number and entry in i and
 * item, or 0.
 */
struct dv_windex_seek {
	uint32_t d, i;
	struct dv_windex_item item;
	struct dv_windex_cursor cursor;		/* private */
	struct dv_windex_span span;
	bool has, end;
};
int dv_windex_seek(const struct dv_windex *ix, struct dv_windex_seek *s,
		   const char *name, struct dv_err *err);
/* Is entry i < entries absent? */
bool dv_windex_is_absent(const struct dv_windex *ix, uint32_t i);
/* Is any entry at or below directory d? */
bool dv_windex_absent_below(const struct dv_windex *ix, uint32_t d);

/* --- making one ------------------------------------------------------ */

struct dv_windex_build;

struct dv_windex_build *dv_windex_build_new(enum dv_algo algo);
/*
 * Append an entry: path order and validity are the caller's duty
 * (dv_manifest_writer_add() checks both).  st NULL: not known.  Of flags
 * DV_WINDEX_RACY and _ABSENT are taken.
 */
void dv_windex_build_add(struct dv_windex_build *b, const struct dv_entry *e,
			 const struct dv_windex_stat *st, unsigned flags);
/*
 * Give the bytes to out (appended; sealed) and free b.  info gives id and
 * totals, version may be NULL.
 */
int dv_windex_build_finish(struct dv_windex_build *b,
			   const struct dv_manifest_info *info,
			   const char *version, const uint8_t *meta,
			   size_t meta_len, struct dv_buf *out,
			   struct dv_err *err);
void dv_windex_build_free(struct dv_windex_build *b);	/* NULL is fine */

/*
 * Change bytes in place; ix was opened over the same bytes and sees it.
 * Different entries and directories may be set by different threads.
 * Seal when done.  An entry whose stat is set is not absent any more.
 */
void dv_windex_set_stat(const struct dv_windex *ix, uint8_t *bytes,
			uint32_t i, const struct dv_windex_stat *st,
			bool racy);
void dv_windex_set_absent(const struct dv_windex *ix, uint8_t *bytes,
			  uint32_t i);
void dv_windex_set_dir(const struct dv_windex *ix, uint8_t *bytes,
		       uint32_t d, const struct dv_windex_stat *st);
/* Compute the checksums again. */
void dv_windex_seal(uint8_t *bytes, size_t n);
/*
 * A header like the one at header, with another version (NULL: none); it
 * may be written over the old one in place.  DV_E_LIMIT.
 */
int dv_windex_set_version(uint8_t header[DV_WINDEX_HEADER],
			  const char *version, struct dv_err *err);

#endif
