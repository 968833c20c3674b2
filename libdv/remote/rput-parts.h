/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RPUT_PARTS_H
#define DV_REMOTE_RPUT_PARTS_H

/* What rput*.c share and nobody else needs. */

#include "base/idmap.h"
#include "remote/rput.h"

/* Objects to send, in the order they were asked for: id, length. */
struct dv_rput_list {
	struct dv_buf items;
	uint64_t n, bytes;
};

struct dv_rput {
	struct dv_conn *c;
	struct dv_rpacks *s;
	struct dv_odb *odb;
	int level;
	struct dv_rput_stats *stats;
	struct dv_progress *progress;
	struct dv_rput_list lists[2];	/* by enum dv_odb_kind */
	enum dv_odb_kind kind;		/* of what is being planned */
	struct dv_idmap seen;		/* planned, or found there */
	struct dv_idmap walked;		/* recipes whose lists are, too */
};

/* Begin to plan anew; what is planned stays. */
void dv_rput_forget_seen(struct dv_rput *r);
/* Take the object at *at out of l: its id and length; false at the end. */
bool dv_rput_list_next(const struct dv_rput_list *l, enum dv_algo algo,
		       size_t *at, struct dv_digest *id, uint32_t *bytes);

#endif
