/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_STATUS_H
#define DV_PORCELAIN_STATUS_H

/* What dv status found, and the ways to print it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "format/value.h"
#include "store/worktree.h"

struct dv_status_change {
	char *path;		/* from the dataset; "." for a file */
	size_t n;
	enum dv_change what;
};

struct dv_status {
	char *dataset;
	struct dv_digest pointer, index;	/* manifests, if set */
	uint64_t files, size;
	bool staged;		/* the pointer's manifest has no version */
	bool first;		/* and the dataset has none at all */
	bool behind;		/* the pointer names another manifest than
				   the one that is here */
	bool indexed;		/* something is, or was, here */
	bool unrecorded;	/* and it is in no version */
	struct dv_absent absent;	/* files not here on purpose */
	bool missing;		/* it was here, and nothing is any more */
	bool gone;		/* files here, and no pointer */
	bool unheld;		/* the store does not have what the pointer
				   names; then not staged, behind, absent */
	struct dv_status_change *change;
	size_t changes, cap;
};

void dv_status_release(struct dv_status *s);
/* One word for scripts: "modified", "new", "missing", "mode", "type". */
const char *dv_status_word(enum dv_change what);
/* The change's path from the top of the work tree. */
void dv_status_path(const struct dv_status *s,
		    const struct dv_status_change *c, struct dv_buf *out);

/*
 * As git status reads, with paths as they are typed in the directory
 * prefix of the work tree, "" or "sub/dir/".  whole: v is all there is to
 * tell, so that nothing in it means that nothing is to be done.
 */
void dv_status_print(const struct dv_status *v, size_t n, const char *prefix,
		     bool whole);
/* (staged | behind | absent | unheld | gone) SP <dataset>, <word> SP <path> */
void dv_status_print_records(const struct dv_status *s, char eol);
/* One object, into map. */
void dv_status_json(const struct dv_status *s, struct dv_value *map);

#endif
