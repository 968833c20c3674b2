/* SPDX-License-Identifier: MIT */
#ifndef DV_COMMON_REMOTECMD_H
#define DV_COMMON_REMOTECMD_H

/*
 * What commands that talk to a remote have in common: -q, -v, --progress,
 * --jobs, --limit-rate, how the connection is opened with them, and what
 * is said at the end.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/progress.h"
#include "plumbing/common/command.h"
#include "remote/conn.h"
#include "remote/remotes.h"
#include "store/repo.h"

struct dv_remotecmd {
	bool quiet, verbose;
	const char *progress_as;	/* NULL, "" or "json" */
	int64_t jobs;			/* 0: not given */
	const char *limit_rate;		/* "500k": bytes a second */
	struct dv_progress progress;
	struct dv_meter *meter;
	struct dv_conn *conn;
};
#define DV_REMOTECMD_INIT { 0 }

/* Lines for a command's option table. */
#define DV_REMOTECMD_OPTS(c) \
	DV_OPT_BOOL('q', "quiet", &(c)->quiet, "say only what went wrong"), \
	DV_OPT_BOOL('v', "verbose", &(c)->verbose, \
		    "tell of requests, retries and bytes saved"), \
	DV_OPT_CHECKED(DV_OPT_T_OPTSTR, 0, "progress", &(c)->progress_as, \
		       "json", "show progress, or print it as lines of JSON", \
		       dv_remotecmd_check_progress), \
	DV_OPT_CHECKED(DV_OPT_T_INT, 'j', "jobs", &(c)->jobs, "<n>", \
		       "transfers at once", dv_remotecmd_check_jobs), \
	DV_OPT_CHECKED(DV_OPT_T_STR, 0, "limit-rate", &(c)->limit_rate, \
		       "<bytes>", "move at most so many bytes a second", \
		       dv_remotecmd_check_rate)

/* For struct dv_opt. */
const char *dv_remotecmd_check_progress(const char *value);
const char *dv_remotecmd_check_jobs(const char *value);
const char *dv_remotecmd_check_rate(const char *value);

/*
 * The repository of here, or, where remote is a URL, NULL if there is
 * none.
 */
int dv_remotecmd_repo(struct dv_repo **out, const char *remote,
		      struct dv_err *err);

/*
 * Open the remote (see dv_remote_find()) and start the meter.  store_dir
 * and algo are the repository's where r is given; store_dir NULL without
 * one: dv_userstore_dir(0).  write: it must be
 * possible to write there.
 */
int dv_remotecmd_open(struct dv_remotecmd *c, struct dv_repo *r,
		      const char *remote, const char *store_dir,
		      enum dv_algo algo, bool write, struct dv_err *err);
/* The dv_transport_note_fn that -v asks for. */
void dv_remotecmd_note(void *arg, const char *text);
/* Stop the meter; with -v tell requests and retries; close. */
void dv_remotecmd_close(struct dv_remotecmd *c);

#endif
