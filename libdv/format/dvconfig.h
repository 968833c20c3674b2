/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_DVCONFIG_H
#define DV_FORMAT_DVCONFIG_H

/*
 * `.dvconfig`: settings that are tracked and come with a clone, in the
 * syntax of git-config(1), dv-repository(5).  It is not trusted: readers
 * ask for the few keys they know to be harmless, and a file that includes
 * another is refused as a whole.
 *
 * Keys are "section.name" or "section.subsection.name", section and name
 * in lower case, the subsection as it was written.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

#define DV_DVCONFIG_MAX 65536

struct dv_dvconfig {
	struct dv_strlist keys, values;		/* side by side, in order */
};
#define DV_DVCONFIG_INIT { DV_STRLIST_INIT, DV_STRLIST_INIT }

/*
 * Parse n bytes; name is for the text of a failure: DV_E_FORMAT with the
 * line, DV_E_INVALID for an include, DV_E_LIMIT.  A key without '=' is
 * "true".  out need not be initialised; release it after success.
 */
int dv_dvconfig_parse(struct dv_dvconfig *out, const void *buf, size_t n,
		      const char *name, struct dv_err *err);
void dv_dvconfig_release(struct dv_dvconfig *c);

/* The last value of key (written as above), or NULL; borrowed. */
const char *dv_dvconfig_get(const struct dv_dvconfig *c, const char *key);
/* Append all values of key, in order. */
void dv_dvconfig_all(const struct dv_dvconfig *c, const char *key,
		     struct dv_strlist *out);
/* Append a line "\tname = value\n", quoted where it needs it. */
void dv_dvconfig_format(struct dv_buf *out, const char *name,
			const char *value);

#endif
