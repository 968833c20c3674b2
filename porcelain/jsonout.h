/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_JSONOUT_H
#define DV_PORCELAIN_JSONOUT_H

/*
 * --json: maps built member by member, printed as one line.  Bytes that
 * are not UTF-8 go, as hex, into a member <key>_hex in place of <key>.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/strlist.h"
#include "format/value.h"

void dv_jsonout_text(struct dv_value *map, const char *key, const char *s,
		     size_t n);
/* NUL-ended; NULL becomes null. */
void dv_jsonout_str(struct dv_value *map, const char *key, const char *s);
void dv_jsonout_uint(struct dv_value *map, const char *key, uint64_t v);
void dv_jsonout_bool(struct dv_value *map, const char *key, bool b);
void dv_jsonout_id(struct dv_value *map, const char *key,
		   const struct dv_digest *id);
void dv_jsonout_list(struct dv_value *map, const char *key,
		     const struct dv_strlist *list);
/* A new, empty member to be filled in; holds until the next addition. */
struct dv_value *dv_jsonout_map(struct dv_value *map, const char *key);
struct dv_value *dv_jsonout_array(struct dv_value *map, const char *key);

/* Print v and a newline, and release it. */
void dv_jsonout_print(struct dv_value *v);

#endif
