/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RFSCK_H
#define DV_REMOTE_RFSCK_H

/*
 * Check a remote: that every version there can be had.  Nothing is changed
 * there, and nothing that was fetched before is believed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "remote/conn.h"

/* One sentence, which begins with the key of what is at fault. */
typedef void dv_rfsck_fn(void *arg, const char *sentence);

struct dv_rfsck {
	/* in */
	bool verify;		/* read all packs and compare each digest */
	dv_rfsck_fn *fault;
	void *arg;
	struct dv_progress *progress;
	/* out */
	uint64_t faults;
	uint64_t damaged;	/* packs that they are of: remembered, and not
				   relied upon from now on */
	uint64_t versions, manifests, packs, objects;	/* that were checked */
};

/*
 * Each version: its record, the location record of its manifest, the packs
 * that this names with their sizes and indexes, that each object of the
 * manifest is in one of them, chunks of large ones too.  Each head: it
 * names a version that is there.  Fails only where the remote does, or
 * cannot list.
 */
int dv_rfsck_run(struct dv_conn *c, struct dv_rfsck *f, struct dv_err *err);

#endif
