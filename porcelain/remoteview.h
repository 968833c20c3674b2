/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_REMOTEVIEW_H
#define DV_PORCELAIN_REMOTEVIEW_H

/* Looking into a remote without bringing what is there: ls -r, cat -r. */

#include "base/err.h"
#include "plumbing/common/remotecmd.h"
#include "remote/catalog.h"
#include "remote/rmanifest.h"

struct dv_remoteview {
	struct dv_remotecmd *cmd;
	struct dv_conn *conn;		/* borrowed from it */
	struct dv_repo *repo;		/* NULL: none is needed */
	struct dv_odb *odb;		/* NULL then, too */
	const char *own_ns;		/* NULL then, too */
};

/* where NULL: the default remote.  close in any case. */
int dv_remoteview_open(struct dv_remoteview *v, struct dv_remotecmd *cmd,
		       const char *where, struct dv_err *err);
void dv_remoteview_close(struct dv_remoteview *v);

/* A version there, of whose list of files only parts are read. */
struct dv_remoteview_version {
	struct dv_rspec spec;
	struct dv_rmanifest list;
	char *name;			/* "<namespace>/<dataset>" */
};
/* text as dv_rspec_resolve() takes it; release in any case. */
int dv_remoteview_version(struct dv_remoteview *v, const char *text,
			  struct dv_remoteview_version *out,
			  struct dv_err *err);
void dv_remoteview_version_release(struct dv_remoteview_version *x);

#endif
