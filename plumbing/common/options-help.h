/* SPDX-License-Identifier: MIT */
#ifndef DV_COMMON_OPTIONS_HELP_H
#define DV_COMMON_OPTIONS_HELP_H

/* What "-h" and a misuse print: synopsis lines, then a line an option. */

#include "plumbing/common/command.h"

/* Append the whole text to out. */
void dv_opt_describe(struct dv_buf *out, const char *const *usage,
		     const struct dv_opt *spec);

#endif
