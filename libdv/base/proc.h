/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_PROC_H
#define DV_BASE_PROC_H

/*
 * Children: run a program without a shell, take its output.  The child
 * gets our environment with env ("K=V" or "K" to unset, NULL-ended, may
 * be NULL) laid over it, and no descriptor of ours but 0, 1 and 2.
 */

#include <stddef.h>

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

#endif
