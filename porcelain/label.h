/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_LABEL_H
#define DV_PORCELAIN_LABEL_H

/*
 * Names of outputs: plot.png of a version is plot-3f2a1bc90d-9d8e7f6a.png.
 *
 * The config hash in it is as long as it must be where two configurations
 * of the repository share its first 8 digits; where two versions of the
 * dataset share code and configuration, the first 8 digits of the manifest
 * follow, as in the version's id.
 */

#include "base/err.h"
#include "format/record.h"
#include "porcelain/session.h"

struct dv_labels;

/* Reads dv.nameFormat and all versions.  *out is the caller's; s must
 * outlive it. */
int dv_labels_open(struct dv_labels **out, struct dv_session *s,
		   struct dv_err *err);
void dv_labels_close(struct dv_labels *l);	/* NULL is fine */
/* Take in a version that is not recorded yet. */
void dv_labels_add(struct dv_labels *l, const struct dv_record *rec);

/* The name; a directory's has no slash at its end.  *out is the caller's. */
int dv_labels_name(struct dv_labels *l, const struct dv_record *rec,
		   char **out, struct dv_err *err);
/* Is the version's short form another version's, too? */
bool dv_labels_shared(struct dv_labels *l, const struct dv_record *rec);

/* What a name says; an absent part is "". */
struct dv_label {
	char *dataset;			/* base name without the parts */
	char short_id[DV_VERSION_ID_MAX];	/* <code>[-dirty]-<config> */
	char code[65], config[65], manifest[65];
	bool dirty;
};
/* Does the last component of path name a version?  1 and *out, or 0. */
int dv_labels_parse(struct dv_labels *l, const char *path,
		    struct dv_label *out, struct dv_err *err);
void dv_label_release(struct dv_label *l);

#endif
