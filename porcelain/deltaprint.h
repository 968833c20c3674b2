/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_DELTAPRINT_H
#define DV_PORCELAIN_DELTAPRINT_H

/*
 * A list of changes on stdout, as `git diff` writes them.  Paths are
 * below the work tree: the dataset, and the path in it.
 */

#include "base/err.h"
#include "format/value.h"
#include "porcelain/deltas.h"

/*
 * One line a change, "<status> TAB <path>", a rename "R100 TAB <from> TAB
 * <path>"; with eol NUL each field is a record of its own, as git has it.
 */
void dv_deltaprint_status(const struct dv_deltas *d, const char *dataset,
			  char eol);
/* The paths alone. */
void dv_deltaprint_names(const struct dv_deltas *d, const char *dataset,
			 char eol);
/*
 * As dv_deltaprint_status(), and below a literal value or metadata that
 * changed, lines that begin with '-' and '+'.
 */
int dv_deltaprint_full(const struct dv_deltas *d, const char *dataset,
		       struct dv_err *err);

/* Sums of several lists, for the last line of --stat. */
struct dv_deltastat {
	uint64_t changed, added, deleted, renamed;
	uint64_t bytes_added, bytes_removed;
};
/*
 * One line a change with its sizes, of the first max changes (0: all),
 * then how many there are beyond; adds all of them up.
 */
void dv_deltaprint_stat(const struct dv_deltas *d, const char *dataset,
			size_t max, struct dv_deltastat *sum);
/* " 3 files changed, 1 added; +1.2 KiB, -1.0 KiB"; nothing for none. */
void dv_deltaprint_sum(const struct dv_deltastat *sum);

/* Append a map for each change to the array out. */
int dv_deltaprint_json(const struct dv_deltas *d, const char *dataset,
		       struct dv_value *out, struct dv_err *err);

#endif
