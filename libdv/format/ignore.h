/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_IGNORE_H
#define DV_FORMAT_IGNORE_H

/*
 * Patterns of one .dvignore file, in the syntax of gitignore(5): blank
 * lines and '#' comments, '!' to take back, '/' at the start or in the
 * middle to anchor, '/' at the end for directories alone, '*', '?',
 * '[...]', '**', and '\' to quote.
 *
 * Matching takes time proportional to pattern times path, whatever the
 * pattern.  No I/O here.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define DV_IGNORE_FILE_MAX (1u << 20)
#define DV_IGNORE_LINE_MAX 4096

struct dv_ignore;

/*
 * Parse n bytes of the file in directory base (n bytes below the work
 * tree, "" for its top).  *out is the caller's.  DV_E_LIMIT names name
 * and line.
 */
int dv_ignore_parse(struct dv_ignore **out, const char *text, size_t n,
		    const char *base, const char *name, struct dv_err *err);
void dv_ignore_free(struct dv_ignore *ig);	/* NULL is fine */

enum dv_ignore_answer {
	DV_IGNORE_SILENT,	/* no pattern matches */
	DV_IGNORE_YES,
	DV_IGNORE_NO		/* taken back with '!' */
};
/*
 * What the last matching pattern says of path (from the top of the work
 * tree).  Whether a directory above it is ignored is not asked.
 */
enum dv_ignore_answer dv_ignore_match(const struct dv_ignore *ig,
				      const char *path, size_t n, bool dir);

#endif
