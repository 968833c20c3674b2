/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_KEYLINE_H
#define DV_FORMAT_KEYLINE_H

/*
 * Texts of lines `key SP value`, each key where it must be: what the small
 * records of a remote are read with.  The first failure is DV_E_FORMAT
 * with the text's name and the line.
 */

#include <stddef.h>

#include "base/err.h"

/* What is left of the text, and what it is called. */
struct dv_keyline {
	const char *p, *end;
	const char *what;
	unsigned line;
};

struct dv_keyline dv_keyline_of(const void *buf, size_t n, const char *what);
/* The failure of the line that was read last. */
int dv_keyline_bad(const struct dv_keyline *in, const char *why,
		   struct dv_err *err);
/* The value of the next line, which has this key; it is not NUL-ended. */
int dv_keyline_next(struct dv_keyline *in, const char *key,
		    const char **value, size_t *n, struct dv_err *err);
/* The same as a C string of fewer than room bytes. */
int dv_keyline_text(struct dv_keyline *in, const char *key, char *out,
		    size_t room, struct dv_err *err);
/*
 * The first line, the key of this kind of text and a version: any other
 * than this one is DV_E_UNSUPPORTED.
 */
int dv_keyline_magic(struct dv_keyline *in, const char *key,
		     unsigned version, struct dv_err *err);
/* Decimal without a leading zero. */
int dv_keyline_number(struct dv_keyline *in, const char *key, size_t *out,
		      struct dv_err *err);
/* Nothing may be left. */
int dv_keyline_finish(struct dv_keyline *in, struct dv_err *err);

#endif
