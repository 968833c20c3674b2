/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RKEY_H
#define DV_REMOTE_RKEY_H

/*
 * Keys of a remote, dv-format-remote(5): names of what lies where.  Each
 * function resets out and writes the key (or, ending in '/', the prefix)
 * into it.  Names of name spaces, datasets and tags are encoded as
 * components; one that cannot be is DV_E_INVALID or DV_E_LIMIT.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/record.h"

#define DV_RKEY_FORMAT "dv/format"
#define DV_RKEY_GC "dv/gc/"
#define DV_RKEY_PACKS "dv/packs/"
#define DV_RKEY_MANIFESTS "dv/manifests/"
#define DV_RKEY_VERSIONS "dv/versions/"
#define DV_RKEY_HEADS "dv/heads/"
#define DV_RKEY_NUMBER_MAX 9999999999u	/* ten digits, from 1 */

/* "dv/packs/<hex><suffix>", suffix ".pack" or ".idx". */
const char *dv_rkey_pack(struct dv_buf *out, const struct dv_digest *id,
			 const char *suffix);
/* "dv/manifests/<hex>/". */
const char *dv_rkey_manifest(struct dv_buf *out, const struct dv_digest *id);
/*
 * "<top>[<ns>/[<dataset>/]]" with what is not NULL; top is
 * DV_RKEY_VERSIONS or DV_RKEY_HEADS.
 */
int dv_rkey_below(struct dv_buf *out, const char *top, const char *ns,
		  const char *dataset, struct dv_err *err);
/* "dv/versions/<ns>/<dataset>/<id>"; id NULL: "…/<dataset>/". */
int dv_rkey_version(struct dv_buf *out, const char *ns, const char *dataset,
		    const char *id, struct dv_err *err);
/* "dv/heads/<ns>/<dataset>/latest/", or "…/tags/<tag>/"; tag NULL: latest. */
int dv_rkey_head(struct dv_buf *out, const char *ns, const char *dataset,
		 const char *tag, struct dv_err *err);
/* Append a number to a prefix: ten digits. */
const char *dv_rkey_add_number(struct dv_buf *prefix, uint64_t n);

/*
 * Strict inverses, for keys out of lists; false for any that they would
 * not have made.  Buffers are reset.
 */
bool dv_rkey_parse_version(const char *key, struct dv_buf *ns,
			   struct dv_buf *dataset,
			   char id[DV_VERSION_ID_MAX]);
/* tag "" for latest. */
bool dv_rkey_parse_head(const char *key, struct dv_buf *ns,
			struct dv_buf *dataset, struct dv_buf *tag,
			uint64_t *n);
/* suffix as above, set to a literal. */
bool dv_rkey_parse_pack(const char *key, enum dv_algo algo,
			struct dv_digest *id, const char **suffix);
bool dv_rkey_parse_manifest(const char *key, enum dv_algo algo,
			    struct dv_digest *id, uint64_t *n);
/* The number that key has behind prefix. */
bool dv_rkey_parse_number(const char *key, const char *prefix, uint64_t *n);

#endif
