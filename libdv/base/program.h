/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_PROGRAM_H
#define DV_BASE_PROGRAM_H

/*
 * The directory of the running program, where dv's others are; NULL where
 * /proc is not there.  The caller frees it.
 */
char *dv_program_dir(void);

#endif
