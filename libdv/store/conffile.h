/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_CONFFILE_H
#define DV_STORE_CONFFILE_H

/*
 * The configuration that a command line names: files, which are read, and
 * settings.  What they mean together: format/config.h.
 */

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/config.h"

/*
 * Append to out the canonical form of n arguments: the files from left to
 * right, then the settings (dv_config_is_setting()) from left to right.
 * "-" is standard input and holds JSON.  algo names the files that are
 * neither JSON nor YAML.  None at all is "{}".
 *
 * DV_E_MISSING: a file is not there; DV_E_INVALID: it is a directory or
 * another thing that is no file; else as dv_config_add_*().
 */
int dv_conffile_load(struct dv_buf *out, const char *const *arg, size_t n,
		     enum dv_algo algo, struct dv_err *err);

#endif
