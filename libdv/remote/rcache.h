/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RCACHE_H
#define DV_REMOTE_RCACHE_H

/*
 * What this machine remembers of a remote, <store>/cache/remote/<key>/,
 * key being a digest of the URL; dv-repository(5).  All of it can be
 * thrown away: it saves requests, never decides what is true.
 *
 *	idx/<pack>.idx	indexes of packs, which cannot change; believed only
 *			where they hash to their name
 *	state		what heads were when last seen, whether the remote
 *			honours create-if-absent: `key SP value` lines
 *	journal		of a push: packs that were uploaded and not yet
 *			published, with the time
 *
 * Written to tmp and renamed; two processes at once cost one of them what
 * it would have remembered, the journal apart, which is appended to with
 * one write(2) a line.
 */

#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/idmap.h"
#include "format/packidx.h"

struct dv_rcache;

/* Directories are made when first written.  *out is the caller's. */
int dv_rcache_open(struct dv_rcache **out, const char *store_dir,
		   const char *url, enum dv_algo algo, struct dv_err *err);
void dv_rcache_close(struct dv_rcache *c);	/* NULL is fine */
/* <store>/tmp/remote-<pid>-…, made now and removed by close, with what is
 * in it: for bodies on their way.  Those of dead processes go, too. */
const char *dv_rcache_tmp(struct dv_rcache *c, struct dv_err *err);

/*
 * The index of a pack: 1, with *map and a view of it that was checked
 * wholly and against its name; 0 where it is not here.
 */
int dv_rcache_get_idx(struct dv_rcache *c, const struct dv_digest *pack,
		      struct dv_map *map, struct dv_packidx *x,
		      struct dv_err *err);
/* Take the file (of the same file system) into the cache; checked first:
 * DV_E_DIGEST, DV_E_FORMAT. */
int dv_rcache_put_idx(struct dv_rcache *c, const struct dv_digest *pack,
		      const char *file, struct dv_err *err);

/* 1 and the value appended to out, or 0. */
int dv_rcache_get(struct dv_rcache *c, const char *key, struct dv_buf *out,
		  struct dv_err *err);
/* value NULL removes. */
int dv_rcache_set(struct dv_rcache *c, const char *key, const char *value,
		  struct dv_err *err);

/*
 * The journal: packs uploaded no longer than 7 days ago; older lines are
 * dropped in passing.
 */
typedef int dv_rcache_pack_fn(void *arg, const struct dv_digest *pack,
			      struct dv_err *err);
int dv_rcache_journal_each(struct dv_rcache *c, dv_rcache_pack_fn *fn,
			   void *arg, struct dv_err *err);
int dv_rcache_journal_add(struct dv_rcache *c, const struct dv_digest *pack,
			  struct dv_err *err);
/* Take these n out: they are published, or gone. */
int dv_rcache_journal_done(struct dv_rcache *c, const struct dv_digest *packs,
			   size_t n, struct dv_err *err);

/*
 * What was seen to be published: manifests that a location record or a
 * version record there is of, and the configurations of such versions.
 * Whoever misses a part of one here may expect it there.  What is added or
 * withdrawn (it has gone there) is on disk after flush, at the latest
 * after close: whoever makes something here rely on it flushes first.
 */
bool dv_rcache_published_has(struct dv_rcache *c, const struct dv_digest *id);
void dv_rcache_published_add(struct dv_rcache *c, const struct dv_digest *id);
void dv_rcache_published_withdraw(struct dv_rcache *c,
				  const struct dv_digest *id);
int dv_rcache_published_flush(struct dv_rcache *c, struct dv_err *err);
/* Nothing is added from now on, for who reads all that others published. */
void dv_rcache_published_off(struct dv_rcache *c);
/* Of the format that the cache was opened for. */
int dv_rcache_published_each(struct dv_rcache *c, dv_idmap_fn *fn, void *arg);

#endif
