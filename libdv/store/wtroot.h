/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTROOT_H
#define DV_STORE_WTROOT_H

/*
 * Where a dataset lies: the directory that holds it and, if it is one,
 * the dataset's own, both opened without following a link.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"

struct dv_wtroot {
	int parent;		/* -1: not even that is there */
	char *base;		/* name in parent */
	bool here;		/* something is there: */
	struct stat st;
	int fd;			/* open for reading if a directory, else -1 */
};
#define DV_WTROOT_INIT { .parent = -1, .fd = -1 }

/*
 * Open path below dirfd; make: missing directories above it are made.
 * A link on the way to it is DV_E_INVALID; path itself may be one.
 */
int dv_wtroot_open(struct dv_wtroot *out, int dirfd, const char *path,
		   bool make, struct dv_err *err);
/*
 * Is the directory prefix of the work tree, "" or "sub/dir/", the n bytes
 * of rel in the dataset at path, "" itself, or in it?  Where the user is
 * stays: the next command is to be run there.
 */
bool dv_wtroot_holds(const char *path, const char *rel, size_t n,
		     const char *prefix);
void dv_wtroot_release(struct dv_wtroot *root);

#endif
