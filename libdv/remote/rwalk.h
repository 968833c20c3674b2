/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RWALK_H
#define DV_REMOTE_RWALK_H

/*
 * Every object that manifests of a remote need, chunks of large ones too,
 * with its place in the packs that the manifest's own location record
 * names.  What many manifests share is walked once.
 */

#include <stdint.h>

#include "base/err.h"
#include "format/manifest.h"
#include "remote/catalog.h"
#include "remote/rget.h"
#include "remote/rpacks.h"

/* Packs that one location record names: places in the set of packs. */
struct dv_rwalk_set {
	uint32_t *v;
	uint32_t n;
};

struct dv_rwalk {
	/* in */
	struct dv_conn *c;
	struct dv_rpacks *packs;	/* all of them; indexes loaded */
	struct dv_odb *odb;		/* blocks are taken from; or NULL */
	const struct dv_rwalk_set *sets;	/* of each manifest */
	/* An object that is needed; e NULL for blocks, chunks, parts.  One
	 * that others need may be left out when it was told of before. */
	void (*found)(void *arg, const struct dv_digest *id,
		      const struct dv_rplace *at,
		      const struct dv_pack_object *o,
		      const struct dv_entry *e);
	/* One that is in none of them, or of another size there. */
	void (*missing)(void *arg, const struct dv_digest *id,
			const struct dv_entry *e);
	/* The recipe of a large object that cannot be followed. */
	void (*broken)(void *arg, const struct dv_digest *id,
		       const char *why);
	void *arg;
	/* private: of each pack */
	uint32_t **seen;		/* of its objects: 1 + the manifest for
					   which all below it was found */
	uint32_t *holds;		/* 1 + the manifest that is walked and
					   names the pack */
	uint32_t n;
};

/* After the fields above are set, and no pack is added any more. */
void dv_rwalk_init(struct dv_rwalk *w);
void dv_rwalk_release(struct dv_rwalk *w);

/*
 * Walk manifest number k, whose location record is where; reader (borrowed)
 * is open on it.  DV_E_MISSING, DV_E_FORMAT, DV_E_DIGEST where one of its
 * blocks cannot be read.
 */
int dv_rwalk_manifest(struct dv_rwalk *w, uint32_t k,
		      const struct dv_rlocation *where,
		      struct dv_rget_reader *reader, struct dv_err *err);

#endif
