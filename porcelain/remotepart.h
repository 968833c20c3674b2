/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_REMOTEPART_H
#define DV_PORCELAIN_REMOTEPART_H

/* What pull and fetch have in common: which part of what is on a remote. */

#include <stdbool.h>

#include "base/err.h"
#include "plumbing/common/remotecmd.h"
#include "porcelain/only.h"
#include "porcelain/session.h"
#include "remote/obtain.h"
#include "store/worktree.h"

/* Files of a dataset. */
struct dv_remotepart {
	const char *dataset;
	const char *path;		/* at or below it; NULL or "": all */
	const struct dv_only *only;	/* NULL: all */
	struct dv_strlist gaps;		/* but for these, sorted */
	uint64_t gap_bytes;		/* of them */
};
void dv_remotepart_release(struct dv_remotepart *p);
/* With the part as arg, fits dv_obtain_want_fn and dv_checkout.want. */
bool dv_remotepart_wants(void *arg, const char *path, size_t n);
/* Add wanted files whose content is not in the store to the gaps. */
int dv_remotepart_find_gaps(struct dv_remotepart *p, struct dv_odb *odb,
			    const struct dv_digest *manifest,
			    struct dv_err *err);

/*
 * The dataset that text, <dataset>[@<what>][:<path>], names before its
 * versions are here: one of here, else what stands before '@' or ':'.
 * The caller's to free.
 */
int dv_remotepart_dataset(struct dv_session *s, const char *text, char **out,
			  struct dv_err *err);
/* Has it versions here, or a pointer? */
bool dv_remotepart_is_here(struct dv_session *s, const char *dataset);
/*
 * The hint to a sentence about text, which names no dataset: somebody who
 * knows git may have named the remote, or what ls -r shows, to command.
 */
int dv_remotepart_hint(struct dv_session *s, const char *command,
		       const char *text, struct dv_err *err);
/*
 * Open the remote for reading, from repo.  DV_E_MISSING where nothing was
 * ever published there.
 */
int dv_remotepart_open(struct dv_remotecmd *c, struct dv_repo *repo,
		       const char *remote, struct dv_err *err);
/* The same where no repository is needed: *repo (the caller's) or NULL. */
int dv_remotepart_open_any(struct dv_remotecmd *c, struct dv_repo **repo,
			   const char *remote, struct dv_err *err);

/* Fits dv_rpacks_bad_fn: print the error. */
void dv_remotepart_bad(void *arg, const char *sentence);
/* "data: 3 new versions, 1 tag", and tags that differ; false: nothing. */
bool dv_remotepart_tell(const char *dataset, const struct dv_obtain *o);
/* "data: 1200 files, 3.1 GiB (2.0 GiB were here already)". */
void dv_remotepart_say(const struct dv_remotepart *p, const char *name,
		       const struct dv_obtain *o, uint64_t removed);
/* What came of it, and what became of the work tree; false: nothing. */
bool dv_remotepart_tell_data(const struct dv_remotepart *p,
			     const struct dv_obtain *o,
			     const struct dv_checkout *c);

#endif
