/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_YAML_H
#define DV_FORMAT_YAML_H

/*
 * YAML to values.  The door to yaml.h.
 *
 * What means the same to YAML 1.1 and 1.2 is read, what does not is kept
 * as its text (DV_VALUE_PLAIN); see dv-format-config(5).  Keys are the
 * text that stands there: `1` and `"1"` are one key.  Aliases become
 * copies of what they name.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "format/value.h"

/* Scalars, starts and ends of lists and maps, aliases. */
#define DV_YAML_NODES_MAX (1u << 20)
#define DV_YAML_ANCHORS_MAX 1024
#define DV_YAML_ALIASES_MAX 65536
/* What the copies that aliases stand for may add up to, in memory. */
#define DV_YAML_EXPANDED_MAX (64u << 20)

/*
 * Read the one document that the n bytes at text hold, UTF-8 or UTF-16;
 * name says in errors where they come from, followed by line and column.
 * Nothing but comments gives null and sets *empty (may be NULL).  *out is
 * the caller's to release.
 *
 * DV_E_EXISTS: a key comes twice.  DV_E_LIMIT: one of the limits, or
 * DV_VALUE_DEPTH_MAX.  DV_E_UNSUPPORTED: a tag, a %TAG directive, a
 * second document, a key that is a list or a map.  DV_E_FORMAT: all else.
 */
int dv_yaml_parse(struct dv_value *out, const char *text, size_t n,
		  const char *name, bool *empty, struct dv_err *err);

#endif
