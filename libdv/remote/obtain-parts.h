/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_OBTAIN_PARTS_H
#define DV_REMOTE_OBTAIN_PARTS_H

/* What the files of obtain share. */

#include "remote/obtain.h"

/*
 * Tell what could not be had, and count it.  Fits dv_rpacks_bad_fn with
 * the struct dv_obtain as arg.
 */
void dv_obtain_fault(void *obtain, const char *sentence);

/*
 * Tags of a dataset.  They are read before its versions are listed, so
 * that what they name is among them, and written after.
 */
struct dv_obtain_tags {
	struct dv_conn *c;
	struct dv_repo *repo;
	struct dv_versions *versions;
	const char *dataset;
	bool force;
	struct dv_obtain *o;
	struct dv_strlist names, ids;	/* the caller's to release */
};
int dv_obtain_tags_read(struct dv_obtain_tags *t, struct dv_err *err);
int dv_obtain_tags_write(struct dv_obtain_tags *t, struct dv_err *err);

#endif
