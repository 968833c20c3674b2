/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_PACKWRITER_PARTS_H
#define DV_STORE_PACKWRITER_PARTS_H

/* What the files of the pack writer share and nobody else needs. */

#include <pthread.h>
#include <stdbool.h>

#include "base/bulk.h"
#include "format/packidx.h"
#include "store/packwriter.h"

#define DV_PACKWRITER_LANES 16
/* A pack that grows beyond is written past the page cache from there on. */
#define DV_PACKWRITER_BULK (4 * DV_BULK_WINDOW)

/* Where one thread collects small objects. */
struct dv_packwriter_lane {
	pthread_mutex_t lock;
	uint8_t *bytes;
	uint32_t used;
	struct dv_packwriter_member *v;
	size_t n, cap;
};

struct dv_packwriter {
	char *tmp_dir, *dir;
	enum dv_algo algo;
	enum dv_pack_kind kind;
	int level;
	bool passing;			/* nothing is synced */
	struct dv_packkeeps *keeps;	/* or NULL */
	struct dv_packwriter_lane lanes[DV_PACKWRITER_LANES];

	pthread_mutex_t lock;		/* for what follows */
	struct dv_packidx_builder idx;
	int fd;				/* -1 before the first block */
	char *tmp;			/* its name */
	struct dv_bulk *bulk;		/* NULL: has not grown that much */
	uint64_t end, flushed;
	struct dv_err failed;
};

/* With w->lock held: the failure that came first, or 0. */
int dv_packwriter_check(struct dv_packwriter *w, struct dv_err *err);
/* Remember *err as the failure, if it is the first; returns it. */
int dv_packwriter_fail(struct dv_packwriter *w, struct dv_err *err);
/* From errno, after a write. */
int dv_packwriter_write_failed(struct dv_packwriter *w, struct dv_err *err);
/* Drop the temporary file and what is known of it. */
void dv_packwriter_reset(struct dv_packwriter *w);

struct dv_packwriter_range {
	uint64_t offset;	/* where this thread may write */
	uint64_t flush, flush_n;	/* what to have the disk begin with */
};
/*
 * Reserve the place of n blocks and tell the index of them and of their
 * members, of which each block has counts[].  dv_packwriter_put() must
 * follow with their bytes.
 */
int dv_packwriter_reserve(struct dv_packwriter *w,
			  struct dv_pack_block *blocks, size_t n,
			  const struct dv_packwriter_member *v,
			  const size_t *counts,
			  struct dv_packwriter_range *out,
			  struct dv_err *err);
int dv_packwriter_put(struct dv_packwriter *w,
		      const struct dv_packwriter_range *r, const void *p,
		      size_t n, struct dv_err *err);
/* A block of n plain bytes, compressed where that saves a sixteenth. */
int dv_packwriter_emit(struct dv_packwriter *w, const uint8_t *p, size_t n,
		       const struct dv_packwriter_member *v, size_t count,
		       struct dv_err *err);
/* With the lane's lock held: write what is collected. */
int dv_packwriter_flush_lane(struct dv_packwriter *w,
			     struct dv_packwriter_lane *l,
			     struct dv_err *err);

#endif
