/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RHELD_PARTS_H
#define DV_REMOTE_RHELD_PARTS_H

/* What rheld.c and rheld-verify.c share. */

#include "remote/rheld.h"
#include "remote/rpacks.h"

/* A manifest that was asked for. */
struct dv_rheld_at {
	struct dv_digest manifest;
	bool located;
	uint32_t *packs, n;	/* of data */
};

/* A large object whose content is to be read. */
struct dv_rheld_large {
	struct dv_digest id;
	uint64_t size;
	size_t of;		/* manifest */
};

struct dv_rheld {
	struct dv_conn *c;
	struct dv_rpacks *packs;
	struct dv_rheld_at *at;
	size_t n;
	struct dv_err *faults;	/* of each pack; code 0: none */
	struct dv_err failed;	/* the remote */

	bool verify;
	uint8_t **want;		/* of each pack: its blocks; NULL: none */
	struct dv_rheld_large *large;
	size_t large_n, large_cap;
};

/* Object id of manifest i, found at place, is to be verified. */
void dv_rheld_note(struct dv_rheld *h, size_t i, const struct dv_digest *id,
		   const struct dv_rplace *place);

#endif
