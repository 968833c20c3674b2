/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_DECOR_H
#define DV_PORCELAIN_DECOR_H

/*
 * What else a version is called: its tags, `latest` for the newest of its
 * dataset, `here` for the one that lies in the work tree.
 */

#include "base/err.h"
#include "base/strlist.h"
#include "porcelain/session.h"

struct dv_decor;

/* *out is the caller's; s must outlive it. */
int dv_decor_open(struct dv_decor **out, struct dv_session *s,
		  struct dv_err *err);
void dv_decor_close(struct dv_decor *d);	/* NULL is fine */

/* Append "here", "latest" and "tag: <name>" as they apply. */
int dv_decor_list(struct dv_decor *d, const char *dataset, const char *id,
		  struct dv_strlist *out, struct dv_err *err);
/* Append the names of its tags. */
void dv_decor_tags(struct dv_decor *d, const char *dataset, const char *id,
		   struct dv_strlist *out);

#endif
