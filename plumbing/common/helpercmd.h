/* SPDX-License-Identifier: MIT */
#ifndef DV_COMMON_HELPERCMD_H
#define DV_COMMON_HELPERCMD_H

/* All of a transport's helper but its usage and its backend. */

#include "plumbing/common/command.h"
#include "remote/backend.h"

/* Serve backend on stdin and stdout; returns the exit status. */
int dv_helpercmd_run(int argc, const char **argv, const char *const *usage,
		     const struct dv_backend *backend);

#endif
