/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTLIST_H
#define DV_STORE_WTLIST_H

/* The names in one directory, sorted bytewise. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/windex.h"

struct dv_wtname {
	const char *name;
	uint32_t len;
	uint8_t type;		/* DT_REG, DT_LNK, DT_DIR, … never unknown */
};

struct dv_wtlist {
	struct dv_windex_stat st;	/* of the directory, before reading */
	struct dv_wtname *v;
	size_t n, cap;
	struct dv_buf names;	/* private */
	bool temps;		/* left-over temporary files were met */
	bool ignore_file;	/* .dvignore is there */
};
#define DV_WTLIST_INIT { .names = DV_BUF_INIT }

/*
 * Read the directory open for reading at fd.  "." and "..", and temporary
 * files of dv, are left out; clean: those are removed, as nobody who
 * makes them is at work while the work tree's lock is held.
 */
int dv_wtlist_read(struct dv_wtlist *out, int fd, bool clean,
		   struct dv_err *err);
void dv_wtlist_release(struct dv_wtlist *l);
/* Index of name, or -1. */
ptrdiff_t dv_wtlist_find(const struct dv_wtlist *l, const char *name);

#endif
