/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_DIRSTORE_PARTS_H
#define DV_REMOTE_DIRSTORE_PARTS_H

/*
 * What dirstore.c, dirstore-put.c, dirstore-list.c and dirstore-copy.c,
 * which together are dirstore.h, share.
 */

#include <pthread.h>

#include "remote/dirstore.h"

struct dv_dirstore {
	char *path;
	int root;			/* -1: not there yet */
	pthread_mutex_t lock;		/* of what follows, and making root */
	bool swept;			/* left-overs were looked for */
	bool clock_known;
	int64_t clock_ahead;		/* its clock before ours, seconds */
	uint64_t limit_rate;
	int64_t rate_free;		/* when the next byte may move, ns */
	atomic_bool stop;
};

/* The descriptor of the directory, -1 with ENOENT if it is not there. */
int dv_dirstore_root(struct dv_dirstore *d);
/* The same, made if it is not there. */
int dv_dirstore_make_root(struct dv_dirstore *d);

/* Is the key in the directory of temporary files, which holds no objects? */
bool dv_dirstore_is_own(const char *key);

/* Class and sentence of errno: "cannot <do> '<key>': <why>". */
enum dv_wire_class dv_dirstore_fail(struct dv_err *err, const char *what,
				    const char *key);

/*
 * Make a temporary file below root: returns its descriptor and writes its
 * name below root into name; -1 with errno.
 */
#define DV_DIRSTORE_TMP_NAME 80
int dv_dirstore_tmp(struct dv_dirstore *d, int root,
		    char name[DV_DIRSTORE_TMP_NAME]);

/*
 * Copy up to n bytes from one descriptor's offset to the other's, at the
 * allowed rate, shared extents where the file system has them.  Returns
 * how many there were, or -1 with errno (ECANCELED: stopped).  With flush
 * set the disk begins to write meanwhile.
 */
int64_t dv_dirstore_copy(struct dv_dirstore *d, int in, uint64_t in_off,
			 int out, uint64_t out_off, uint64_t n, bool flush,
			 dv_dirstore_moved_fn *moved, void *arg);

#endif
