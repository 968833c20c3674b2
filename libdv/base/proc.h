/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_PROC_H
#define DV_BASE_PROC_H

/*
 * Children: run a program without a shell, take its output.  The child
 * gets our environment with env ("K=V" or "K" to unset, NULL-ended, may
 * be NULL) laid over it, and no descriptor of ours but 0, 1 and 2.
 */

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Run argv (argv[0] looked up in PATH) in directory dir (NULL: here) with
 * input bytes on its stdin (NULL: /dev/null), stdout appended to out
 * (NULL: ours), stderr ours.  Returns its exit status 0..255, 128+signal
 * when killed, or a failure when it could not be started or out's max is
 * passed (the child is killed then).
 */
int dv_proc_run(const char *const *argv, const char *dir,
		const char *const *env, const void *input, size_t n,
		struct dv_buf *out, struct dv_err *err);

/* A child that we converse with while it runs. */
struct dv_child {
	pid_t pid;		/* -1: none */
	int in;			/* a socket to its stdin */
	int out;		/* a pipe from its stdout */
};
#define DV_CHILD_INIT { -1, -1, -1 }

/*
 * Start argv, looked up as above, in this directory.  Our ends do not
 * block; write to in with send(2) and MSG_NOSIGNAL.  dv_proc_stop() must
 * follow.
 */
int dv_proc_start(struct dv_child *c, const char *const *argv,
		  const char *const *env, struct dv_err *err);

/*
 * Close our ends and wait up to grace_ms for it to end by itself; then it
 * is killed.  Returns its status as dv_proc_run() does, 0 where there is
 * no child.
 */
int dv_proc_stop(struct dv_child *c, int grace_ms, struct dv_err *err);

#endif
