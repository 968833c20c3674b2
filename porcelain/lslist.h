/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_LSLIST_H
#define DV_PORCELAIN_LSLIST_H

/* How dv ls prints what it lists, from here and from a remote. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/manifest.h"
#include "format/value.h"

/* Files below one directory, added up while they pass. */
struct dv_lslist_group {
	struct dv_buf name;		/* "train/"; empty: none begun */
	uint64_t size, files;
};

struct dv_lslist {
	bool longer, recursive, human, json;
	char eol;
	struct dv_value list;		/* --json */
	/* private */
	const char *dataset;
	size_t skip;			/* of paths: "train/" that was asked */
	struct dv_lslist_group dir;
};

void dv_lslist_init(struct dv_lslist *l);
void dv_lslist_release(struct dv_lslist *l);
/* A new map of the JSON array, to be filled in. */
struct dv_value *dv_lslist_map(struct dv_lslist *l);
/* " <size> TAB" and "<name> LF" of a line. */
void dv_lslist_size(const struct dv_lslist *l, uint64_t size);
void dv_lslist_name(const struct dv_lslist *l, const char *name, size_t n);
/* What the manifest of dataset holds at path ("": all); DV_E_MISSING. */
int dv_lslist_manifest(struct dv_lslist *l, struct dv_manifest *m,
		       const char *dataset, const char *path,
		       struct dv_err *err);

#endif
