/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RPACKS_H
#define DV_REMOTE_RPACKS_H

/*
 * The packs of a remote that matter here, with their indexes: from the
 * cache, else fetched once, many at a time.  Tells in which pack an
 * object lies.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "format/location.h"
#include "remote/conn.h"

struct dv_rpack {
	struct dv_location_pack info;
	bool loaded;		/* idx is good */
	bool doomed;		/* named by a gc: nothing new may rely on it */
	bool bad;		/* damaged or gone: told once, not looked into */
	struct dv_packidx idx;
	struct dv_map map;	/* private */
};

struct dv_rplace {
	uint32_t pack;		/* place in the set */
	uint32_t i;		/* in its index */
};

struct dv_rpacks;

/* c must outlive it. */
struct dv_rpacks *dv_rpacks_new(struct dv_conn *c);
void dv_rpacks_free(struct dv_rpacks *s);	/* NULL is fine */
uint32_t dv_rpacks_count(const struct dv_rpacks *s);
/* i < count; borrowed until the next add. */
struct dv_rpack *dv_rpacks_get(struct dv_rpacks *s, uint32_t i);
/* Add a pack, or find it: its place.  Nothing is fetched. */
uint32_t dv_rpacks_add(struct dv_rpacks *s,
		       const struct dv_location_pack *info);
/* Is it in the set?  Its place. */
bool dv_rpacks_place(const struct dv_rpacks *s, const struct dv_digest *pack,
		     uint32_t *i);
/* All packs of a location record. */
void dv_rpacks_add_location(struct dv_rpacks *s, const struct dv_location *l);
/*
 * Packs named by any gc record are marked as doomed, also those that are
 * added later.
 */
int dv_rpacks_read_dooms(struct dv_rpacks *s, struct dv_err *err);
/*
 * Did one of them name that manifest?  Its location records may go at any
 * time: one who needs it writes the next, which is newer than they are.
 */
bool dv_rpacks_is_manifest_doomed(const struct dv_rpacks *s,
				  const struct dv_digest *manifest);
/*
 * Its highest number then; 0 where it is not doomed.  Who writes one uses
 * a higher one: these may be deleted although they are not there any more.
 */
uint64_t dv_rpacks_doomed_number(const struct dv_rpacks *s,
				 const struct dv_digest *manifest);
/*
 * Load the indexes of all packs added so far (kinds: of those kinds,
 * 1u << enum dv_pack_kind).  One that is missing or damaged is marked bad
 * and told to bad (may be NULL), the others go on.
 */
typedef void dv_rpacks_bad_fn(void *arg, const char *sentence);
/* Bytes of an index; a pack with a longer one is bad. */
#define DV_RPACKS_IDX_MAX (1u << 30)
int dv_rpacks_load(struct dv_rpacks *s, unsigned kinds,
		   dv_rpacks_bad_fn *bad, void *arg, struct dv_err *err);
/*
 * The same for who will need them later: one that cannot be had is asked
 * for again, and told, by the next load.
 */
int dv_rpacks_try_load(struct dv_rpacks *s, unsigned kinds,
		       struct dv_err *err);
/* Load those that are in the cache; nothing is fetched. */
int dv_rpacks_load_cached(struct dv_rpacks *s, unsigned kinds,
			  dv_rpacks_bad_fn *bad, void *arg,
			  struct dv_err *err);
/* Load pack i alone. */
int dv_rpacks_load_one(struct dv_rpacks *s, uint32_t i, dv_rpacks_bad_fn *bad,
		       void *arg, struct dv_err *err);
/* Nothing is found in pack i any more. */
void dv_rpacks_set_bad(struct dv_rpacks *s, uint32_t i);
/* In a loaded pack that is not bad, not doomed if fresh is asked for: true and *out. */
bool dv_rpacks_find(struct dv_rpacks *s, const struct dv_digest *id,
		    bool fresh, struct dv_rplace *out);

#endif
