/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_REMOTES_H
#define DV_REMOTE_REMOTES_H

/*
 * The remotes that a repository knows: git's own configuration, section
 * dv-remote.<name> (url, jobs, limitRate, lowSpeedTime, retries), and
 * [remote "<name>"] url of the tracked .dvconfig, which is not trusted:
 * until `dv remote trust` its URL gets no credentials, and only https (and
 * http on loopback) is spoken.  Trust is of one URL; where the tracked one
 * changes later it has to be given again.  git's configuration wins over
 * .dvconfig.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"
#include "store/repo.h"

struct dv_remote {
	char *name, *url;
	bool shared;		/* it comes from .dvconfig alone */
	bool trusted;		/* else: anonymously, https only */
	struct dv_strlist set;	/* more settings for the helper, "name=value" */
	unsigned jobs;		/* 0: not set */
	uint64_t limit_rate;	/* 0: none */
};

void dv_remote_release(struct dv_remote *r);

/*
 * Letters, digits and -_. with no dot in front, at most 100; DV_E_INVALID.
 */
int dv_remote_check_name(const char *name, struct dv_err *err);
/*
 * Is it a URL (see remote/url.h) that a helper may be started for?
 * DV_E_INVALID for a password in it (not shown), DV_E_MISSING naming
 * the schemes that exist and where a helper would be looked for.
 * exec_path: directory of dv's own programs.
 */
int dv_remote_check_url(const char *url, const char *exec_path,
			struct dv_err *err);

/* Is it where a remote is (it has a ':' or a '/'), and not its name? */
bool dv_remote_is_url(const char *text);

/*
 * The remote called name, or (name has a ':' or '/') at that URL or path,
 * which the user typed and so trusts.  name NULL: `dv.remote` of git's
 * configuration, else "origin", else the only one, of those that are not
 * of .dvconfig alone and untrusted, if any.  DV_E_MISSING lists
 * those that there are and says how to add one.  A path is made absolute.
 * Not trusted and neither https nor loopback: DV_E_INVALID says to trust.
 * r NULL: not in a repository, only a URL will do.
 */
int dv_remote_find(struct dv_remote *out, struct dv_repo *r,
		   const char *name, struct dv_err *err);
/* The same without asking whether it may be spoken to: for showing it. */
int dv_remote_get(struct dv_remote *out, struct dv_repo *r, const char *name,
		  struct dv_err *err);
/* Names of all, sorted, each once. */
int dv_remote_names(struct dv_repo *r, struct dv_strlist *out,
		    struct dv_err *err);
/* Is there any, which may have what is not here? */
int dv_remote_any(struct dv_repo *r, bool *any, struct dv_err *err);

/*
 * Add to git's configuration, with shared to .dvconfig as well (relative
 * paths are refused there).  DV_E_EXISTS; that the tracked file alone has
 * another URL for the name is in the way only of shared.
 */
int dv_remote_add(struct dv_repo *r, const char *name, const char *url,
		  bool shared, struct dv_err *err);
/*
 * Take the remote out of both; where they have different URLs, out of
 * git's configuration alone.  DV_E_MISSING.
 */
int dv_remote_remove(struct dv_repo *r, const char *name,
		     struct dv_err *err);
/* Trust the URL that .dvconfig has for name now. */
int dv_remote_trust(struct dv_repo *r, const char *name, struct dv_err *err);

#endif
