/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_PACKSET_H
#define DV_STORE_PACKSET_H

/*
 * The packs of a directory.  They are listed when first asked for, and
 * again where that may show more; packs that were opened stay open until
 * the set is closed, so that a list once got is good until then.
 *
 * Many threads may use one set.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "store/packfile.h"

struct dv_packset;

struct dv_packlist {
	struct dv_packfile **v;
	size_t n;
	/* what was found but could not be opened; code 0: nothing */
	struct dv_err bad;
};

/* Where an object lies. */
struct dv_packref {
	struct dv_packfile *pack;
	uint32_t i;		/* its place in pack->idx */
};

/* dir need not be there yet. */
struct dv_packset *dv_packset_open(const char *dir, enum dv_algo algo);
void dv_packset_close(struct dv_packset *s);

/* The list as it is known; the first call reads the directory. */
int dv_packset_list(struct dv_packset *s, const struct dv_packlist **out,
		    struct dv_err *err);
/* Read the directory again if it changed: 1 if the list did, else 0. */
int dv_packset_refresh(struct dv_packset *s, struct dv_err *err);
/* How many packs were in the list before one that they were not in. */
uint64_t dv_packset_gone(struct dv_packset *s);
/* Add one more pack, of any directory, for good; *out is borrowed. */
int dv_packset_attach(struct dv_packset *s, const char *base,
		      struct dv_packfile **out, struct dv_err *err);

/*
 * Look id up in the known list, not in the first skip packs that have it:
 * 1 and *out, or 0.
 */
int dv_packset_find(struct dv_packset *s, const struct dv_digest *id,
		    size_t skip, struct dv_packref *out, struct dv_err *err);

#endif
