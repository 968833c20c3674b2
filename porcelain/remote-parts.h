/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_REMOTE_PARTS_H
#define DV_PORCELAIN_REMOTE_PARTS_H

/* The subcommands of `dv remote`, one a file where it is long. */

#include "plumbing/common/command.h"
#include "remote/remotes.h"

extern const char *const dv_remote_usage[];

/* As the commands that they are; argv without their names. */
int dv_remote_cmd_add(int argc, const char **argv);
int dv_remote_cmd_remove(int argc, const char **argv);
int dv_remote_cmd_trust(int argc, const char **argv);
int dv_remote_cmd_list(int argc, const char **argv);
int dv_remote_cmd_show(int argc, const char **argv);
int dv_remote_cmd_test(int argc, const char **argv);

/* "origin", URL and so on: a line of a report in two columns. */
void dv_remote_line(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
