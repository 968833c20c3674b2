/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTSCAN_H
#define DV_STORE_WTSCAN_H

/*
 * Walk the directories of a dataset: which files, links and empty
 * directories are there.  Names and types only: nothing is read or
 * lstat'ed.  Directories are read level by level, each level by more
 * threads.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"
#include "format/windex.h"
#include "store/wtignore.h"
#include "store/wtlist.h"

struct dv_wtscan_dir {
	char *path;		/* from the dataset; "" for itself */
	size_t path_len;
	struct dv_wtlist list;	/* files and links, sorted */
	size_t sub, subs;	/* the directories in it, a run; sorted with
				   '/' behind their names */
	bool empty;		/* nothing at all in it */
	bool exact;		/* nothing in it was left out */
	bool bad;		/* could not be read */
	bool one;		/* stands for the one file in its list */
	bool left_out;		/* by a rule, but for what the index has */
	struct dv_wtignore *ignore;	/* rules that hold in it */
	struct dv_wtignore *own;	/* its own file, or NULL */
	struct dv_strlist names;	/* private: directories found in it, */
	struct dv_strlist known;	/* those of them that are left_out */
};

/* Sentence about something that cannot be in a dataset. */
typedef void dv_wtscan_bad_fn(void *arg, const char *sentence);

struct dv_wtscan {
	/* set by the caller */
	int rootfd;		/* the dataset's directory */
	const char *dataset;	/* its path in the work tree */
	const struct dv_windex *base;	/* what is in it stays, ignored or
					   not; may be NULL */
	dv_wtscan_bad_fn *bad;	/* calls do not overlap; NULL: silent */
	void *arg;
	int threads;		/* 0: all */
	bool clean;		/* remove left-over temporary files */

	/* out */
	struct dv_wtscan_dir *dir;
	size_t n, cap;

	size_t starts;		/* private: they come first in dir */
	pthread_mutex_t lock;
};

/*
 * Where to begin: directory rel of the dataset ("" for all), with the
 * rules of the directories above it (borrowed; NULL: none); or one file,
 * called name in directory rel, whatever the rules say.  None may lie in
 * another.
 */
void dv_wtscan_add(struct dv_wtscan *s, const char *rel,
		   struct dv_wtignore *ignore);
void dv_wtscan_add_one(struct dv_wtscan *s, const char *rel, const char *name,
		       uint8_t type);
/*
 * Scan.  What is bad is told and left out; a failure is one of dv itself.
 */
int dv_wtscan_run(struct dv_wtscan *s, struct dv_err *err);
/* Empty the lists; what is known of the directories themselves stays. */
void dv_wtscan_drop_names(struct dv_wtscan *s);
void dv_wtscan_release(struct dv_wtscan *s);

/*
 * Each file, link and empty directory in the order of paths: file is an
 * index into the list of dir; -1: dir itself, which is empty.
 */
typedef int dv_wtscan_fn(void *arg, size_t dir, ptrdiff_t file,
			 struct dv_err *err);
int dv_wtscan_each(const struct dv_wtscan *s, dv_wtscan_fn *fn, void *arg,
		   struct dv_err *err);

#endif
