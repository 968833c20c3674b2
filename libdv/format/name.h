/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_NAME_H
#define DV_FORMAT_NAME_H

/*
 * Artifact names: `out/plot.png` made by code commit 3f2a1bc90d… with a
 * configuration of hash 9d8e7f6a… is out/plot-3f2a1bc90d-9d8e7f6a.png.
 *
 * A template says where the parts go; what one function puts in, the other
 * takes out again.  Names are bytes: any, but NUL and '/'.
 *
 *	%(stem)    the name without its extension
 *	%(code)    the code commit, 10 hex digits
 *	%(dirty)   "-dirty", or nothing
 *	%(config)  the config hash, 8 hex digits or more
 *	%(ext)     the extension with its dot, or nothing
 *	%%         %
 *
 * dv-name-artifact(1) says what the extension of a name is.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define DV_NAME_TEMPLATE "%(stem)-%(code)%(dirty)-%(config)%(ext)"
#define DV_NAME_CODE 10			/* digits in a name that is made */
#define DV_NAME_CODE_MAX 64		/* and in one that is read */
#define DV_NAME_CONFIG_MIN 8
#define DV_NAME_CONFIG_MAX 32

/* A path taken apart; pointers are into it. */
struct dv_name {
	const char *dir;		/* with its last '/', or empty */
	size_t dir_len;
	const char *stem;		/* never empty */
	size_t stem_len;
	const char *ext;		/* with its dot, or empty */
	size_t ext_len;
	bool slash;			/* the path ends in '/' */
	char code[DV_NAME_CODE_MAX + 1];	/* "": no artifact name */
	char config[DV_NAME_CONFIG_MAX + 1];
	bool dirty;
};

/*
 * Is every part there once, and can a name be taken apart again?
 * DV_E_INVALID says what is wrong.
 */
int dv_name_check(const char *template, struct dv_err *err);

/*
 * Take n bytes of path apart into directory, stem and extension; a path
 * that ends in '/' has no extension.  code is empty.  DV_E_INVALID where
 * there is no name: "", "/", ".", "..".
 */
int dv_name_split(struct dv_name *out, const char *path, size_t n,
		  struct dv_err *err);

/*
 * Append the artifact name of n bytes of path; directory and trailing '/'
 * are kept.  template NULL or "" is DV_NAME_TEMPLATE.  code is hex of at
 * least DV_NAME_CODE digits, the first of which go into the name; config
 * hex of DV_NAME_CONFIG_MIN to DV_NAME_CONFIG_MAX, all of which do.
 * DV_E_INVALID: something is not of its form.
 */
int dv_name_format(struct dv_buf *out, const char *template,
		   const char *path, size_t n, const char *code, bool dirty,
		   const char *config, struct dv_err *err);

/*
 * Is n bytes of path an artifact name?  Returns 1 and fills out, or 0; out
 * is then as dv_name_split() leaves it.  Fails as dv_name_split() and
 * dv_name_check() do.
 */
int dv_name_parse(struct dv_name *out, const char *template,
		  const char *path, size_t n, struct dv_err *err);

#endif
