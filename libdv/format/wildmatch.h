/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_WILDMATCH_H
#define DV_FORMAT_WILDMATCH_H

/*
 * Shell patterns as git's wildmatch() reads them: '*', '?', '[...]' with
 * ranges and [:classes:], '\' to quote, and '**' where paths are matched.
 * Time is pattern times text at most: all ways to match are followed at
 * once, none is taken back.
 */

#include <stdbool.h>
#include <stddef.h>

#define DV_WILDMATCH_MAX 4096	/* bytes of a pattern */

struct dv_wildmatch;

/*
 * Compile n bytes.  path: '*', '?' and '[...]' do not match '/', and '**'
 * between slashes or the ends matches any number of directories.  NULL
 * where the pattern is malformed or longer than DV_WILDMATCH_MAX: it
 * matches nothing.
 */
struct dv_wildmatch *dv_wildmatch_new(const char *pattern, size_t n,
				      bool path);
void dv_wildmatch_free(struct dv_wildmatch *w);		/* NULL is fine */
bool dv_wildmatch_match(const struct dv_wildmatch *w, const char *text,
			size_t n);

#endif
