/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_TMPFILE_H
#define DV_BASE_TMPFILE_H

/*
 * Temporary files and directories, which a signal that ends the program
 * takes with it: dv_tmpfile() and all below make them known here, and they
 * are until they are removed or have another name for good.  kill -9 and a
 * crash of the machine leave them, for gc.
 *
 * Many threads may make and remove them.
 */

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Have the signals that end a program (SIGINT, SIGTERM, SIGHUP and the
 * like) first remove what is known, unless they are ignored or caught
 * already.  The program then ends by that signal all the same.
 */
void dv_tmpfile_catch_signals(void);
/* What such a signal does first, for who ends the program otherwise. */
void dv_tmpfile_remove_all(void);

/*
 * A new temporary file in the directory dir: *fd is open O_RDWR, *path is
 * its name (caller frees).  Names begin "tmp_"; a name's second part is
 * the process id, so that gc can tell the left-over ones.
 */
int dv_tmpfile(int *fd, char **path, const char *dir, struct dv_err *err);
/* Remove it.  NULL is fine. */
void dv_tmpfile_remove(const char *path);
/* It has another name now, and is to stay. */
void dv_tmpfile_forget(const char *path);
/* Give it another name, and no more; 0, or -1 with errno. */
int dv_tmpfile_rename(const char *from, const char *to);

/*
 * A new directory <prefix><random>, *path (caller frees).  A signal takes
 * the files in it, too, by whatever names: what dv_tmpfile() makes in it
 * need not be told of again.
 */
int dv_tmpfile_dir(char **path, const char *prefix, struct dv_err *err);
/* Remove it and all that is in it.  NULL is fine. */
void dv_tmpfile_dir_remove(const char *path);

/* --- for those who make such files in other ways ----------------------- */

/*
 * Around the making of such a file and the telling of it: no signal comes
 * to this thread meanwhile, and one that comes to another waits.
 */
void dv_tmpfile_begin(sigset_t *before);
void dv_tmpfile_know_at(int dirfd, const char *name);
void dv_tmpfile_end(const sigset_t *before);
/*
 * All three for openat(2) with flags and O_CREAT, O_EXCL.  The file is known
 * by this dirfd, which must stay open, and a copy of name.
 */
int dv_tmpfile_open(int dirfd, const char *name, int flags, mode_t mode);
/* A name for one, into n >= DV_TMPFILE_NAME bytes; 0, or -1 with errno. */
#define DV_TMPFILE_NAME 64
int dv_tmpfile_name(char *name, size_t n);
/* It is gone, or is to stay. */
void dv_tmpfile_forget_at(int dirfd, const char *name);

#endif
