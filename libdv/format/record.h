/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_RECORD_H
#define DV_FORMAT_RECORD_H

/*
 * Version record: the exact bytes of an annotated git tag object on the
 * code commit.  Bytes: dv-format-version(5).  The last paragraph of the
 * message is `Dv-Key: value` lines, each value on one line, C-quoted
 * where it needs it; read by the strict parser here and nothing else.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/strlist.h"
#include "format/component.h"

#define DV_RECORD_MAX (1u << 20)
#define DV_VERSION_ID_MAX 128

struct dv_record {
	char code[65];		/* hex id of the code commit */
	bool dirty;
	bool snapshot;		/* code is a hidden commit of --snapshot */
	char *tagger;		/* "Name <email>" */
	int64_t time;		/* seconds */
	int tz;			/* minutes east of UTC */
	char *message;		/* without the last paragraph */
	char *name_space;	/* "lab" */
	char *dataset;		/* "data", "plot.png" */
	struct dv_digest manifest;
	uint64_t files, size;
	struct dv_digest config;	/* canonical configuration, an object */
	char config_hash[65];	/* XXH3-128 of it, 32 hex digits */
	char *made_by;		/* "run", "hook", "commit": [a-z-], 1 to 32 */
	char *command;		/* NULL: not known */
	struct dv_strlist parents;	/* version ids of this dataset */
	struct dv_strlist inputs;	/* "dataset@version id" */
	struct dv_strlist extra;	/* unknown "Key: value", kept; key is
					   [A-Za-z0-9-], value not empty */
};

void dv_record_init(struct dv_record *r);
void dv_record_release(struct dv_record *r);
/* Deep copy; out need not be initialised. */
void dv_record_copy(struct dv_record *out, const struct dv_record *in);
/*
 * Strict: DV_E_FORMAT (with the line) for all that dv_record_format()
 * would not have written, DV_E_UNSUPPORTED for a newer version of the
 * format, DV_E_LIMIT above DV_RECORD_MAX.  out need not be initialised;
 * release it after success.
 */
int dv_record_parse(struct dv_record *out, const void *buf, size_t n,
		    struct dv_err *err);
/*
 * Append the bytes of the tag object.  message NULL: the version id.
 * DV_E_INVALID where a field cannot be written, naming it; nothing is
 * appended then.
 */
int dv_record_format(struct dv_buf *out, const struct dv_record *r,
		     struct dv_err *err);
/*
 * Is it one that can be written: required fields there, each in its form?
 * Said of what is read, too.
 */
int dv_record_check(const struct dv_record *r, struct dv_err *err);
/* Is it a key ("Manifest") that has a field of its own, so not extra? */
bool dv_record_key_is(const char *key, size_t n);

/* "<code10>[-dirty]-<config8>-<manifest8>"; out has DV_VERSION_ID_MAX. */
char *dv_record_id(char *out, const struct dv_record *r);
/* "<code10>[-dirty]-<config8>" of a version id. */
char *dv_record_short_id(char *out, const char *id);
/* Could text be a version id or a prefix (at least 6) of one? */
bool dv_record_id_like(const char *text);
/* Is text a whole version id? */
bool dv_record_id_is(const char *text);

#endif
