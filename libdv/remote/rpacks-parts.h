/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RPACKS_PARTS_H
#define DV_REMOTE_RPACKS_PARTS_H

/* What rpacks*.c share and nobody else needs. */

#include "base/idmap.h"
#include "remote/rpacks.h"

/*
 * A hash table over the ids of all loaded packs, made once there are too
 * many to look into each.  Objects are numbered through, pack by pack in
 * the order of loading; a slot has the number and 1, or 0.  The ids
 * themselves are where they are, in the mapped indexes.
 */
struct dv_rpacks_table {
	uint32_t *slots;
	size_t n;		/* slots, a power of two */
	uint32_t used;
	size_t packs;		/* of the loaded ones, that are in it */
};

struct dv_rpacks_loaded {
	uint32_t pack;		/* place in the set */
	uint32_t start;		/* number of its first object */
};

struct dv_rpacks {
	struct dv_conn *conn;
	struct dv_rpack *v;
	size_t n, cap;
	struct dv_idmap places;	/* of packs */
	struct dv_idmap dooms, doomed_manifests;
	struct dv_rpacks_loaded *loaded;
	size_t loaded_n, loaded_cap;
	uint32_t objects;	/* in the loaded ones */
	size_t hint;		/* of the loaded ones, where one was found */
	struct dv_rpacks_table table;
};

/* Pack i, whose idx and map are set, is loaded; DV_E_LIMIT. */
int dv_rpacks_set_loaded(struct dv_rpacks *s, uint32_t i,
			 struct dv_err *err);
/* What is looked into changed: make the table again when it is needed. */
void dv_rpacks_forget_table(struct dv_rpacks *s);

#endif
