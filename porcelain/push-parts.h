/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_PUSH_PARTS_H
#define DV_PORCELAIN_PUSH_PARTS_H

/* What the files of dv push share and nobody else needs. */

#include "plumbing/common/remotecmd.h"
#include "porcelain/session.h"
#include "remote/publish.h"

struct dv_push {
	struct dv_session s;
	struct dv_remotecmd remote;
	struct dv_publish pub;
	const char *remote_name;
	bool all, with_tags, refs, porcelain;
	struct dv_publish_want *wants;	/* by dataset */
	size_t wants_n, wants_cap;
	struct dv_publish_name *tags;
	size_t tags_n, tags_cap;
	bool told;			/* a line was printed */
	bool refused;			/* a tag, or content without version */
};

/* --- push-wants.c -------------------------------------------------------- */

/* What the arguments name, or what the current commit needs. */
int dv_push_choose(struct dv_push *p, int argc, const char **argv,
		   struct dv_err *err);
void dv_push_release_wants(struct dv_push *p);

/* --- push-delete.c ------------------------------------------------------- */

/* Remove the tags there that are named, <dataset>@<tag>. */
int dv_push_delete(struct dv_push *p, int argc, const char **argv,
		   struct dv_err *err);

/* --- push-tell.c ---------------------------------------------------------- */

/* With the push as arg, fits dv_publish.told. */
void dv_push_tell(void *arg, const struct dv_publish_told *t);
/* The same, fits dv_publish.lack. */
void dv_push_tell_lack(void *arg, const struct dv_err *why);
void dv_push_tell_total(struct dv_push *p);

/* --- push-git.c ----------------------------------------------------------- */

/* Warn of published versions whose code no remote of git is known to have. */
int dv_push_check_code(struct dv_push *p, struct dv_err *err);
/* Push the refs of these versions through git. */
int dv_push_refs(struct dv_push *p, struct dv_err *err);

#endif
