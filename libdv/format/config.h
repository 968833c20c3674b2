/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_CONFIG_H
#define DV_FORMAT_CONFIG_H

/*
 * The configuration of a version: files merged from left to right, then
 * settings; its canonical form and its hash.  dv-format-config(5).
 *
 * It begins as an empty map, dv_value_map(), and what is added replaces
 * what is there, except that a map is merged into a map, member by
 * member.  After a failure it is as it was.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/value.h"

#define DV_CONFIG_FILE_MAX (16u << 20)	/* bytes of a JSON or YAML file */
#define DV_CONFIG_MAX (64u << 20)	/* bytes of the canonical form */
#define DV_CONFIG_HASH_MIN 8		/* hex digits: usual, and all */
#define DV_CONFIG_HASH_MAX 32

enum dv_config_kind {
	DV_CONFIG_JSON,
	DV_CONFIG_YAML,
	DV_CONFIG_OTHER		/* counts by its digest */
};

/* By the suffix: .json, .yaml, .yml, in either case. */
enum dv_config_kind dv_config_kind(const char *path);

/* Is arg a setting, <key>=<value>?  A '/' before the '=' makes it a path. */
bool dv_config_is_setting(const char *arg);

/*
 * Merge what a JSON or YAML file of n bytes says; name is for errors.  A
 * YAML file without content says nothing.  Fails as dv_json_parse() and
 * dv_yaml_parse() do; DV_E_LIMIT above DV_CONFIG_FILE_MAX.
 */
int dv_config_add_text(struct dv_value *config, enum dv_config_kind kind,
		       const char *text, size_t n, const char *name,
		       struct dv_err *err);

/*
 * A file of another kind: {"<basename of path>":"<digest>"}.
 * DV_E_EXISTS: the key is there already and means something else;
 * DV_E_INVALID: the name is not UTF-8.
 */
int dv_config_add_digest(struct dv_value *config, const char *path,
			 const struct dv_digest *digest, struct dv_err *err);

/*
 * <key>=<value>: the value is JSON if it parses, else a string; dots in
 * the key nest.  What the key named is replaced, be it a map.
 * DV_E_INVALID: a part of the key is empty, or it is not UTF-8;
 * DV_E_LIMIT and DV_E_EXISTS as from dv_json_parse().
 */
int dv_config_add_setting(struct dv_value *config, const char *arg,
			  struct dv_err *err);

/*
 * Append the canonical form.  DV_E_LIMIT above DV_CONFIG_MAX, and out
 * then holds a part of it.
 */
int dv_config_canonical(struct dv_buf *out, const struct dv_value *config,
			struct dv_err *err);

/*
 * The first digits hex digits (at most DV_CONFIG_HASH_MAX) of the XXH3-128
 * of the n bytes of a canonical form, whatever the object format.  out has
 * room for them and a NUL.  Returns out.
 */
char *dv_config_hash(char *out, const void *canonical, size_t n,
		     size_t digits);

#endif
